//! `import services` and `import users`: a whole file, or nothing of it.

use std::path::Path;

use anstyle::Style;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Failure, Output, Refusal,
    client::patient,
    difference::Difference,
    directory, in_flight,
    output::{PLAIN, WARNING, table},
    refusal::Place,
    services::{self, Comparison, Missing, What},
    target::{SERVICES_TABLE, Target, USERS_TABLE},
    user_file, users,
};

/// How an import is to go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    pub(crate) dry_run: bool,
    pub(crate) deactivate_missing: bool,
    /// How many services may be deactivated; by default a tenth of those in use, and ten.
    pub(crate) deactivate_at_most: Option<usize>,
}

/// What an import did, or would do, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a, Counts> {
    table: &'a str,
    dry_run: bool,
    rows: Counts,
    /// Only where nothing was written: which rows would be, and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<Missing>>,
}

/// Imports the directory.
pub(crate) async fn services(
    target: &Target,
    file: &Path,
    manner: Manner,
) -> Result<Output, Failure> {
    let Manner { dry_run, deactivate_missing, .. } = manner;
    let given = directory::parse(&read(file)?)?;
    let (client, table) = (&patient(target.client()), target.table(SERVICES_TABLE)?);
    let found = services::compare(client, table, given, deactivate_missing).await?;
    let (rows, missing) = (found.counts(), found.missing.clone());
    let (mut parts, mut steps) = (Vec::new(), None);
    if dry_run {
        let all = found
            .steps
            .iter()
            .map(|step| (step.what, step.lineage.own().to_string(), step.differences.as_slice()));
        steps = Some(preview(all, &mut parts));
    } else {
        refuse_too_many(&found, manner)?;
        let bar = in_flight::progress(found.steps.len());
        found.write(client, table, &bar).await?;
        bar.finish_and_clear();
    }
    parts.push(rows.to_string());
    parts.extend(left_out(&missing, manner));
    parts.push(conclusion(table, target, dry_run));
    let report = Report { table, dry_run, rows, steps, missing: Some(missing) };
    Ok(Output::new(parts.join("\n"), &report))
}

/// Imports users.
pub(crate) async fn users(target: &Target, file: &Path, dry_run: bool) -> Result<Output, Failure> {
    let given = user_file::parse(&read(file)?)?;
    let (client, table) = (&patient(target.client()), target.table(USERS_TABLE)?);
    let found = users::compare(client, table, given).await?;
    let rows = found.counts();
    let (mut parts, mut steps) = (Vec::new(), None);
    if dry_run {
        let all = found
            .steps
            .iter()
            .map(|step| (step.what(), step.user.username.clone(), step.differences.as_slice()));
        steps = Some(preview(all, &mut parts));
    } else {
        let bar = in_flight::progress(found.steps.len());
        found.write(client, table, &bar).await?;
        bar.finish_and_clear();
    }
    parts.push(rows.to_string());
    parts.push(conclusion(table, target, dry_run));
    let report = Report { table, dry_run, rows, steps, missing: None };
    Ok(Output::new(parts.join("\n"), &report))
}

/// A file that was cut off must not close half the country.
fn refuse_too_many(found: &Comparison, manner: Manner) -> Result<(), Refusal> {
    let (gone, in_use) = (found.counts().deactivated, found.in_use);
    let most = manner.deactivate_at_most.unwrap_or((in_use / 10).max(10));
    if gone <= most {
        return Ok(());
    }
    let text = format!(
        "{gone} of {in_use} services in use would be deactivated, more than {most}: look at --dry-run; \
         --deactivate-at-most {gone} does it"
    );
    Err(Refusal::because(Place::File, text))
}

/// What would be written: to `parts` for people if there is anything, and for programs.
fn preview<'a>(
    steps: impl Iterator<Item = (What, String, &'a [Difference])>,
    parts: &mut Vec<String>,
) -> Value {
    let (mut lines, mut entries) = (Vec::new(), Vec::new());
    for (what, name, differences) in steps {
        entries.push(json!({"what": what, "name": name, "differences": differences}));
        let changes: Vec<String> = differences.iter().map(ToString::to_string).collect();
        lines.push((style(what), [what.to_string(), name, changes.join(", ")]));
    }
    if !lines.is_empty() {
        parts.push(table(["", "which", "what changes"], lines));
    }
    entries.into()
}

const fn style(what: What) -> Style {
    match what {
        What::Deactivated | What::Moved => WARNING,
        What::Added | What::Changed => PLAIN,
    }
}

/// How many services that the file does not have are listed for people after an import; a dry run
/// lists them all.
const LISTED: usize = 20;

/// The services in use that the file does not have.
fn left_out(missing: &[Missing], manner: Manner) -> Option<String> {
    let Manner { dry_run, deactivate_missing, .. } = manner;
    let (first, last) = match deactivate_missing {
        _ if missing.is_empty() => return None,
        true if dry_run => ("not in the file, and to be deactivated", ""),
        true => ("not in the file, and deactivated", ""),
        false => ("in use and not in the file", "\n--deactivate-missing deactivates them"),
    };
    let listed = if dry_run { missing.len() } else { missing.len().min(LISTED) };
    let lines = missing.iter().take(listed);
    let lines = lines.map(|Missing { id, name }| (PLAIN, [id.to_string(), name.clone()]));
    let shown = table(["id", "name"], lines);
    let more = match missing.len() - listed {
        0 => String::new(),
        more => format!("\nand {more} more: --dry-run and --json list all"),
    };
    Some(format!("{first}: {}\n{shown}{more}{last}", missing.len()))
}

fn conclusion(table: &str, target: &Target, dry_run: bool) -> String {
    let place = target.place();
    if dry_run {
        format!("nothing was written: this would be done to table {table} {place}")
    } else {
        format!("written to table {table} {place}")
    }
}

/// The file's bytes; `-` is standard input.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    bytes.map_err(|source| Failure::File { file: file.to_owned(), source })
}
