//! What an import that was interrupted, or a hand in the tables, left behind.

use std::collections::HashSet;

use shared::{
    domain::ServiceId,
    store::{self, keys::services as keys},
};

use crate::{
    Failure,
    checks::{Findings, Verdict},
    hierarchy,
    scan::{self, number},
    services::place_of,
    target::{SERVICES_TABLE, Target, USERS_TABLE},
    users,
};

/// Reads both tables whole.
///
/// # Errors
///
/// A fault of the store.
pub(super) async fn look(target: &Target, findings: &mut Findings) -> Result<(), Failure> {
    let rows = scan::rows(target.client(), target.table(SERVICES_TABLE)?, &[]).await?;
    let places = rows.iter().filter_map(|row| Some(place_of(number(row, keys::ID)?, row)));
    let places: Vec<_> = places.collect();
    let known: HashSet<ServiceId> = places.iter().map(|place| place.id).collect();
    let astray = hierarchy::plan(Vec::new(), &places)?.unfinished.len();
    let services = format!("{} services", rows.len());
    let unreadable = rows.into_iter().filter(|row| store::service(row.clone()).is_err()).count();
    let all = users::all(target.client(), target.table(USERS_TABLE)?).await?;
    count(
        findings,
        "services that cannot be read",
        unreadable,
        &services,
        "readers get 500: import them again, or restore the table",
    );
    count(
        findings,
        "services that are not below their parent",
        astray,
        &services,
        "an import was interrupted, and those assigned to their old ancestors keep their rights: run it again",
    );
    count(
        findings,
        "users that cannot be read",
        all.unreadable,
        &format!("{} users", all.users.len() + all.unreadable),
        "they get 500: import them again, or restore the table",
    );
    let lost = all.users.iter().filter(|user| user.services.iter().any(|id| !known.contains(id)));
    let lost: Vec<&str> = lost.map(|user| user.username.as_str()).collect();
    let what = "users assigned to a service that is not there";
    if lost.is_empty() {
        findings.add(what, Verdict::Ok, "none", None);
    } else {
        let advice = "import the services, or take the assignment away with `user revoke`";
        findings.add(what, Verdict::Warning, lost.join(", "), Some(advice));
    }
    Ok(())
}

fn count(findings: &mut Findings, what: &str, bad: usize, of: &str, advice: &'static str) {
    match bad {
        0 => findings.add(what, Verdict::Ok, of, None),
        bad => findings.add(what, Verdict::Bad, format!("{bad} of {of}"), Some(advice)),
    }
}
