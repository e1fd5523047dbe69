//! `user list`, `show`, `add`, `grant`, `revoke`, `activate` and `deactivate`.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::{domain::ServiceId, store::keys::users as keys};

use crate::{
    Failure, Output, Refusal,
    output::{PLAIN, WARNING, particulars, table},
    refusal::{Place, Problems},
    service,
    target::{Target, USERS_TABLE},
    update::{Sent, Update},
    user_file::{self, PERMISSIONS, User},
    users,
};

/// What is given to a user or taken away.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Rights {
    /// A permission, perhaps one of several: editCapacity
    #[arg(long = "permission", value_name = "NAME", value_parser = PERMISSIONS)]
    permissions: Vec<String>,
    /// A service, perhaps one of several, with all below it
    #[arg(long = "service", value_name = "ID")]
    services: Vec<ServiceId>,
}

/// A user to add.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct New {
    /// What history is to call the user
    username: String,
    /// The `sub` of the user's tokens; by default the username
    #[arg(long)]
    subject: Option<String>,
    /// Not to be active yet
    #[arg(long)]
    inactive: bool,
    #[command(flatten)]
    rights: Rights,
}

/// All users by name.
pub(crate) async fn list(target: &Target) -> Result<Output, Failure> {
    let all = users::all(target.client(), target.table(USERS_TABLE)?).await?;
    let users = all.users;
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
    if all.unreadable > 0 {
        text.push_str(&format!("\n{} more rows cannot be read", all.unreadable));
    }
    let entries: Vec<Value> = users.iter().map(entry).collect();
    Ok(Output { well: all.unreadable == 0, ..Output::new(text, &entries) })
}

/// One user.
pub(crate) async fn show(target: &Target, username: &str) -> Result<Output, Failure> {
    let user = users::named(target.client(), target.table(USERS_TABLE)?, username).await?;
    let none = |text: String| Some(if text.is_empty() { "none".to_owned() } else { text });
    let text = particulars([
        ("username", Some(user.username.clone())),
        ("subject", Some(user.subject.clone())),
        ("active", Some(if user.active { "yes" } else { "no" }.to_owned())),
        ("permissions", none(joined(&user.permissions))),
        ("services", none(joined(&user.services))),
    ]);
    Ok(Output::new(text, &entry(&user)))
}

/// As a users file has it.
fn entry(user: &User) -> Value {
    let services: Vec<u64> = user.services.iter().map(|id| id.get()).collect();
    let User { username, subject, active, permissions, .. } = user;
    json!({"username": username, "subject": subject, "active": active, "permissions": permissions,
        "services": services})
}

fn joined<T: ToString>(values: &BTreeSet<T>) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Writes a user who is new.
pub(crate) async fn add(target: &Target, new: New) -> Result<Output, Failure> {
    let mut problems = Problems::default();
    let mut valid = |name: &str, parsed: Result<String, &'static str>| {
        parsed.map_err(|text| problems.note(Place::CommandLine, format!("{name}: {text}"))).ok()
    };
    let username = valid("username", user_file::username(&new.username));
    let subject = new.subject.as_deref().unwrap_or(&new.username);
    let subject = valid("subject", user_file::subject(subject));
    let (username, subject) = problems.none_or_refuse((username, subject))?;
    let Rights { permissions, services } = new.rights;
    demand_services(target, &services).await?;
    let user = User {
        username: username.unwrap_or_default(),
        subject: subject.unwrap_or_default(),
        active: !new.inactive,
        permissions: permissions.into_iter().collect(),
        services: services.into_iter().collect(),
    };
    let written = entry(&user);
    let text = format!("user {} is added {}", user.username, target.place());
    users::add(target.client(), target.table(USERS_TABLE)?, user).await?;
    Ok(Output::new(text, &written))
}

/// A typing error would assign to nothing.
async fn demand_services(target: &Target, services: &[ServiceId]) -> Result<(), Failure> {
    for id in services {
        service::read(target, *id).await?;
    }
    Ok(())
}

/// Gives rights to a user, or takes them away; what the user has besides stays.
pub(crate) async fn change_rights(
    target: &Target,
    username: &str,
    rights: Rights,
    gives: bool,
) -> Result<Output, Failure> {
    if gives {
        demand_services(target, &rights.services).await?;
    }
    let (permissions, services) = (rights.permissions, rights.services);
    let sets = [
        (keys::PERMISSIONS, users::permissions(&permissions.into_iter().collect())),
        (keys::SERVICES, users::assignments(&services.into_iter().collect())),
    ];
    let sets: Vec<_> = sets.into_iter().filter_map(|(name, set)| Some((name, set?))).collect();
    if sets.is_empty() {
        let text = "neither --permission nor --service is given";
        return Err(Refusal::because(Place::CommandLine, text).into());
    }
    change(target, username, |update| update.sets(sets, gives)).await
}

/// Lets a user in, or keeps one out. Their rights stay as they are.
pub(crate) async fn set_active(
    target: &Target,
    username: &str,
    active: bool,
) -> Result<Output, Failure> {
    change(target, username, |update| update.set(keys::ACTIVE, AttributeValue::Bool(active))).await
}

async fn change(
    target: &Target,
    username: &str,
    what: impl FnOnce(Update) -> Update,
) -> Result<Output, Failure> {
    let (client, table) = (target.client(), target.table(USERS_TABLE)?);
    let user = users::named(client, table, username).await?;
    let update = Update::of(keys::SUBJECT, AttributeValue::S(user.subject))
        .only_if_equal(keys::USERNAME, Some(AttributeValue::S(username.to_owned())));
    match what(update).send(client, table).await? {
        Sent::Refused => Err(Failure::Overtaken { table: table.to_owned() }),
        Sent::Written => {
            let mut shown = show(target, username).await?;
            shown.text.push_str(&format!("\nin table {table} {}", target.place()));
            Ok(shown)
        }
    }
}
