//! `status get`, `set` and `history`. `status set` is the use case behind the API's PUT, in the name of a user who
//! has the right: there is no other way to change a status.

use serde_json::Value;
use shared::{
    domain::{Change, Service, ServiceId},
    http::{Clock, HistoryEntry, Problem, Representation, parse_status_update},
    operations::{StatusUpdateCommand, UpdateError, Updated, authorise_status_update},
    runtime::{reset_limits, table_names},
    store::{AuditContext, StatusHistoryTable, TimeRange, UpdateTables},
};
use strict_json::{Json, Object};
use uuid::Uuid;

use crate::{
    Error, Output,
    output::{fields, status_style, table},
    service,
    target::{STATUS_HISTORY_TABLE, Target, USERS_TABLE},
    users,
};

/// An update of a status.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Setting {
    /// Id of the service
    id: ServiceId,
    /// RED, AMBER or GREEN
    status: String,
    /// Username; the user must have the right to update the service
    #[arg(long = "as", value_name = "USERNAME")]
    username: String,
    /// Minutes until AMBER or RED becomes GREEN [default: the API's]
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true)]
    reset_in: Option<String>,
    /// Notes for referrers; never anything about a patient
    #[arg(long, value_name = "TEXT")]
    notes: Option<String>,
}

/// The status that readers see now.
pub(crate) async fn get(target: &Target, id: ServiceId) -> Result<Output, Error> {
    let Service { details, record } = service::read(target, id).await?;
    if !details.active {
        return Err(Error::NotInUse(id));
    }
    let effective = record.effective_at(Clock::system().now());
    let representation = Representation::new(id, &details.name, effective);
    let representation = representation.map_err(|problem| refused(&problem))?;
    Ok(shown(&representation))
}

/// A representation as people read it.
fn shown(representation: &Representation) -> Output {
    represented(serde_json::from_str(representation.json()).unwrap_or_default())
}

fn represented(status: Value) -> Output {
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
    Output::new(shown, &status)
}

/// The newest changes, newest first.
pub(crate) async fn history(target: &Target, id: ServiceId, limit: usize) -> Result<Output, Error> {
    service::read(target, id).await?;
    let name = target.table(STATUS_HISTORY_TABLE)?.to_owned();
    let history = StatusHistoryTable::new(target.client(), name);
    let (now, mut changes, mut after) = (Clock::system().now(), Vec::new(), None);
    while changes.len() < limit {
        let room = (limit - changes.len()).min(PAGE);
        let page = history.page(id, TimeRange::default(), after, room, now).await?;
        changes.extend(page.changes);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let lines = changes.iter().map(|change| (status_style(change.status.rag()), cells(change)));
    let text = table(["version", "date", "status", "reset", "by", "notes"], lines);
    let entries: Vec<HistoryEntry> = changes.into_iter().map(HistoryEntry::from).collect();
    Ok(Output::new(text, &entries))
}

/// How many changes are asked for at once.
const PAGE: usize = 100;

fn cells(change: &Change) -> [String; 6] {
    [
        change.version.to_string(),
        change.at.to_string(),
        change.status.rag().as_str().to_owned(),
        change.status.reset_at().map(|at| at.to_string()).unwrap_or_default(),
        change.by.username.clone(),
        change.notes.clone().unwrap_or_default(),
    ]
}

/// Sets a status as PUT does.
pub(crate) async fn set(target: &Target, setting: Setting) -> Result<Output, Error> {
    let (client, table) = (target.client(), target.table(USERS_TABLE)?);
    let user = users::find(client, table, &setting.username).await?;
    let settings = target.settings();
    let names = table_names(&settings).map_err(Error::Settings)?;
    let limits = reset_limits(&settings).map_err(Error::Settings)?;
    let (now, request_id) = (Clock::system().now(), Uuid::new_v4().to_string());
    let command = StatusUpdateCommand {
        subject: &user.subject,
        service: Some(setting.id),
        key: None,
        audit: AuditContext { at: now, request_id: &request_id },
    };
    let body = update_body(&setting);
    let tables = UpdateTables::new(client, names);
    let update = async {
        let update = authorise_status_update(&tables, command).await?;
        let decide =
            |_: &_, _| parse_status_update(&body, limits).map_err(Problem::ValidationFailed);
        update.apply(String::new, decide, |_| ()).await
    };
    let updated = update.await.map_err(|error| match error {
        UpdateError::Store(fault) => Error::Fault(fault),
        error => refused(&Problem::from(error)),
    })?;
    let (name, effective) = match updated {
        Updated::Stored { service, effective, .. } => (service.name, effective),
        Updated::Replayed { service_name, effective, .. } => (service_name, effective),
    };
    let representation = Representation::new(setting.id, &name, effective);
    let mut output = shown(&representation.map_err(|problem| refused(&problem))?);
    output.text.push_str(&format!("\nstored in the tables {}", target.place()));
    Ok(output)
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

/// The failure of a problem, with every invalid field.
fn refused(problem: &Problem) -> Error {
    let errors = match problem {
        Problem::ValidationFailed(errors) => errors.as_slice(),
        _ => &[],
    };
    let errors =
        errors.iter().map(|error| format!("; {} {}: {}", error.code, error.pointer, error.detail));
    let detail = format!("{}: {}", problem.code(), problem.detail());
    let detail = std::iter::once(detail).chain(errors).collect();
    Error::Api { status: problem.status().as_u16(), detail }
}
