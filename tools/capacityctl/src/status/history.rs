//! `status history`.

use serde::Serialize;
use shared::{
    domain::{Change, Reason, ServiceId},
    http::{Clock, HistoryEntry},
    store::{StatusHistoryTable, TimeRange},
};

use crate::{
    Error, Output,
    output::table,
    service,
    status_text::status_style,
    target::{STATUS_HISTORY_TABLE, Target},
};

/// How many changes are asked for at once.
const PAGE: usize = 100;

const HEADING: [&str; 9] =
    ["version", "date", "cause", "status", "reset", "reason", "by", "operator", "notes"];

/// The newest changes, newest first.
pub(crate) async fn history(target: &Target, id: ServiceId, limit: usize) -> Result<Output, Error> {
    let service = service::read(target, id).await?;
    let name = target.table(STATUS_HISTORY_TABLE)?;
    let history = StatusHistoryTable::new(target.client(), name.to_owned());
    let (now, mut changes, mut after) = (Clock::system().now(), Vec::new(), None);
    while changes.len() < limit {
        let room = (limit - changes.len()).min(PAGE);
        let page = history.page(&service, TimeRange::default(), after, room, now).await;
        let page = page.map_err(|fault| Error::Fault { tables: format!("table {name}"), fault })?;
        changes.extend(page.changes);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let lines = changes.iter().map(|change| (status_style(change.status.rag()), cells(change)));
    let text = table(HEADING, lines);
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

fn cells(change: &Change) -> [String; 9] {
    [
        change.version.to_string(),
        change.at.to_string(),
        change.cause.as_str().to_owned(),
        change.status.rag().as_str().to_owned(),
        change.status.reset_at().map(|at| at.to_string()).unwrap_or_default(),
        change.reason.as_ref().map(Reason::as_str).unwrap_or_default().to_owned(),
        change.by.username.clone(),
        change.by.operator.clone().unwrap_or_default(),
        change.notes.clone().unwrap_or_default(),
    ]
}
