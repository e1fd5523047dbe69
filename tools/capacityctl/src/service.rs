//! `service list`, `show`, `activate` and `deactivate`.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::Serialize;
use serde_json::json;
use shared::{
    domain::{Minutes, Reason, Service, ServiceDetails, ServiceId, StatusRecord, Timestamp},
    http::{Clock, ListedService},
    store::{self, ItemUpdate, keys::services as keys},
};

use crate::{
    Error, Output,
    arguments::not_blank,
    audit::Audit,
    concurrency::MAX_DECISIONS,
    output::{fields, table},
    scan::{self, Item},
    services::{ActivityChange, DirectoryChange},
    status_text::{AUTOMATIC, review, status_name, status_style},
    target::{CHANGES_TABLE, SERVICES_TABLE, Target, USERS_TABLE},
    transaction,
    update::{Update, UpdateOutcome},
    users,
    users_file::User,
};

/// The filter of `service list`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Filter {
    /// Only services of this region
    #[arg(long, value_name = "ID")]
    region: Option<ServiceId>,
    /// Only this service and its descendants
    #[arg(long, value_name = "ID")]
    parent: Option<ServiceId>,
    /// Only services of this type
    #[arg(long = "type", value_name = "TYPE")]
    type_id: Option<u64>,
    /// Only services with this text in their name; ignores case
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = not_blank)]
    name: Option<String>,
    /// Inactive services too
    #[arg(long)]
    all: bool,
}

impl Filter {
    fn matches(&self, service: &Service) -> bool {
        let details = &service.details;
        let name = |text: &String| details.name.to_lowercase().contains(&text.to_lowercase());
        (self.all || details.active)
            && self.region.is_none_or(|region| details.path.root() == region)
            && self.parent.is_none_or(|parent| details.path.is_within(parent))
            && self.type_id.is_none_or(|type_id| details.type_id == type_id)
            && self.name.as_ref().is_none_or(name)
    }
}

/// A service as the API lists it, its review interval, and whether it is active.
#[derive(Serialize)]
struct ServiceOutput {
    #[serde(flatten)]
    listed: ListedService,
    #[serde(rename = "reviewAfterMinutes", skip_serializing_if = "Option::is_none")]
    review_after: Option<u32>,
    active: bool,
}

impl ServiceOutput {
    fn at(service: Service, now: Timestamp) -> Self {
        let ServiceDetails { review_after, active, .. } = service.details;
        let review_after = review_after.map(|Minutes(minutes)| minutes);
        Self { listed: ListedService::effective_at(service, now), review_after, active }
    }
}

/// Lists the services that match, each region with its descendants, and the items that cannot be read.
pub(crate) async fn list(target: &Target, filter: &Filter) -> Result<Output, Error> {
    let items = scan::items(target.client(), target.table(SERVICES_TABLE)?, &[]).await?;
    let (services, unreadable): (Vec<_>, Vec<_>) =
        items.into_iter().map(store::parse_service).partition(Result::is_ok);
    let services = services.into_iter().flatten();
    let mut services: Vec<Service> = services.filter(|service| filter.matches(service)).collect();
    services.sort_by_cached_key(|service| {
        let path = &service.details.path;
        (path.ancestors().to_vec(), path.id())
    });
    let now = Clock::system().now();
    let lines = services.iter().map(|service| {
        let (details, shown) = (&service.details, service.record.clone().effective_at(now));
        let parent = details.path.parent();
        let reason = shown.modified.as_ref().and_then(|last| last.reason.as_ref());
        let cells = [
            service.id().to_string(),
            shown.status.rag().as_str().to_owned(),
            shown.status.reset_at().map(|at| at.to_string()).unwrap_or_default(),
            reason.map(Reason::as_str).unwrap_or_default().to_owned(),
            details.type_id.to_string(),
            parent.map(|parent| parent.to_string()).unwrap_or_default(),
            remarks(details, &shown, now),
            details.name.clone(),
        ];
        (status_style(shown.status.rag()), cells)
    });
    let heading = ["id", "status", "reset", "reason", "type", "parent", "", "name"];
    let mut text = format!("{}\n{} services", table(heading, lines), services.len());
    for error in unreadable.iter().filter_map(|item| item.as_ref().err()) {
        text.push_str(&format!("\n{error}"));
    }
    let shown: Vec<ServiceOutput> =
        services.into_iter().map(|service| ServiceOutput::at(service, now)).collect();
    Ok(Output { healthy: unreadable.is_empty(), ..Output::new(text, &shown) })
}

/// What a reader of the list must not overlook.
fn remarks(details: &ServiceDetails, shown: &StatusRecord, now: Timestamp) -> String {
    let is_overdue = details.review_after.is_some_and(|after| shown.is_overdue(after, now));
    let remarks = [
        (!details.active, "inactive"),
        (shown.is_automatic(), AUTOMATIC),
        (is_overdue, "review overdue"),
    ];
    let remarks = remarks.into_iter().filter_map(|(holds, remark)| holds.then_some(remark));
    remarks.collect::<Vec<_>>().join("; ")
}

