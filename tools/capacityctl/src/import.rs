//! `import services` and `import users`. An invalid file changes nothing.

use std::{collections::HashSet, fmt::Display, path::Path};

use anstyle::Style;
use aws_sdk_dynamodb::Client;
use serde::Serialize;
use serde_json::{Value, json};
use shared::{domain::ServiceId, store::keys};

use crate::{
    Error, Output, ValidationError,
    audit::{self, Audit, Entry, Resource},
    controls::Controls,
    difference::Difference,
    output::{PLAIN, WARNING, table},
    progress::Progress,
    read_file::read_file,
    scan::{self, number},
    services::{self, ChangeKind, Directory, ImportPlan, MissingService},
    services_file,
    target::{CHANGES_TABLE, SERVICES_TABLE, Target, USERS_TABLE},
    users,
    users_file::{self, MissingSubject},
    validation::Location,
};

/// The options of `import services`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ImportOptions {
    pub(crate) dry_run: bool,
    pub(crate) deactivate_missing: bool,
    /// How many services may be deactivated. Default: a tenth of the active ones, but at least ten; none if the file has
    /// no rows.
    pub(crate) deactivate_at_most: Option<usize>,
}

/// The result of an import or a dry run, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a, Summary> {
    table: &'a str,
    dry_run: bool,
    rows: Summary,
    /// How many rows without any value were left out.
    blank_rows: usize,
    /// In a dry run: the changes that would be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<MissingService>>,
}

/// Imports the directory.
pub(crate) async fn services(
    target: &Target,
    file: &Path,
    options: ImportOptions,
    controls: &mut Controls,
) -> Result<Output, Error> {
    let ImportOptions { dry_run, deactivate_missing, .. } = options;
    let bytes = read_file(file)?;
    let file = services_file::read(&bytes);
    let has_rows = !file.rows.is_empty();
    let blank_rows = file.blank;
    let table = target.table(SERVICES_TABLE)?;
    let progress = &controls.progress.clone();
    let mut directory = Directory {
        client: controls.client(target, table),
        services: table.to_owned(),
        changes: target.table(CHANGES_TABLE)?.to_owned(),
        audit: None,
        clock: target.clock().clone(),
    };
    let plan = services::plan(&directory, file, deactivate_missing, progress);
    let plan = controls.unless_interrupted(plan).await?;
    check_deactivation_limit(&plan, has_rows, options)?;
    let (summary, missing, count) = (plan.summary(), plan.missing.clone(), plan.changes.len());
    let (mut parts, mut steps) = (Vec::new(), None);
    if dry_run {
        let changes = plan.changes.iter().map(|change| {
            (change.kind, change.path.id().to_string(), change.differences.as_slice())
        });
        steps = Some(preview(changes, &mut parts));
    } else {
        if !plan.changes.is_empty() {
            let row = audit::import(Resource::Services, &bytes, &summary);
            directory.audit = Some(record(target, "import services", row, controls).await?);
        }
        plan.apply(&directory, progress, &mut controls.interrupt).await?;
    }
    parts.push(summary_text(&summary, blank_rows));
    parts.extend(missing_text(&missing, options));
    parts.push(table_text(table, target, dry_run, count));
    let report =
        Report { table, dry_run, rows: summary, blank_rows, steps, missing: Some(missing) };
    Ok(Output::new(parts.join("\n"), &report))
}

/// Imports users.
pub(crate) async fn users(
    target: &Target,
    file: &Path,
    dry_run: bool,
    controls: &mut Controls,
) -> Result<Output, Error> {
    let bytes = read_file(file)?;
    let mut file = users_file::read(&bytes, MissingSubject::at(target));
    let blank_rows = file.blank;
    let (table, services_table) = (target.table(USERS_TABLE)?, target.table(SERVICES_TABLE)?);
    let (client, services_client) =
        (&controls.client(target, table), &controls.client(target, services_table));
    let progress = &controls.progress.clone();
    let plan = async {
        let services = known_services(services_client, services_table, progress).await;
        file.check_assignments(services)?;
        users::plan(client, table, file).await
    };
    let plan = controls.unless_interrupted(plan).await?;
    let (summary, count) = (plan.summary(), plan.changes.len());
    let (mut parts, mut steps) = (Vec::new(), None);
    if dry_run {
        let changes = plan.changes.iter().map(|change| {
            (change.kind(), change.user.username.clone(), change.differences.as_slice())
        });
        steps = Some(preview(changes, &mut parts));
    } else {
        let row = audit::import(Resource::Users, &bytes, &summary);
        let audit = match plan.changes.is_empty() {
            true => None,
            false => Some(record(target, "import users", row, controls).await?),
        };
        plan.apply(client, table, audit.as_ref(), progress, &mut controls.interrupt).await?;
    }
    parts.push(summary_text(&summary, blank_rows));
    parts.push(table_text(table, target, dry_run, count));
    let report = Report { table, dry_run, rows: summary, blank_rows, steps, missing: None };
    Ok(Output::new(parts.join("\n"), &report))
}

