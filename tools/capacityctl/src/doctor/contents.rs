//! Checks the items of the tables: an interrupted import or a manual edit leaves inconsistent ones.

use std::collections::HashSet;

use shared::{
    domain::ServiceId,
    store::{self, keys::services as keys},
};

use crate::{
    Error,
    findings::{Findings, Verdict},
    hierarchy,
    scan::{self, number},
    services::stored_service,
    target::{SERVICES_TABLE, Target, USERS_TABLE},
    users,
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
    let known: HashSet<ServiceId> = stored.iter().map(|service| service.id).collect();
    let misplaced = hierarchy::resolve(Vec::new(), &stored)?.misplaced.len();
    let services = format!("{} services", items.len());
    let unreadable =
        items.into_iter().filter(|item| store::parse_service(item.clone()).is_err()).count();
    let list = users::list(target.client(), target.table(USERS_TABLE)?).await?;
    count(
        findings,
        "services that cannot be read",
        unreadable,
        &services,
        "readers get 500; import them again, or restore the table",
    );
    count(
        findings,
        "services that are not below their parent",
        misplaced,
        &services,
        "an import was interrupted, and users assigned to the old ancestors may still update these services; run it again",
    );
    count(
        findings,
        "users that cannot be read",
        list.unreadable,
        &format!("{} users", list.users.len() + list.unreadable),
        "these users get 500; import them again, or restore the table",
    );
    let affected =
        list.users.iter().filter(|user| user.services.iter().any(|id| !known.contains(id)));
    let affected: Vec<&str> = affected.map(|user| user.username.as_str()).collect();
    let what = "users assigned to a service that does not exist";
    if affected.is_empty() {
        findings.add(what, Verdict::Ok, "none", None);
    } else {
        let advice = "import the services, or remove the assignment with `user revoke`";
        findings.add(what, Verdict::Warning, affected.join(", "), Some(advice));
    }
    Ok(())
}

fn count(findings: &mut Findings, what: &str, bad: usize, of: &str, advice: &'static str) {
    match bad {
        0 => findings.add(what, Verdict::Ok, of, None),
        bad => findings.add(what, Verdict::Bad, format!("{bad} of {of}"), Some(advice)),
    }
}
