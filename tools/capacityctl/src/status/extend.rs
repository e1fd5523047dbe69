//! `status extend`: moves the deadline of an AMBER or RED by the use case behind the API's operation. It shows the status
//! first, and changes only what it has shown.

use clap::{CommandFactory as _, error::ErrorKind};
use serde_json::json;
use shared::{
    domain::{
        DeadlineUpdate, Minutes, NoDeadline, ResetLimits, Service, ServiceDetails, ServiceId,
        StatusRecord, Timestamp,
    },
    http::{Clock, ETag, Representation},
    operations::{UpdateError, Updated, authorise_status_update},
};

use super::{caller::Caller, represented};
use crate::{
    Error, Output,
    arguments::minutes,
    cli::Arguments,
    dialog::Dialog,
    target::{SERVICES_TABLE, Target},
    validation::{Location, ValidationError},
};

/// A deadline to extend.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Extension {
    /// The service's id
    id: ServiceId,
    /// How many minutes more, at least 1
    #[arg(value_parser = minutes, allow_negative_numbers = true)]
    minutes: Minutes,
    /// The user who extends it; must have the right to update the service
    #[arg(long = "as", value_name = "USERNAME", allow_hyphen_values = true)]
    username: String,
    /// Do not ask; needed with --json, and where standard input is no terminal
    #[arg(long)]
    yes: bool,
    /// Show the status and the new deadline, change nothing
    #[arg(long)]
    dry_run: bool,
}

/// A status as the user is shown it.
struct Shown {
    etag: ETag,
    output: Output,
}

/// Why the use case is told not to change anything.
#[derive(Debug)]
enum Rejection {
    Green,
    OutsideLimits(String),
    /// The status is not the one that was shown.
    Changed(StatusRecord),
    Unwritable(String),
}

impl From<NoDeadline> for Rejection {
    fn from(NoDeadline: NoDeadline) -> Self {
        Self::Green
    }
}

/// Extends a deadline if the user agrees.
pub(crate) async fn extend(
    target: &Target,
    extension: Extension,
    dialog: &mut Dialog,
) -> Result<Output, Error> {
    let id = extension.id;
    let caller = Caller::find(target, &extension.username).await?;
    let failure = |error| caller.failure(id, error, |rejection| rejected(id, rejection));
    let mut shown = look(&caller, &extension).await.map_err(failure)?;
    if extension.dry_run {
        let table = target.named_table(SERVICES_TABLE)?;
        shown.output.text.push_str(&format!("\ndry run: nothing was changed in {table}"));
        return Ok(shown.output);
    }
    dialog.show(&shown.output.text);
    if !extension.yes && !dialog.confirm("Extend it?") {
        return Err(Error::Declined);
    }
    // The change is dated now, not before the user thought about it.
    let now = Clock::system().now();
    let updated = change(&caller, &extension, &shown.etag, now).await;
    let Updated { service, effective, .. } = updated.map_err(failure)?;
    let mut output = represented(&service, effective, now)?;
    output.text.push_str(&format!("\n{}", caller.stored(target)));
    Ok(output)
}

/// The status now, and how long it would stay: at least, since what remains is rounded up when it is changed.
async fn look(caller: &Caller, extension: &Extension) -> Result<Shown, UpdateError<Rejection>> {
    let now = Clock::system().now();
    let command = caller.command(extension.id, now);
    let update = authorise_status_update(&caller.tables, command).await?;
    let Service { details, record } = update.service().clone();
    let effective = record.effective_at(now);
    extension.update(&effective, caller.limits, now).map_err(UpdateError::Rejected)?;
    let unwritable = |error: Error| UpdateError::Rejected(Rejection::Unwritable(error.to_string()));
    let etag = etag(&details, effective.clone()).map_err(UpdateError::Rejected)?;
    let (status, Minutes(minutes)) = (effective.status, extension.minutes);
    let until = status.reset_at().map_or(now, |deadline| deadline.plus(extension.minutes));
    let mut output = represented(&details, effective, now).map_err(unwritable)?;
    let until = until.to_string();
    output.text.push_str(&format!(
        "\nwith {minutes} minutes more it stays {} at least until {until}",
        status.rag()
    ));
    let current = output.json.take();
    output.json = Some(json!({"dryRun": true, "current": current, "atLeastUntil": until}));
    Ok(Shown { etag, output })
}

