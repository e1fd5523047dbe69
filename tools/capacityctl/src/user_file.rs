//! Users as a JSON file: an array of entries, valid by themselves and together.
//!
//! Pure: what the table holds is the matter of `users`.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use serde_json::value::RawValue;
use shared::{
    domain::ServiceId,
    store::keys::{MAX_SUBJECT_BYTES, users::EDIT_CAPACITY},
};

use crate::refusal::{Place, Problems, Refusal};

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a user")]
struct Entry {
    username: String,
    subject: Option<String>,
    active: bool,
    #[serde(default)]
    permissions: Vec<String>,
    #[serde(default)]
    services: Vec<u64>,
}

/// Reads a users file.
///
/// # Errors
///
/// JSON that is no array, and every entry that is no valid user or repeats a username or subject.
pub fn parse(file: &[u8]) -> Result<Vec<User>, Refusal> {
    let entries: Vec<&RawValue> = serde_json::from_slice(file)
        .map_err(|error| Refusal::because(Place::File, no_array(&error)))?;
    let mut problems = Problems::default();
    let mut users = Vec::with_capacity(entries.len());
    for (number, entry) in (1..).zip(entries) {
        users.extend(user(entry, Place::Entry(number), &mut problems).map(|user| (number, user)));
    }
    note_repeated("username", &users, |user| &user.username, &mut problems);
    note_repeated("subject", &users, |user| &user.subject, &mut problems);
    problems.none_or_refuse(users.into_iter().map(|(_, user)| user).collect())
}

fn no_array(error: &serde_json::Error) -> String {
    format!("not a JSON array of users: {error}")
}

fn user(entry: &RawValue, place: Place, problems: &mut Problems) -> Option<User> {
    let entry: Entry = match serde_json::from_str(entry.get()) {
        Ok(entry) => entry,
        Err(error) => {
            problems.note(place, without_position(&error));
            return None;
        }
    };
    for problem in username_problem(&entry.username)
        .into_iter()
        .chain(subject_problem(entry.subject.as_deref()))
    {
        problems.note(place, problem);
    }
    for permission in entry.permissions.iter().filter(|name| !PERMISSIONS.contains(&name.as_str()))
    {
        problems.note(place, format!("permissions: {permission:?} is not one of {PERMISSIONS:?}"));
    }
    for number in entry.services.iter().filter(|number| ServiceId::new(**number).is_none()) {
        problems.note(place, format!("services: {number} is not 1 to 18 digits"));
    }
    Some(User {
        subject: entry.subject.unwrap_or_else(|| entry.username.clone()),
        username: entry.username,
        active: entry.active,
        permissions: entry.permissions.into_iter().collect(),
        services: entry.services.into_iter().filter_map(ServiceId::new).collect(),
    })
}

/// The position is that within the entry, which would mislead.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

fn username_problem(username: &str) -> Option<&'static str> {
    let chars = username.chars().count();
    if username.trim() != username || !(1..=USERNAME_MAX_CHARS).contains(&chars) {
        return Some("username: not 1 to 128 characters without white space around them");
    }
    username.eq_ignore_ascii_case(RESERVED).then_some("username: stands for resets in the history")
}

fn subject_problem(subject: Option<&str>) -> Option<&'static str> {
    let valid = |subject: &str| {
        (1..=MAX_SUBJECT_BYTES).contains(&subject.len()) && subject.trim() == subject
    };
    subject
        .is_some_and(|subject| !valid(subject))
        .then_some("subject: empty, too long, or white space around it")
}

fn note_repeated(
    member: &str,
    users: &[(usize, User)],
    value: impl Fn(&User) -> &String,
    problems: &mut Problems,
) {
    let mut first: HashMap<&String, usize> = HashMap::new();
    for (number, user) in users {
        let value = value(user);
        let earlier = *first.entry(value).or_insert(*number);
        if earlier != *number {
            problems.note(
                Place::Entry(*number),
                format!("{member} {value:?} is already that of entry {earlier}"),
            );
        }
    }
}
