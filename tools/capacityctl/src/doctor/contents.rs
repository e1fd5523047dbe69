//! Checks the items of the tables: an interrupted import or a manual edit leaves inconsistent ones.

use std::collections::{BTreeSet, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{
    domain::ServiceId,
    store::{self, keys::services as keys},
};

use super::{
    affected::{ids, listed, some},
    statuses,
};
use crate::{
    Error,
    findings::{Findings, Verdict},
    hierarchy::{self, StoredService},
    scan::{self, Item, number, text},
    services::stored_service,
    services_file,
    target::{SERVICES_TABLE, Target, USERS_TABLE},
    users::{self, UserList},
    users_file::{self, User},
    validation::shortened,
};

/// Reads and checks both tables.
///
/// # Errors
///
/// A fault of the store.
pub(super) async fn check(target: &Target, findings: &mut Findings) -> Result<(), Error> {
    let items = scan::items(target.client(), target.table(SERVICES_TABLE)?, &[]).await?;
    let stored =
        items.iter().filter_map(|item| Some(stored_service(number(item, keys::ID)?, item)));
    let stored: Vec<_> = stored.collect();
    let total = items.len();
    check_index_keys(&items, findings);
    check_values(&items, findings);
    statuses::check(&items, findings);
    check_services(&items, findings);
    check_hierarchy(&stored, total, findings)?;
    let list = users::list(target.client(), target.table(USERS_TABLE)?).await?;
    check_users(&list, findings);
    check_user_texts(&list.users, findings);
    check_assignments(&list.users, &stored, findings);
    statuses::check_newest_changes(target, &items, findings).await
}

fn check_services(items: &[Item], findings: &mut Findings) {
    let total = items.len();
    let unreadable = items.iter().filter_map(|item| {
        let id = item.get(keys::ID).and_then(|id| id.as_n().ok()).cloned();
        store::parse_service(item.clone()).err().map(|_| id.unwrap_or_else(|| "(no id)".to_owned()))
    });
    let unreadable: Vec<String> = unreadable.collect();
    let problem = some(&unreadable, total, "cannot be read");
    let advice = "lists only name them in `unavailable`, and reading one alone returns 500; import them again, or \
                  restore the table";
    findings.check("services", all_can_be_read(total), Verdict::Bad, problem, advice);
}

/// A row that was put back by hand may lack what its indexes need. A list by such an index cannot know of it, so it does
/// not even name it in `unavailable`.
fn check_index_keys(items: &[Item], findings: &mut Findings) {
    let missed = ids(items.iter().filter(|item| is_missed_by_lists(item)));
    let problem = some(&missed, items.len(), "missed by lists");
    let advice = "lists of a region, of RED or of AMBER do not show them, and their resets are not stored: import them \
                  again for region and path, and set resetShard to what is left of the id divided by 8";
    let healthy = "each service is where lists look for it";
    findings.check("indexes", healthy, Verdict::Bad, problem, advice);
}

/// Whether the indexes do not have a row in the right place.
fn is_missed_by_lists(item: &Item) -> bool {
    let Some(id) = number(item, keys::ID) else { return false };
    let path = text(item, keys::PATH).unwrap_or_default();
    let is_in = |region: ServiceId| path.starts_with(&format!("/{region}/"));
    let is_pending = item.contains_key(keys::RESET_DATE_TIME);
    !number(item, keys::REGION).is_some_and(is_in)
        || (is_pending && number(item, keys::RESET_SHARD) != Some(store::keys::reset_shard(id)))
}

/// Rows that were written by hand, or before there were limits.
fn check_values(items: &[Item], findings: &mut Findings) {
    let value = |item: &Item, name: &str| match item.get(name)? {
        AttributeValue::S(value) | AttributeValue::N(value) => Some(value.clone()),
        _ => None,
    };
    let refused = items.iter().filter(|item| !services_file::accepts(|name| value(item, name)));
    let refused = ids(refused);
    let problem = some(&refused, items.len(), "that an import refuses");
    let advice = "export the services, and import them corrected: a text is too long or has a character that it may \
                  not have, a phone has no digit, or a review interval is not within its limits";
    let healthy = "an import takes each";
    findings.check("limits of services", healthy, Verdict::Warning, problem, advice);
}

fn check_user_texts(users: &[User], findings: &mut Findings) {
    let refused = users.iter().filter(|user| !users_file::accepts(user));
    let refused: Vec<String> = refused.map(|user| shortened(&user.username)).collect();
    let problem = some(&refused, users.len(), "that an import refuses");
    let advice = "export the users, and import them corrected: a username or subject is too long or has a character \
                  that it may not have, or there are too many assignments";
    let healthy = "an import takes each";
    findings.check("limits of users", healthy, Verdict::Warning, problem, advice);
}

fn check_hierarchy(
    stored: &[StoredService],
    total: usize,
    findings: &mut Findings,
) -> Result<(), Error> {
    let misplaced = hierarchy::resolve(Vec::new(), stored)?.misplaced;
    let misplaced: BTreeSet<ServiceId> = misplaced.into_iter().collect();
    let misplaced: Vec<String> = misplaced.iter().map(ToString::to_string).collect();
    let problem = some(&misplaced, total, "not below the parent");
    let advice = "an import was interrupted: run it again; until then users assigned to the old ancestors may \
                  still update these services";
    let healthy = "each service is below its parent";
    findings.check("hierarchy", healthy, Verdict::Bad, problem, advice);
    Ok(())
}

fn check_users(list: &UserList, findings: &mut Findings) {
    let UserList { users, unreadable } = list;
    let total = users.len() + unreadable;
    let problem = (*unreadable > 0).then(|| format!("{unreadable} of {total} cannot be read"));
    let advice = "these users get 500; import them again, or restore the table";
    findings.check("users", all_can_be_read(total), Verdict::Bad, problem, advice);
    // The list is sorted by username.
    let same = users.iter().zip(users.iter().skip(1)).filter(|(a, b)| a.username == b.username);
    let same: BTreeSet<&str> = same.map(|(user, _)| user.username.as_str()).collect();
    let problem =
        (!same.is_empty()).then(|| format!("several users have the name {}", listed(same)));
    let advice = "import a users file in which each subject has its own username";
    findings.check("usernames", "each belongs to one user", Verdict::Bad, problem, advice);
}

fn check_assignments(users: &[User], stored: &[StoredService], findings: &mut Findings) {
    let known: HashSet<ServiceId> = stored.iter().map(|service| service.id).collect();
    let affected = users.iter().filter_map(|user| {
        let mut unknown = user.services.iter().filter(|id| !known.contains(id)).peekable();
        unknown.peek()?;
        Some(format!("{} ({})", user.username, listed(unknown)))
    });
    let affected: Vec<String> = affected.collect();
    let problem = (!affected.is_empty())
        .then(|| format!("to services that do not exist: {}", listed(&affected)));
    let advice = "import the services, or remove the assignments with `user revoke`";
    let healthy = "each is to a service that exists";
    findings.check("assignments", healthy, Verdict::Warning, problem, advice);
}

fn all_can_be_read(total: usize) -> String {
    match total {
        0 => "there are none".to_owned(),
        1 => "the only one can be read".to_owned(),
        total => format!("all {total} can be read"),
    }
}
