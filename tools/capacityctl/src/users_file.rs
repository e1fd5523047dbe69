//! A users file, CSV or JSON: parses and validates its rows, by themselves and together.
//!
//! Pure. `users` compares it with the table.

use std::collections::{BTreeSet, HashMap};

use shared::{
    domain::ServiceId,
    store::keys::{MAX_SUBJECT_BYTES, users::EDIT_CAPACITY},
};

use crate::{
    file_rows::{self, Columns, RawRow},
    services_file::{boolean, service_id},
    validation::{Location, Problems, ValidationError},
};

/// The columns of a CSV file and the members of a JSON entry.
pub const COLUMNS: [&str; 5] = ["username", "subject", "active", "permissions", "services"];
/// The columns with several values.
pub const LIST_COLUMNS: [&str; 2] = ["permissions", "services"];
/// The permissions that a user can have.
pub const PERMISSIONS: [&str; 1] = [EDIT_CAPACITY];
const USERNAME_MAX_CHARS: usize = 128;
/// The name that history uses for automatic resets; no user may have it.
const RESERVED_USERNAME: &str = "automatic reset";

/// A user as the table holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The username, unique.
    pub username: String,
    /// The `sub` of the user's tokens, unique.
    pub subject: String,
    /// Whether the user may use the API.
    pub active: bool,
    /// What the user may do on the assigned services.
    pub permissions: BTreeSet<String>,
    /// The assigned services. Each includes its descendants.
    pub services: BTreeSet<ServiceId>,
}

/// Parses a users file. The subject defaults to the username.
///
/// # Errors
///
/// Every invalid user and every repeated username or subject.
pub fn parse(file: &[u8]) -> Result<Vec<User>, ValidationError> {
    let mut problems = Problems::default();
    let columns = Columns { all: &COLUMNS, lists: &LIST_COLUMNS };
    let users = file_rows::read(file, columns, &mut problems, user)?;
    add_duplicates("username", &users, |user| &user.username, &mut problems);
    add_duplicates("subject", &users, |user| &user.subject, &mut problems);
    problems.into_result(users.into_iter().map(|(_, user)| user).collect())
}

fn user(raw: &mut RawRow<'_>) -> Option<(Location, User)> {
    let username = raw.parse("username", username);
    let subject = raw.parse("subject", |text| match text {
        "" => Ok(None),
        text => subject(text).map(Some),
    });
    let active = raw.parse("active", boolean);
    let permissions = raw.parse_each("permissions", permission);
    let services = raw.parse_each("services", |text| {
        service_id(text).map_err(|reason| format!("{text}: {reason}"))
    });
    let (username, subject, active) = (username?, subject?, active?);
    let subject = subject.unwrap_or_else(|| username.clone());
    Some((raw.location, User { username, subject, active, permissions, services }))
}

/// Validates a username.
pub(crate) fn username(text: &str) -> Result<String, &'static str> {
    let sized = (1..=USERNAME_MAX_CHARS).contains(&text.chars().count());
    if text.trim() != text || !sized {
        return Err("must be 1 to 128 characters without white space around them");
    }
    if text.contains(char::is_control) {
        return Err("must have no control characters");
    }
    if text.eq_ignore_ascii_case(RESERVED_USERNAME) {
        return Err("is reserved for automatic resets");
    }
    Ok(text.to_owned())
}

/// Validates a subject.
pub(crate) fn subject(text: &str) -> Result<String, &'static str> {
    let valid = (1..=MAX_SUBJECT_BYTES).contains(&text.len()) && text.trim() == text;
    valid.then(|| text.to_owned()).ok_or("must be 1 to 255 bytes without white space around them")
}

/// Validates a permission.
pub(crate) fn permission(text: &str) -> Result<String, String> {
    let known = PERMISSIONS.contains(&text);
    known.then(|| text.to_owned()).ok_or_else(|| format!("{text:?} is not one of {PERMISSIONS:?}"))
}

fn add_duplicates(
    column: &str,
    users: &[(Location, User)],
    value: impl Fn(&User) -> &String,
    problems: &mut Problems,
) {
    let mut first: HashMap<&String, Location> = HashMap::new();
    for (location, user) in users {
        let value = value(user);
        let earlier = *first.entry(value).or_insert(*location);
        if earlier != *location {
            problems.add(*location, format!("{column} {value:?} is already used in {earlier}"));
        }
    }
}
