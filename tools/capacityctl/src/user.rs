//! `user list`, `show`, `add`, `rename`, `grant`, `revoke`, `activate` and `deactivate`.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::domain::ServiceId;

use crate::{
    Error, Output, ValidationError,
    audit::Audit,
    output::{PLAIN, WARNING, fields, table},
    service,
    target::{Target, USERS_TABLE},
    users::{self, ChangedUser, StoredUsers},
    users_file::{self, MissingSubject, PERMISSIONS, SUBJECT_MISSING, User},
    validation::{Location, Problems},
};

/// The rights to grant or revoke.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Rights {
    /// A permission; repeatable
    #[arg(long = "permission", value_name = "NAME", value_parser = PERMISSIONS)]
    permissions: Vec<String>,
    /// A service, which includes its descendants; repeatable
    #[arg(long = "service", value_name = "ID")]
    services: Vec<ServiceId>,
}

/// The arguments of `user add`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct NewUser {
    /// The name that history shows
    #[arg(allow_hyphen_values = true)]
    username: String,
    /// The `sub` of the user's tokens [default: on the local stack the username]
    #[arg(long, allow_hyphen_values = true)]
    subject: Option<String>,
    /// Add the user as inactive
    #[arg(long)]
    inactive: bool,
    #[command(flatten)]
    rights: Rights,
}

/// The arguments of `user rename`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Renaming {
    /// The username now
    #[arg(allow_hyphen_values = true)]
    old: String,
    /// The new username
    #[arg(allow_hyphen_values = true)]
    new: String,
}

/// Lists all users by username.
pub(crate) async fn list(target: &Target) -> Result<Output, Error> {
    let list = users::list(target.client(), target.table(USERS_TABLE)?).await?;
    let users = list.users;
    let lines = users.iter().map(|user| {
        let style = if user.active { PLAIN } else { WARNING };
        let cells = [
            user.username.clone(),
            user.subject.clone(),
            if user.active { String::new() } else { "inactive".to_owned() },
            joined(&user.permissions),
            joined(&user.services),
        ];
        (style, cells)
    });
    let heading = ["username", "subject", "", "permissions", "services"];
    let mut text = format!("{}\n{} users", table(heading, lines), users.len());
    if list.unreadable > 0 {
        text.push_str(&format!("\n{} more items cannot be read", list.unreadable));
    }
    let entries: Vec<Value> = users.iter().map(entry).collect();
    Ok(Output { healthy: list.unreadable == 0, ..Output::new(text, &entries) })
}

/// Shows one user.
pub(crate) async fn show(target: &Target, username: &str) -> Result<Output, Error> {
    Ok(shown(&users::find(target.client(), target.table(USERS_TABLE)?, username).await?))
}

fn shown(user: &User) -> Output {
    let none = |text: String| Some(if text.is_empty() { "none".to_owned() } else { text });
    let text = fields([
        ("username", Some(user.username.clone())),
        ("subject", Some(user.subject.clone())),
        ("active", Some(if user.active { "yes" } else { "no" }.to_owned())),
        ("permissions", none(joined(&user.permissions))),
        ("services", none(joined(&user.services))),
    ]);
    Output::new(text, &entry(user))
}

/// The user as an entry of a users file.
fn entry(user: &User) -> Value {
    let services: Vec<u64> = user.services.iter().map(|id| id.get()).collect();
    let User { username, subject, active, permissions, .. } = user;
    json!({"username": username, "subject": subject, "active": active, "permissions": permissions,
        "services": services})
}

