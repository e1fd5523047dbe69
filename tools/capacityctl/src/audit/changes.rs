//! What a row says that changed, in few words.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::{difference::text, scan::Item};

/// Each attribute that differs between two items. Of a set only the members that come and go.
pub(super) fn changes(before: Option<&Item>, after: Option<&Item>) -> Vec<String> {
    let names: BTreeSet<_> = before.into_iter().chain(after).flat_map(HashMap::keys).collect();
    let change = |name: &String| {
        let [from, to] = [before, after].map(|item| item.and_then(|item| item.get(name)));
        change(from, to).map(|change| format!("{name} {change}"))
    };
    names.into_iter().filter_map(change).collect()
}

fn change(from: Option<&AttributeValue>, to: Option<&AttributeValue>) -> Option<String> {
    if from == to {
        return None;
    }
    match (from, to) {
        (Some(AttributeValue::Ss(_) | AttributeValue::Ns(_)), _)
        | (_, Some(AttributeValue::Ss(_) | AttributeValue::Ns(_))) => {
            let (from, to) = (members(from), members(to));
            let lost = from.difference(&to).map(|member| format!("-{member}"));
            let words: Vec<_> =
                lost.chain(to.difference(&from).map(|member| format!("+{member}"))).collect();
            Some(words.join(" ")).filter(|words| !words.is_empty())
        }
        (None, to) => to.map(text),
        (Some(from), to) => {
            let to = to.map_or_else(|| "nothing".to_owned(), text);
            Some(format!("{} -> {to}", text(from)))
        }
    }
}

fn members(set: Option<&AttributeValue>) -> BTreeSet<&String> {
    match set {
        Some(AttributeValue::Ss(members) | AttributeValue::Ns(members)) => members.iter().collect(),
        _ => BTreeSet::new(),
    }
}
