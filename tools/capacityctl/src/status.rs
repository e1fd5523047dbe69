//! `status get`, `set` and `history`. `status set` is the use case behind the API's PUT, in the name of a user who
//! has the right: there is no other way to change a status.

use serde::Serialize;
use serde_json::Value;
use shared::{
    domain::{Change, Service, ServiceDetails, ServiceId, StatusRecord},
    http::{Clock, FieldError, HistoryEntry, Problem, Representation, parse_status_update},
    operations::{AccessError, StatusUpdateCommand, UpdateError, Updated, authorise_status_update},
    runtime::{reset_limits, table_names},
    store::{AuditContext, StatusHistoryTable, TableNames, TimeRange, UpdateTables},
};
use strict_json::{Json, Object};
use uuid::Uuid;

use crate::{
    Error, Output,
    output::{fields, status_style, table},
    service,
    target::{STATUS_HISTORY_TABLE, Target},
    users,
    validation::{Location, Problems, ValidationError},
};

/// An update of a status.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Setting {
    /// The service's id
    id: ServiceId,
    /// RED, AMBER or GREEN
    status: String,
    /// The user who sets it; must have the right to update the service
    #[arg(long = "as", value_name = "USERNAME", allow_hyphen_values = true)]
    username: String,
    /// Minutes until AMBER or RED becomes GREEN [default: the API's]
    #[arg(long, value_name = "MINUTES", allow_hyphen_values = true)]
    reset_in: Option<String>,
    /// Notes for referrers; never anything about a patient
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    notes: Option<String>,
}

/// The status that readers see now.
pub(crate) async fn get(target: &Target, id: ServiceId) -> Result<Output, Error> {
    let Service { details, record } = service::read(target, id).await?;
    if !details.active {
        return Err(Error::NotInUse(id));
    }
    let effective = record.effective_at(Clock::system().now());
    represented(&details, effective)
}

/// A status as the API represents it.
fn represented(service: &ServiceDetails, effective: StatusRecord) -> Result<Output, Error> {
    let unwritable = |problem: Problem| Error::Unwritable(problem.detail());
    let status = Representation::new(service, effective).map_err(unwritable)?;
    let status: Value = serde_json::from_str(status.json())
        .map_err(|error| Error::Unwritable(error.to_string()))?;
    let text = |name: &str| status.get(name)?.as_str().map(str::to_owned);
    let shown = fields([
        ("id", status.get("id").map(ToString::to_string)),
        ("name", text("name")),
        ("status", text("status")),
        ("reset", text("resetDateTime")),
        ("notes", text("notes")),
        ("changed", text("modifiedDate")),
        ("by", text("modifiedBy")),
    ]);
    Ok(Output::new(shown, &status))
}

/// The newest changes, newest first.
pub(crate) async fn history(target: &Target, id: ServiceId, limit: usize) -> Result<Output, Error> {
    service::read(target, id).await?;
    let name = target.table(STATUS_HISTORY_TABLE)?;
    let history = StatusHistoryTable::new(target.client(), name.to_owned());
    let (now, mut changes, mut after) = (Clock::system().now(), Vec::new(), None);
    while changes.len() < limit {
        let room = (limit - changes.len()).min(PAGE);
        let page = history.page(id, TimeRange::default(), after, room, now).await;
        let page = page.map_err(|fault| Error::Fault { tables: format!("table {name}"), fault })?;
        changes.extend(page.changes);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let lines = changes.iter().map(|change| (status_style(change.status.rag()), cells(change)));
    let heading = ["version", "date", "status", "reset", "by", "operator", "notes"];
    let text = table(heading, lines);
    let entries: Vec<Entry> = changes.into_iter().map(Entry::from).collect();
    Ok(Output::new(text, &entries))
}

/// A change as the API shows it, and the operator who made it, whom the API does not show.
#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    change: HistoryEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<String>,
}

impl From<Change> for Entry {
    fn from(change: Change) -> Self {
        Self { operator: change.by.operator.clone(), change: change.into() }
    }
}