/// Writes the row of an import before anything else is written.
async fn record(
    target: &Target,
    action: &'static str,
    row: Entry,
    controls: &mut Controls,
) -> Result<Audit, Error> {
    let audit = controls.unless_interrupted(Audit::of(target, action)).await?;
    let id = row.id();
    audit.record(&controls.client(target, audit.table()), row).await?;
    Ok(audit.within(id))
}

/// The ids of all services in the table.
async fn known_services(
    client: &Client,
    table: &str,
    progress: &Progress,
) -> Result<HashSet<ServiceId>, Error> {
    let items = scan::items_with_progress(client, table, &[keys::services::ID], progress).await?;
    Ok(items.iter().filter_map(|item| number(item, keys::services::ID)).collect())
}

/// A truncated file must not deactivate half the country, nor one without rows a small directory.
fn check_deactivation_limit(
    plan: &ImportPlan,
    has_rows: bool,
    options: ImportOptions,
) -> Result<(), ValidationError> {
    let (count, active) = (plan.summary().deactivated, plan.active);
    let default = if has_rows { (active / 10).max(10) } else { 0 };
    let limit = options.deactivate_at_most.unwrap_or(default);
    if count <= limit {
        return Ok(());
    }
    let text = format!(
        "{count} of {active} active services would be deactivated, more than {limit}: look at them with \
         --dry-run --deactivate-at-most {count}; if all are right, import with --deactivate-at-most {count}"
    );
    Err(ValidationError::new(Location::File, text))
}

fn summary_text(summary: &impl Display, blank_rows: usize) -> String {
    match blank_rows {
        0 => summary.to_string(),
        1 => format!("{summary}\n1 blank row skipped"),
        count => format!("{summary}\n{count} blank rows skipped"),
    }
}

/// The changes that would be written, for programs; adds them to `parts` for people.
fn preview<'a>(
    changes: impl Iterator<Item = (ChangeKind, String, &'a [Difference])>,
    parts: &mut Vec<String>,
) -> Value {
    let (mut lines, mut entries) = (Vec::new(), Vec::new());
    for (kind, name, differences) in changes {
        entries.push(json!({"what": kind, "name": name, "differences": differences}));
        let attributes: Vec<String> = differences.iter().map(ToString::to_string).collect();
        lines.push((style(kind), [kind.to_string(), name, attributes.join(", ")]));
    }
    if !lines.is_empty() {
        parts.push(table(["", "name", "changes"], lines));
    }
    entries.into()
}

const fn style(kind: ChangeKind) -> Style {
    match kind {
        ChangeKind::Deactivated | ChangeKind::Moved => WARNING,
        ChangeKind::Added | ChangeKind::Changed => PLAIN,
    }
}

/// How many missing services the text lists after an import. A dry run lists all.
const MAX_LISTED: usize = 20;

/// The active services that are not in the file.
fn missing_text(missing: &[MissingService], options: ImportOptions) -> Option<String> {
    let ImportOptions { dry_run, deactivate_missing, .. } = options;
    let (first, last) = match deactivate_missing {
        _ if missing.is_empty() => return None,
        true if dry_run => ("not in the file, would be deactivated", ""),
        true => ("not in the file, deactivated", ""),
        false => ("active but not in the file", "\nuse --deactivate-missing to deactivate them"),
    };
    let listed = if dry_run { missing.len() } else { missing.len().min(MAX_LISTED) };
    let lines = missing.iter().take(listed);
    let lines = lines.map(|MissingService { id, name }| (PLAIN, [id.to_string(), name.clone()]));
    let shown = table(["id", "name"], lines);
    let more = match missing.len() - listed {
        0 => String::new(),
        more => format!("\nand {more} more; --dry-run and --json list all"),
    };
    Some(format!("{first}: {}\n{shown}{more}{last}", missing.len()))
}

fn table_text(table: &str, target: &Target, dry_run: bool, changes: usize) -> String {
    let done = match (dry_run, changes) {
        (true, _) => "dry run: nothing was written to",
        (false, 0) => "nothing was written to",
        (false, _) => "written to",
    };
    format!("{done} table {table} {}", target.place())
}
