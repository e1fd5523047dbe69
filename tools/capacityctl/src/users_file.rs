//! A users file, CSV or JSON: parses and validates its rows, by themselves and together.
//!
//! Pure. `users` compares it with the table.

use std::collections::{BTreeSet, HashMap, HashSet};

use shared::{
    domain::{
        ServiceId,
        limits::{MAX_ASSIGNMENTS, MAX_SUBJECT_BYTES, MAX_USERNAME_BYTES},
        text::is_visible,
    },
    store::keys::users::EDIT_CAPACITY,
};

use crate::{
    Error,
    file_rows::{self, Columns, RawRow},
    services_file::{boolean, service_id},
    target::Target,
    text_rules,
    validation::{Location, Problems, ValidationError, shortened},
};

/// The columns of a CSV file and the members of a JSON entry.
pub const COLUMNS: [&str; 5] = ["username", "subject", "active", "permissions", "services"];
/// The columns with several values.
pub const LIST_COLUMNS: [&str; 2] = ["permissions", "services"];
/// The permissions that a user can have.
pub const PERMISSIONS: [&str; 1] = [EDIT_CAPACITY];
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

/// What it means if a user has no subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MissingSubject {
    /// On the local stack: it is the username.
    Username,
    /// On AWS: it is forgotten. No token has a username as its `sub`.
    Refused,
}

impl MissingSubject {
    /// What it means for these tables.
    pub(crate) const fn at(target: &Target) -> Self {
        if target.is_on_aws() { Self::Refused } else { Self::Username }
    }
}

/// Why a user on AWS is refused.
pub(crate) const SUBJECT_MISSING: &str =
    "missing: it is the `sub` of the user's tokens, and for a system its client id";

/// A users file after each row was checked by itself.
#[derive(Debug, Default)]
pub struct UsersFile {
    /// The valid users and where they are in the file.
    pub(crate) users: Vec<(Location, User)>,
    /// How many rows without any value were left out.
    pub(crate) blank: usize,
    /// What is wrong with the other rows.
    pub(crate) problems: Problems,
}

/// Users that are valid by themselves and together.
impl From<Vec<User>> for UsersFile {
    fn from(users: Vec<User>) -> Self {
        let users = users.into_iter().map(|user| (Location::File, user)).collect();
        Self { users, blank: 0, problems: Problems::default() }
    }
}

impl UsersFile {
    /// Checks that the services to which users are assigned are among these.
    ///
    /// # Errors
    ///
    /// The services could not be read.
    pub(crate) fn check_assignments(
        &mut self,
        known: Result<HashSet<ServiceId>, Error>,
    ) -> Result<(), Error> {
        let known = self.problems.problems_or(known)?;
        for (location, user) in &self.users {
            let unknown = user.services.iter().filter(|id| !known.contains(id));
            for id in unknown {
                self.problems.add(*location, format!("services: service {id} does not exist"));
            }
        }
        Ok(())
    }
}

/// Reads a users file.
pub(crate) fn read(file: &[u8], missing: MissingSubject) -> UsersFile {
    let (mut problems, mut taken) = (Problems::default(), Taken::default());
    let columns = Columns { all: &COLUMNS, optional: &[], lists: &LIST_COLUMNS };
    let parsed =
        file_rows::read(file, columns, &mut problems, |raw| user(raw, missing, &mut taken));
    UsersFile { users: parsed.rows, blank: parsed.blank, problems }
}

/// Parses a users file in which the subject defaults to the username.
///
/// # Errors
///
/// Every invalid user and every repeated username or subject.
pub fn parse(file: &[u8]) -> Result<Vec<User>, ValidationError> {
    let UsersFile { users, problems, .. } = read(file, MissingSubject::Username);
    problems.into_result(users.into_iter().map(|(_, user)| user).collect())
}

fn user(
    raw: &mut RawRow<'_>,
    missing: MissingSubject,
    taken: &mut Taken,
) -> Option<(Location, User)> {
    let username = raw.parse("username", username);
    let subject = raw.parse("subject", |text| match text {
        "" if missing == MissingSubject::Refused => Err(SUBJECT_MISSING.to_owned()),
        "" => Ok(None),
        text => subject(text).map(Some),
    });
    let active = raw.parse("active", boolean);
    let permissions = raw.parse_each("permissions", permission);
    let services = raw.parse_each("services", |text| {
        service_id(text).map_err(|reason| format!("{}: {reason}", shortened(text)))
    });
    if let Err(problem) = check_service_count(services.len()) {
        raw.add_problem(format!("services: {problem}"));
    }
    let username = username?;
    let subject = subject?.unwrap_or_else(|| username.clone());
    taken.add(raw, &username, &subject);
    Some((raw.location, User { username, subject, active: active?, permissions, services }))
}

/// Where each username and each subject is first.
#[derive(Debug, Default)]
struct Taken {
    usernames: HashMap<String, Location>,
    subjects: HashMap<String, Location>,
}

impl Taken {
    fn add(&mut self, raw: &mut RawRow<'_>, username: &str, subject: &str) {
        let columns =
            [("username", username, &mut self.usernames), ("subject", subject, &mut self.subjects)];
        for (column, value, first) in columns {
            let first = *first.entry(value.to_owned()).or_insert(raw.location);
            if first != raw.location {
                raw.add_problem(format!("{column}: {value:?} is already used in {first}"));
            }
        }
    }
}

/// Whether a file may have this user.
pub(crate) fn accepts(user: &User) -> bool {
    username(&user.username).is_ok()
        && subject(&user.subject).is_ok()
        && check_service_count(user.services.len()).is_ok()
}

/// Validates a username.
pub(crate) fn username(text: &str) -> Result<String, String> {
    if is_reserved(text) {
        return Err("is reserved for automatic resets".to_owned());
    }
    text_rules::user_name(text, MAX_USERNAME_BYTES)
}

/// Whether a reader could take the name for the reserved one: in any case, and with other or no spaces.
fn is_reserved(name: &str) -> bool {
    let visible = |text: &str| text.chars().filter(|one| is_visible(*one)).collect::<String>();
    visible(name).eq_ignore_ascii_case(&visible(RESERVED_USERNAME))
}

/// Validates a subject.
pub(crate) fn subject(text: &str) -> Result<String, String> {
    text_rules::user_name(text, MAX_SUBJECT_BYTES)
}

/// Refuses more services than one user may have.
pub(crate) fn check_service_count(count: usize) -> Result<(), String> {
    if count <= MAX_ASSIGNMENTS {
        return Ok(());
    }
    Err(format!("{count} services, but {MAX_ASSIGNMENTS} at most: assign their ancestors instead"))
}

/// Validates a permission.
pub(crate) fn permission(text: &str) -> Result<String, String> {
    let known = PERMISSIONS.contains(&text);
    let refused = || format!("{} is not one of {}", shortened(text), PERMISSIONS.join(", "));
    known.then(|| text.to_owned()).ok_or_else(refused)
}