fn joined<T: ToString>(values: &BTreeSet<T>) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Adds a user.
pub(crate) async fn add(target: &Target, new: NewUser) -> Result<Output, Error> {
    let mut problems = Problems::default();
    let mut check = |argument, parsed: Result<String, String>| {
        parsed.map_err(|text| problems.add(Location::Argument(argument), text)).ok()
    };
    let username = check("USERNAME", users_file::username(&new.username));
    // Without --subject the username is checked as the subject too, which may be shorter.
    let subject = match (&new.subject, MissingSubject::at(target)) {
        (Some(subject), _) => users_file::subject(subject),
        (None, MissingSubject::Username) => users_file::subject(&new.username),
        (None, MissingSubject::Refused) => Err(SUBJECT_MISSING.to_owned()),
    };
    let subject = check("--subject", subject);
    let (username, subject) = problems.into_result((username, subject))?;
    let Rights { permissions, services } = new.rights;
    let user = User {
        username: username.unwrap_or_default(),
        subject: subject.unwrap_or_default(),
        active: !new.inactive,
        permissions: permissions.into_iter().collect(),
        services: services.iter().copied().collect(),
    };
    check_count(&user)?;
    check_services_exist(target, &services).await?;
    let (table, audit) = (target.table(USERS_TABLE)?, Audit::of(target, "user add").await?);
    users::add(target.client(), table, &audit, &user).await?;
    let text = format!("user {} is added to {}", user.username, target.named_table(USERS_TABLE)?);
    Ok(Output::new(text, &entry(&user)))
}

/// Gives a user another username. The subject and the rights stay.
pub(crate) async fn rename(target: &Target, renaming: Renaming) -> Result<Output, Error> {
    let Renaming { old, new } = renaming;
    let new = users_file::username(&new)
        .map_err(|reason| ValidationError::new(Location::Argument("NEW"), reason))?;
    let decide = |stored: &_, user: &_| users::renamed(stored, user, &new);
    let ChangedUser { user, written } = change(target, "user rename", &old, decide).await?;
    let table = target.named_table(USERS_TABLE)?;
    let text = match written {
        true => format!("user {old} is renamed to {new} in {table}"),
        false => format!("user {old} has this name already: nothing to change in {table}"),
    };
    Ok(Output::new(text, &entry(&user)))
}

/// Catches typing errors in ids.
async fn check_services_exist(target: &Target, services: &[ServiceId]) -> Result<(), Error> {
    for id in services {
        service::read(target, *id).await?;
    }
    Ok(())
}

/// Grants rights. The user's other rights stay.
pub(crate) async fn grant(
    target: &Target,
    username: &str,
    rights: Rights,
) -> Result<Output, Error> {
    check_services_exist(target, &rights.services).await?;
    update(target, "user grant", username, |user| {
        let mut user = user.clone();
        user.permissions.extend(rights.permissions.iter().cloned());
        let before = user.services.len();
        user.services.extend(&rights.services);
        // Who has too many already may be granted a permission.
        if user.services.len() > before {
            check_count(&user)?;
        }
        Ok(user)
    })
    .await
}

/// Revokes rights. The user's other rights stay.
pub(crate) async fn revoke(
    target: &Target,
    username: &str,
    rights: Rights,
) -> Result<Output, Error> {
    update(target, "user revoke", username, |user| {
        let mut user = user.clone();
        user.permissions.retain(|name| !rights.permissions.contains(name));
        user.services.retain(|id| !rights.services.contains(id));
        Ok(user)
    })
    .await
}

/// Refuses more services than a user may have.
fn check_count(user: &User) -> Result<(), ValidationError> {
    users_file::check_service_count(user.services.len())
        .map_err(|reason| ValidationError::new(Location::Argument("--service"), reason))
}

/// Activates or deactivates a user. Their rights stay.
pub(crate) async fn set_active(
    target: &Target,
    username: &str,
    active: bool,
) -> Result<Output, Error> {
    let action = if active { "user activate" } else { "user deactivate" };
    update(target, action, username, |user| Ok(User { active, ..user.clone() })).await
}

/// Changes a user and shows the result.
async fn update(
    target: &Target,
    action: &'static str,
    username: &str,
    decide: impl Fn(&User) -> Result<User, Error>,
) -> Result<Output, Error> {
    let changed = change(target, action, username, |_, user| decide(user)).await?;
    let what = if changed.written { "stored" } else { "nothing to change" };
    let mut output = shown(&changed.user);
    output.text.push_str(&format!("\n{what} in {}", target.named_table(USERS_TABLE)?));
    Ok(output)
}

async fn change(
    target: &Target,
    action: &'static str,
    username: &str,
    decide: impl Fn(&StoredUsers, &User) -> Result<User, Error>,
) -> Result<ChangedUser, Error> {
    let table = target.table(USERS_TABLE)?;
    let audit = Audit::of(target, action).await?;
    users::change(target.client(), table, &audit, username, decide).await
}