/// Shows everything about a service, and who may update it.
pub(crate) async fn show(target: &Target, id: ServiceId) -> Result<Output, Error> {
    let service = read(target, id).await?;
    let users = users::list(target.client(), target.table(USERS_TABLE)?).await?.users;
    let editors = users.iter().filter(|user| may_update(user, &service));
    let editors: Vec<&str> = editors.map(|user| user.username.as_str()).collect();
    let now = Clock::system().now();
    let text = description(service.clone(), &editors, now);
    let shown = ServiceOutput::at(service, now);
    Ok(Output::new(text, &json!({"service": shown, "mayUpdate": editors})))
}

fn description(service: Service, editors: &[&str], now: Timestamp) -> String {
    let Service { details, record } = service;
    let (shown, review_after) = (record.effective_at(now), details.review_after);
    let above = details.path.ancestors().iter().rev().map(ToString::to_string);
    let above = above.collect::<Vec<_>>().join(", below ");
    let last = shown.modified.as_ref();
    let reason = last.and_then(|last| last.reason.as_ref());
    let may_update = if editors.is_empty() { "nobody".to_owned() } else { editors.join(", ") };
    fields([
        ("id", Some(details.path.id().to_string())),
        ("name", Some(details.name)),
        ("status", Some(status_name(&shown))),
        ("reset", shown.status.reset_at().map(|at| at.to_string())),
        ("reason", reason.map(|reason| reason.as_str().to_owned())),
        ("changed", last.map(|last| format!("{} by {}", last.at, last.by))),
        ("review due", review(review_after, &shown, now)),
        ("notes", last.and_then(|last| last.notes.clone())),
        ("version", Some(shown.version.to_string())),
        ("active", Some(if details.active { "yes" } else { "no" }.to_owned())),
        ("type", Some(details.type_id.to_string())),
        ("below", Some(above).filter(|above| !above.is_empty())),
        ("town", details.town),
        ("postcode", details.postcode),
        ("ODS code", details.ods_code),
        ("phone", details.phone),
        ("review after", review_after.map(|after| format!("{after} minutes"))),
        ("may update", Some(may_update)),
    ])
}

/// Asks the policy that the API uses.
fn may_update(user: &User, service: &Service) -> bool {
    let user = shared::domain::User {
        subject: user.subject.clone(),
        username: user.username.clone(),
        active: user.active,
        edit_capacity: user.permissions.contains(store::keys::users::EDIT_CAPACITY),
        services: user.services.iter().copied().collect(),
    };
    shared::domain::authorise_update(&user, service).is_some()
}

/// Reads a service, active or not.
pub(crate) async fn read(target: &Target, id: ServiceId) -> Result<Service, Error> {
    let name = target.table(SERVICES_TABLE)?;
    parse(name, item(target.client(), name, id).await?)
}

/// Reads a service's row in this table.
pub(crate) fn parse(table: &str, item: Item) -> Result<Service, Error> {
    store::parse_service(item)
        .map_err(|fault| Error::Fault { tables: format!("table {table}"), fault: fault.into() })
}

/// The row of a service.
pub(crate) async fn item(client: &Client, table: &str, id: ServiceId) -> Result<Item, Error> {
    stored(client, table, id).await?.ok_or(Error::UnknownService(id))
}

/// The row of a service, if there is one.
pub(crate) async fn stored(
    client: &Client,
    table: &str,
    id: ServiceId,
) -> Result<Option<Item>, Error> {
    let request = client.get_item().table_name(table).consistent_read(true);
    let request = request.key(keys::ID, AttributeValue::N(id.to_string()));
    let answer = request.send().await.map_err(|error| Error::store(table, error))?;
    Ok(answer.item)
}

/// Activates or deactivates a service. Its status and its parent stay.
pub(crate) async fn set_active(
    target: &Target,
    id: ServiceId,
    active: bool,
) -> Result<Output, Error> {
    let (client, name) = (target.client(), target.table(SERVICES_TABLE)?);
    let changes = target.table(CHANGES_TABLE)?;
    let action = if active { "service activate" } else { "service deactivate" };
    let audit = Audit::of(target, action).await?;
    let wanted = AttributeValue::Bool(active);
    for _ in 0..MAX_DECISIONS {
        let stored = item(client, name, id).await?;
        let before = stored.get(keys::ACTIVE).cloned();
        if before.as_ref() == Some(&wanted) {
            return Ok(activity(target, name, id, active));
        }
        let attributes = ItemUpdate::default()
            .set(keys::ACTIVE, wanted.clone())
            .only_if_exists(keys::ID)
            .only_if(keys::ACTIVE, before.clone());
        let update = Update::new(keys::ID, AttributeValue::N(id.to_string()), attributes);
        let directory = DirectoryChange::of(id, Some(&stored));
        let mut writes = directory.rows(changes, target.now(), |_| true)?;
        writes.push(directory.count(update).into_write(name)?);
        let row = ActivityChange { before, after: Some(wanted.clone()) }.into_row(id);
        writes.push(audit.put(row)?);
        let tables = format!("{name}, {changes} or {}", audit.table());
        if transaction::send_soon(client, &tables, writes).await? == UpdateOutcome::Stored {
            return Ok(activity(target, name, id, active));
        }
    }
    Err(Error::ConcurrentModification { table: name.to_owned() })
}

fn activity(target: &Target, table: &str, id: ServiceId, active: bool) -> Output {
    let state = if active { "active" } else { "inactive (readers get 404)" };
    let text = format!("service {id} is {state} in table {table} {}", target.place());
    Output::new(text, &json!({"id": id.get(), "active": active}))
}
