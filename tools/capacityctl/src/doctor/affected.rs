//! Which rows a finding is about.

use std::collections::BTreeSet;

use shared::{domain::ServiceId, store::keys::services as keys};

use crate::scan::{Item, number};

/// How many services or users a finding names.
const MAX_LISTED: usize = 10;

/// The ids of rows, in order.
pub(super) fn ids<'a>(items: impl IntoIterator<Item = &'a Item>) -> Vec<String> {
    let ids: BTreeSet<ServiceId> =
        items.into_iter().filter_map(|item| number(item, keys::ID)).collect();
    ids.iter().map(ToString::to_string).collect()
}

/// How many rows are affected, of how many, and the first of them; `None` if there are none.
pub(super) fn some(affected: &[String], total: usize, what: &str) -> Option<String> {
    let count = affected.len();
    (count > 0).then(|| format!("{count} of {total} {what}: {}", listed(affected)))
}

/// The first of the names, separated by commas.
pub(super) fn listed(names: impl IntoIterator<Item = impl ToString>) -> String {
    let mut names = names.into_iter().map(|name| name.to_string());
    let shown = names.by_ref().take(MAX_LISTED).collect::<Vec<_>>().join(", ");
    match names.count() {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
