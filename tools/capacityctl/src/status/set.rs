//! `status set`: the use case behind the API's PUT.

use shared::{
    domain::{Reason, ServiceId, Timestamp},
    http::{Clock, FieldError, parse_status_update},
    operations::{UpdateError, Updated, authorise_status_update},
};
use strict_json::{Json, Object};

use super::{caller::Caller, represented};
use crate::{
    Error, Output,
    target::Target,
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
    #[arg(long, value_name = "REASON", allow_hyphen_values = true, help = reason_help())]
    reason: Option<String>,
    /// Notes for referrers; never anything about a patient
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    notes: Option<String>,
}

fn reason_help() -> String {
    format!("Why the service is AMBER or RED: {}", Reason::NAMES.join(", "))
}

/// Sets a status as PUT does.
pub(crate) async fn set(target: &Target, setting: Setting) -> Result<Output, Error> {
    let caller = Caller::find(target, &setting.username).await?;
    let now = Clock::system().now();
    let updated = update(&caller, &setting, now).await;
    let rejected = |errors| Error::Invalid(invalid(errors));
    let Updated { service, effective, .. } =
        updated.map_err(|error| caller.failure(setting.id, error, rejected))?;
    let mut output = represented(&service, effective, now)?;
    output.text.push_str(&format!("\n{}", caller.stored(target)));
    Ok(output)
}

async fn update(
    caller: &Caller,
    setting: &Setting,
    now: Timestamp,
) -> Result<Updated, UpdateError<Vec<FieldError>>> {
    let update = authorise_status_update(&caller.tables, caller.command(setting.id, now)).await?;
    let body = update_body(setting);
    let decide = |_: &_, _| parse_status_update(&body, caller.limits);
    update.apply(String::new, decide, |_| ()).await
}

/// The fields of the update, as a client of the API would send them.
fn update_body(setting: &Setting) -> Object {
    let given = [
        ("status", Some(&setting.status)),
        ("resetStatusIn", setting.reset_in.as_ref()),
        ("reason", setting.reason.as_ref()),
        ("notes", setting.notes.as_ref()),
    ];
    let given = given.into_iter().filter_map(|(name, value)| Some((name, value?)));
    given.map(|(name, value)| (name.to_owned(), Json::String(value.clone()))).collect()
}

/// The invalid fields as arguments of the command.
fn invalid(errors: Vec<FieldError>) -> ValidationError {
    let mut problems = Problems::default();
    for FieldError { pointer, code, detail } in errors {
        let argument = match pointer {
            "/status" => "STATUS",
            "/resetStatusIn" => "--reset-in",
            "/reason" => "--reason",
            "/notes" => "--notes",
            other => other,
        };
        problems.add(Location::Argument(argument), format!("{detail} ({code})"));
    }
    problems.into_error()
}