/// Moves the deadline of the status that was shown, and of no other.
async fn change(
    caller: &Caller,
    extension: &Extension,
    shown: &ETag,
    now: Timestamp,
) -> Result<Updated, UpdateError<Rejection>> {
    let command = caller.command(extension.id, now);
    let update = authorise_status_update(&caller.tables, command).await?;
    let decide = |service: &Service, effective: StatusRecord| {
        if etag(&service.details, effective.clone())? != *shown {
            return Err(Rejection::Changed(effective));
        }
        extension.update(&effective, caller.limits, now)
    };
    update.move_deadline(String::new, decide, |_| ()).await
}

fn etag(service: &ServiceDetails, effective: StatusRecord) -> Result<ETag, Rejection> {
    match Representation::new(service, effective) {
        Ok(shown) => Ok(shown.etag().clone()),
        Err(problem) => Err(Rejection::Unwritable(problem.detail())),
    }
}

impl Extension {
    /// A change must be asked for in words or be answered with yes.
    ///
    /// # Errors
    ///
    /// Nobody can be asked.
    pub(crate) fn check(&self, dialog: &Dialog) -> Result<(), Error> {
        if self.yes || self.dry_run || dialog.can_ask() {
            return Ok(());
        }
        let reason =
            "nobody can be asked without a terminal, or with --json: give --yes or --dry-run";
        Err(Error::Usage(Arguments::command().error(ErrorKind::MissingRequiredArgument, reason)))
    }

    /// What remains and these minutes more, if the API would take it.
    fn update(
        &self,
        effective: &StatusRecord,
        limits: ResetLimits,
        now: Timestamp,
    ) -> Result<DeadlineUpdate, Rejection> {
        let ResetLimits { min, max, .. } = limits;
        let DeadlineUpdate { reset_in: Minutes(remaining) } =
            DeadlineUpdate::extend_by(Minutes(0), effective, now)?;
        let update = DeadlineUpdate::extend_by(self.minutes, effective, now)?;
        let text = if update.reset_in < min {
            let least = min.0.saturating_sub(remaining);
            format!("at least {least}: a deadline must be at least {min} minutes from now")
        } else if update.reset_in <= max {
            return Ok(update);
        } else if remaining >= max.0 {
            format!("none is possible: a deadline can be at most {max} minutes from now")
        } else {
            let most = max.0 - remaining;
            format!("at most {most}: a deadline can be at most {max} minutes from now")
        };
        Err(Rejection::OutsideLimits(text))
    }
}

fn rejected(id: ServiceId, rejection: Rejection) -> Error {
    let invalid = |argument, text| ValidationError::new(Location::Argument(argument), text).into();
    match rejection {
        Rejection::Green => {
            let text = format!("service {id} is GREEN: set AMBER or RED (`status set`)");
            invalid("ID", text)
        }
        Rejection::OutsideLimits(text) => invalid("MINUTES", text),
        Rejection::Changed(effective) => {
            Error::StatusChanged { service: id, current: summary(&effective) }
        }
        Rejection::Unwritable(reason) => Error::Unwritable(reason),
    }
}

/// A status in one line.
fn summary(effective: &StatusRecord) -> String {
    let reset = effective.status.reset_at().map(|at| format!(" until {at}"));
    let changed =
        effective.modified.as_ref().map(|last| format!(", set {} by {}", last.at, last.by));
    let (reset, changed) = (reset.unwrap_or_default(), changed.unwrap_or_default());
    format!("{}{reset}{changed}", effective.status.rag())
}
