//! template.yaml's policy for `cargo ctl history`: what its commands use, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{ctl::Ctl, refusing_engine::recording};
use crate::harness::{
    audit_table, document,
    iam::{logical_ids, required, rights},
};

/// The names of attributes, by the table that is updated.
type Attributes = BTreeMap<String, BTreeSet<String>>;

/// What the policy lets a transaction update.
fn granted_attributes(statements: &[Value]) -> Attributes {
    let updates = statements.iter().filter(|one| one["Action"] == "dynamodb:UpdateItem");
    let attributes = updates.map(|one| {
        let names = &one["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"];
        let names = names.as_array().expect("names").iter().map(text).collect();
        (text(&one["Resource"]["Fn::GetAtt"][0]), names)
    });
    attributes.collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The attributes in the key and in the expressions of each update.
fn add_updated(transaction: &Value, tables: impl Fn(&str) -> String, updated: &mut Attributes) {
    let members = transaction["TransactItems"].as_array().into_iter().flatten();
    for update in members.filter_map(|member| member.get("Update")) {
        let names = updated.entry(tables(&text(&update["TableName"]))).or_default();
        names.extend(update["Key"].as_object().expect("a key").keys().cloned());
        let placeholders = update["ExpressionAttributeNames"].as_object().expect("names");
        names.extend(placeholders.values().map(text));
    }
}

#[tokio::test]
async fn the_policy_for_history_grants_exactly_what_its_commands_use() {
    let ctl = Ctl::start().await;
    for notes in ["Mr Smith", "full"] {
        let body = json!({"status": "RED", "notes": notes});
        ctl.app.at(-200_000_000);
        ctl.app.put(30, body).by("editor").send().await.ok();
    }
    let (endpoint, sent) = recording().await;
    ctl.point_to(&endpoint);
    for version in ["1", "2"] {
        ctl.json(&["history", "redact", "30", version, "--reason", "a name"]).await;
    }
    let prune = ["history", "prune", "--before", "2021-01-01T00:00:00Z"];
    for services in [["--service", "30"].as_slice(), &["--all"]] {
        ctl.json(&[&prune, services].concat()).await;
    }

    let mut tables = logical_ids(&ctl.app.tables);
    tables.insert(audit_table(&ctl.app.tables), "AuditTable".to_owned());
    let (mut used, mut updated) = (BTreeSet::new(), Attributes::new());
    for (action, body) in sent.lock().expect("no panic while held").iter() {
        used.extend(required(&tables, action, body));
        add_updated(body, |name| tables[name].clone(), &mut updated);
    }
    let policy = document("template.yaml")["Resources"]["HistoryPolicy"].clone();
    let statements = policy["Properties"]["PolicyDocument"]["Statement"].clone();
    let statements = statements.as_array().expect("statements");
    assert_eq!(rights(statements.clone()), used);
    assert_eq!(granted_attributes(statements), updated);
}

/// Whoever deploys the stack decides who gets it.
#[test]
fn no_role_of_the_stack_has_the_policy_for_history() {
    let template = document("template.yaml");
    let resources = template["Resources"].as_object().expect("resources");
    for (name, resource) in resources {
        assert!(!resource.to_string().contains(r#"{"Ref":"HistoryPolicy"}"#), "{name}");
    }
}
