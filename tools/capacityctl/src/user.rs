//! `user list`, `show`, `add`, `rename`, `grant`, `revoke`, `activate` and `deactivate`.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::{
    domain::ServiceId,
    store::{ItemUpdate, keys::users as keys},
};

use crate::{
    Error, Output, ValidationError,
    output::{PLAIN, WARNING, fields, table},
    service,
    target::{Target, USERS_TABLE},
    update::{Update, UpdateOutcome},
    users,
    users_file::{self, PERMISSIONS, User},
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
    /// The `sub` of the user's tokens [default: the username]
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
    let user = users::find(target.client(), target.table(USERS_TABLE)?, username).await?;
    let none = |text: String| Some(if text.is_empty() { "none".to_owned() } else { text });
    let text = fields([
        ("username", Some(user.username.clone())),
        ("subject", Some(user.subject.clone())),
        ("active", Some(if user.active { "yes" } else { "no" }.to_owned())),
        ("permissions", none(joined(&user.permissions))),
        ("services", none(joined(&user.services))),
    ]);
    Ok(Output::new(text, &entry(&user)))
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
    let mut check = |argument, parsed: Result<String, &'static str>| {
        parsed.map_err(|text| problems.add(Location::Argument(argument), text)).ok()
    };
    let username = check("USERNAME", users_file::username(&new.username));
    // Without --subject the username is checked as the subject too, which may be shorter.
    let subject = new.subject.as_deref().unwrap_or(&new.username);
    let subject = check("--subject", users_file::subject(subject));
    let (username, subject) = problems.into_result((username, subject))?;
    let Rights { permissions, services } = new.rights;
    check_services_exist(target, &services).await?;
    let user = User {
        username: username.unwrap_or_default(),
        subject: subject.unwrap_or_default(),
        active: !new.inactive,
        permissions: permissions.into_iter().collect(),
        services: services.into_iter().collect(),
    };
    let added = entry(&user);
    let table = target.table(USERS_TABLE)?;
    let text = format!("user {} is added to table {table} {}", user.username, target.place());
    users::add(target.client(), table, user).await?;
    Ok(Output::new(text, &added))
}

/// Gives a user another username. The subject and the rights stay.
pub(crate) async fn rename(target: &Target, renaming: Renaming) -> Result<Output, Error> {
    let Renaming { old, new } = renaming;
    let new = users_file::username(&new)
        .map_err(|reason| ValidationError::new(Location::Argument("NEW"), reason))?;
    users::rename(target.client(), target.table(USERS_TABLE)?, &old, &new).await?;
    let Output { json, healthy, .. } = show(target, &new).await?;
    let text = format!("user {old} is renamed to {new} in {}", target.named_table(USERS_TABLE)?);
    Ok(Output { text, json, healthy })
}

/// Catches typing errors in ids.
async fn check_services_exist(target: &Target, services: &[ServiceId]) -> Result<(), Error> {
    for id in services {
        service::read(target, *id).await?;
    }
    Ok(())
}

/// Grants or revokes rights. The user's other rights stay.
pub(crate) async fn change_rights(
    target: &Target,
    username: &str,
    rights: Rights,
    grants: bool,
) -> Result<Output, Error> {
    if grants {
        check_services_exist(target, &rights.services).await?;
    }
    let (permissions, services) = (rights.permissions, rights.services);
    let sets = [
        (keys::PERMISSIONS, users::permission_set(&permissions.into_iter().collect())),
        (keys::SERVICES, users::service_set(&services.into_iter().collect())),
    ];
    let sets: Vec<_> = sets.into_iter().filter_map(|(name, set)| Some((name, set?))).collect();
    let attributes = ItemUpdate::default();
    let attributes =
        if grants { attributes.add_to_sets(sets) } else { attributes.delete_from_sets(sets) };
    update_user(target, username, attributes).await
}

/// Activates or deactivates a user. Their rights stay.
pub(crate) async fn set_active(
    target: &Target,
    username: &str,
    active: bool,
) -> Result<Output, Error> {
    let attributes = ItemUpdate::default().set(keys::ACTIVE, AttributeValue::Bool(active));
    update_user(target, username, attributes).await
}

async fn update_user(
    target: &Target,
    username: &str,
    attributes: ItemUpdate,
) -> Result<Output, Error> {
    let (client, table) = (target.client(), target.table(USERS_TABLE)?);
    let user = users::find(client, table, username).await?;
    let attributes = attributes.only_if(keys::USERNAME, AttributeValue::S(username.to_owned()));
    let update = Update::new(keys::SUBJECT, AttributeValue::S(user.subject), attributes);
    match update.send(client, table).await? {
        UpdateOutcome::Refused => Err(Error::ConcurrentModification { table: table.to_owned() }),
        UpdateOutcome::Stored => {
            let mut output = show(target, username).await?;
            output.text.push_str(&format!("\nstored in table {table} {}", target.place()));
            Ok(output)
        }
    }
}
