//! `service list`, `show`, `activate` and `deactivate`.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde_json::json;
use shared::{
    domain::{Service, ServiceId, Timestamp},
    http::{Clock, ListedService},
    store::{self, keys::services as keys},
};

use crate::{
    Failure, Output,
    output::{particulars, status_style, table},
    scan,
    target::{SERVICES_TABLE, Target, USERS_TABLE},
    update::{Sent, Update},
    user_file::User,
    users,
};

/// Which services are listed.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Filter {
    /// Only those of this region, by its id
    #[arg(long, value_name = "ID")]
    region: Option<ServiceId>,
    /// Only this service and what lies below it
    #[arg(long, value_name = "ID")]
    parent: Option<ServiceId>,
    /// Only those of this type
    #[arg(long = "type", value_name = "TYPE")]
    type_id: Option<u64>,
    /// Only those with this text in their name, in any letter case
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Those that are not in use as well
    #[arg(long)]
    all: bool,
}

impl Filter {
    fn takes(&self, service: &Service) -> bool {
        let directory = &service.directory;
        let name = |text: &String| directory.name.to_lowercase().contains(&text.to_lowercase());
        (self.all || directory.active)
            && self.region.is_none_or(|region| directory.lineage.root() == region)
            && self.parent.is_none_or(|parent| directory.lineage.is_within(parent))
            && self.type_id.is_none_or(|type_id| directory.type_id == type_id)
            && self.name.as_ref().is_none_or(name)
    }
}

/// A service as the API lists it, and whether it is in use.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    listed: ListedService,
    active: bool,
}

impl Shown {
    fn at(service: Service, now: Timestamp) -> Self {
        Self { active: service.directory.active, listed: ListedService::shown_at(service, now) }
    }
}

/// The services that the filter takes, regions and what lies below them together; and which rows cannot
/// be read.
pub(crate) async fn list(target: &Target, filter: &Filter) -> Result<Output, Failure> {
    let rows = scan::rows(target.client(), target.table(SERVICES_TABLE)?, &[]).await?;
    let (services, unreadable): (Vec<_>, Vec<_>) =
        rows.into_iter().map(store::service).partition(Result::is_ok);
    let services = services.into_iter().flatten();
    let mut services: Vec<Service> = services.filter(|service| filter.takes(service)).collect();
    services.sort_by_cached_key(|service| {
        let lineage = &service.directory.lineage;
        (lineage.ancestors().to_vec(), lineage.own())
    });
    let now = Clock::system().now();
    let lines = services.iter().map(|service| {
        let (directory, shown) = (&service.directory, service.record.clone().shown_at(now));
        let parent = directory.lineage.parent();
        let cells = [
            service.id().to_string(),
            shown.status.rag().as_str().to_owned(),
            shown.status.reset_at().map(|at| at.to_string()).unwrap_or_default(),
            directory.type_id.to_string(),
            parent.map(|parent| parent.to_string()).unwrap_or_default(),
            if directory.active { String::new() } else { "not in use".to_owned() },
            directory.name.clone(),
        ];
        (status_style(shown.status.rag()), cells)
    });
    let heading = ["id", "status", "reset", "type", "parent", "", "name"];
    let mut text = format!("{}\n{} services", table(heading, lines), services.len());
    for damaged in unreadable.iter().filter_map(|row| row.as_ref().err()) {
        text.push_str(&format!("\n{damaged}"));
    }
    let shown: Vec<Shown> = services.into_iter().map(|service| Shown::at(service, now)).collect();
    Ok(Output { well: unreadable.is_empty(), ..Output::new(text, &shown) })
}

/// All there is to know of a service: who may update it too.
pub(crate) async fn show(target: &Target, id: ServiceId) -> Result<Output, Failure> {
    let service = read(target, id).await?;
    let users = users::all(target.client(), target.table(USERS_TABLE)?).await?.users;
    let editors = users.iter().filter(|user| may_update(user, &service));
    let editors: Vec<&str> = editors.map(|user| user.username.as_str()).collect();
    let now = Clock::system().now();
    let (directory, shown) = (service.directory.clone(), service.record.clone().shown_at(now));
    let above = directory.lineage.ancestors().iter().rev().map(ToString::to_string);
    let above = above.collect::<Vec<_>>().join(", below ");
    let reset = shown.status.reset_at();
    let changed = shown.modified.as_ref().map(|last| format!("{} by {}", last.at, last.by));
    let text = particulars([
        ("id", Some(id.to_string())),
        ("name", Some(directory.name)),
        ("status", Some(shown.status.rag().as_str().to_owned())),
        ("reset", reset.map(|at| at.to_string())),
        ("changed", changed),
        ("notes", shown.modified.and_then(|last| last.notes)),
        ("version", Some(shown.version.to_string())),
        ("in use", Some(if directory.active { "yes" } else { "no" }.to_owned())),
        ("type", Some(directory.type_id.to_string())),
        ("below", Some(above).filter(|above| !above.is_empty())),
        ("town", directory.town),
        ("postcode", directory.postcode),
        ("ODS code", directory.ods_code),
        (
            "may update",
            Some(if editors.is_empty() { "nobody".to_owned() } else { editors.join(", ") }),
        ),
    ]);
    let shown = Shown::at(service, now);
    Ok(Output::new(text, &json!({"service": shown, "mayUpdate": editors})))
}

/// The policy itself decides.
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

/// A service, in use or not.
pub(crate) async fn read(target: &Target, id: ServiceId) -> Result<Service, Failure> {
    let name = target.table(SERVICES_TABLE)?;
    let request = target.client().get_item().table_name(name).consistent_read(true);
    let request = request.key(keys::ID, AttributeValue::N(id.to_string()));
    let answer = request.send().await.map_err(|error| Failure::store(name, error))?;
    Ok(store::service(answer.item.ok_or(Failure::UnknownService(id))?)?)
}

/// Takes a service into use, or out of it. Its status and its place stay.
pub(crate) async fn set_active(
    target: &Target,
    id: ServiceId,
    active: bool,
) -> Result<Output, Failure> {
    let name = target.table(SERVICES_TABLE)?;
    let update = Update::of(keys::ID, AttributeValue::N(id.to_string()))
        .set(keys::ACTIVE, AttributeValue::Bool(active))
        .only_if(keys::ID);
    match update.send(target.client(), name).await? {
        Sent::Refused => Err(Failure::UnknownService(id)),
        Sent::Written => {
            let fate = if active { "in use" } else { "not in use: readers are told 404" };
            let text = format!("service {id} is {fate}, in table {name} {}", target.place());
            Ok(Output::new(text, &json!({"id": id.get(), "active": active})))
        }
    }
}
