//! Users as a file, CSV or JSON: entries, valid by themselves and together.
//!
//! Pure: what the table holds is the matter of `users`.

use std::collections::{BTreeSet, HashMap};

use shared::{
    domain::ServiceId,
    store::keys::{MAX_SUBJECT_BYTES, users::EDIT_CAPACITY},
};

use crate::{
    directory::{boolean, service_id},
    records::{self, Columns, Record},
    refusal::{Place, Problems, Refusal},
};

/// The columns of a CSV file, and the members of a JSON array's entries.
pub const COLUMNS: [&str; 5] = ["username", "subject", "active", "permissions", "services"];
/// Those of several values.
pub const LISTS: [&str; 2] = ["permissions", "services"];
/// The permissions there are.
pub const PERMISSIONS: [&str; 1] = [EDIT_CAPACITY];
const USERNAME_MAX_CHARS: usize = 128;
/// What history calls the reset; nobody else may be called that.
const RESERVED: &str = "automatic reset";

/// A user as the table is to hold them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What people call the user, unique.
    pub username: String,
    /// The `sub` of the user's tokens, unique.
    pub subject: String,
    /// Whether the user may do anything at all.
    pub active: bool,
    /// What the user may do on the services they are assigned to.
    pub permissions: BTreeSet<String>,
    /// The services that the user is assigned to, descendants not listed.
    pub services: BTreeSet<ServiceId>,
}

/// Reads a users file. A user without a subject has the username as one.
///
/// # Errors
///
/// Every entry that is no valid user or repeats a username or subject.
pub fn parse(file: &[u8]) -> Result<Vec<User>, Refusal> {
    let mut problems = Problems::default();
    let columns = Columns { all: &COLUMNS, lists: &LISTS };
    let users = records::read(file, columns, &mut problems, user)?;
    note_repeated("username", &users, |user| &user.username, &mut problems);
    note_repeated("subject", &users, |user| &user.subject, &mut problems);
    problems.none_or_refuse(users.into_iter().map(|(_, user)| user).collect())
}

fn user(record: &mut Record<'_>) -> Option<(Place, User)> {
    let username = record.parsed("username", username);
    let subject = record.parsed("subject", |text| match text {
        "" => Ok(None),
        text => subject(text).map(Some),
    });
    let active = record.parsed("active", boolean);
    let permissions = record.each("permissions", permission);
    let services = record
        .each("services", |text| service_id(text).map_err(|reason| format!("{text}: {reason}")));
    let (username, subject, active) = (username?, subject?, active?);
    let subject = subject.unwrap_or_else(|| username.clone());
    Some((record.place, User { username, subject, active, permissions, services }))
}

/// A name that a user may have.
pub(crate) fn username(text: &str) -> Result<String, &'static str> {
    let sized = (1..=USERNAME_MAX_CHARS).contains(&text.chars().count());
    if text.trim() != text || !sized {
        return Err("not 1 to 128 characters without white space around them");
    }
    if text.eq_ignore_ascii_case(RESERVED) {
        return Err("stands for resets in the history");
    }
    Ok(text.to_owned())
}

/// A subject that a token can have.
pub(crate) fn subject(text: &str) -> Result<String, &'static str> {
    let valid = (1..=MAX_SUBJECT_BYTES).contains(&text.len()) && text.trim() == text;
    valid.then(|| text.to_owned()).ok_or("empty, too long, or white space around it")
}

/// A permission that there is.
pub(crate) fn permission(text: &str) -> Result<String, String> {
    let known = PERMISSIONS.contains(&text);
    known.then(|| text.to_owned()).ok_or_else(|| format!("{text:?} is not one of {PERMISSIONS:?}"))
}

fn note_repeated(
    member: &str,
    users: &[(Place, User)],
    value: impl Fn(&User) -> &String,
    problems: &mut Problems,
) {
    let mut first: HashMap<&String, Place> = HashMap::new();
    for (place, user) in users {
        let value = value(user);
        let earlier = *first.entry(value).or_insert(*place);
        if earlier != *place {
            problems.note(*place, format!("{member} {value:?} is already that of {earlier}"));
        }
    }
}