/// How many changes are asked for at once.
const PAGE: usize = 100;

fn cells(change: &Change) -> [String; 7] {
    [
        change.version.to_string(),
        change.at.to_string(),
        change.status.rag().as_str().to_owned(),
        change.status.reset_at().map(|at| at.to_string()).unwrap_or_default(),
        change.by.username.clone(),
        change.by.operator.clone().unwrap_or_default(),
        change.notes.clone().unwrap_or_default(),
    ]
}

/// Sets a status as PUT does.
pub(crate) async fn set(target: &Target, setting: Setting) -> Result<Output, Error> {
    let names = table_names(&target.settings()).map_err(Error::Settings)?;
    let Updated { service, effective, .. } = update(target, &setting, &names).await?;
    let mut output = represented(&service, effective)?;
    let (TableNames { services, status_history, .. }, place) = (names, target.place());
    output.text.push_str(&format!("\nstored in tables {services} and {status_history} {place}"));
    Ok(output)
}

async fn update(target: &Target, setting: &Setting, names: &TableNames) -> Result<Updated, Error> {
    let client = target.client();
    let user = users::find(client, &names.users, &setting.username).await?;
    let limits = reset_limits(&target.settings()).map_err(Error::Settings)?;
    let (now, request_id) = (Clock::system().now(), Uuid::new_v4().to_string());
    let operator = target.operator().await?.to_string();
    let command = StatusUpdateCommand {
        subject: &user.subject,
        operator: Some(&operator),
        service: Some(setting.id),
        key: None,
        audit: AuditContext { at: now, request_id: &request_id },
    };
    let body = update_body(setting);
    let tables = UpdateTables::new(client, names.clone());
    let update = async {
        let update = authorise_status_update(&tables, command).await?;
        let decide = |_: &_, _| parse_status_update(&body, limits);
        update.apply(String::new, decide, |_| ()).await
    };
    update.await.map_err(|error| failure(error, setting, names))
}

/// The fields of the update, as a client of the API would send them.
fn update_body(setting: &Setting) -> Object {
    let given = [
        ("status", Some(&setting.status)),
        ("resetStatusIn", setting.reset_in.as_ref()),
        ("notes", setting.notes.as_ref()),
    ];
    let given = given.into_iter().filter_map(|(name, value)| Some((name, value?)));
    given.map(|(name, value)| (name.to_owned(), Json::String(value.clone()))).collect()
}

/// Why the update is not stored.
fn failure(error: UpdateError<Vec<FieldError>>, setting: &Setting, names: &TableNames) -> Error {
    let (id, username) = (setting.id, setting.username.clone());
    let TableNames { services, status_history, users, .. } = names;
    match error {
        UpdateError::Access(AccessError::UserUnknown) => Error::UnknownUser(username),
        UpdateError::Access(AccessError::UserInactive) => Error::InactiveUser(username),
        UpdateError::Access(AccessError::ServiceNotFound) => Error::NoActiveService(id),
        UpdateError::Access(AccessError::NotPermitted) => {
            Error::NotPermitted { username, service: id }
        }
        UpdateError::Rejected(errors) => Error::Invalid(invalid(errors)),
        // Only requests with an idempotency key reuse one.
        UpdateError::Conflict | UpdateError::KeyReused => {
            Error::ConcurrentModification { table: services.to_owned() }
        }
        UpdateError::Store(fault) => Error::Fault {
            tables: format!("tables {services}, {status_history} and {users}"),
            fault,
        },
    }
}

/// The invalid fields as arguments of the command.
fn invalid(errors: Vec<FieldError>) -> ValidationError {
    let mut problems = Problems::default();
    for FieldError { pointer, code, detail } in errors {
        let argument = match pointer {
            "/status" => "STATUS",
            "/resetStatusIn" => "--reset-in",
            "/notes" => "--notes",
            other => other,
        };
        problems.add(Location::Argument(argument), format!("{detail} ({code})"));
    }
    problems.into_error()
}
