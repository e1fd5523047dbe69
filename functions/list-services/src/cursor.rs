//! The fields of this list's cursors: `region;parent;statuses;position`.

use shared::{
    domain::{Rag, ServiceId},
    http::cursor::{open, seal},
    store::{Position, Selection},
};

/// What the first field of a cursor says: whose it is, and in which version.
const LIST: &str = "1";

/// The cursor of a page of that selection which starts there.
pub(crate) fn encode(selection: &Selection, position: &Position) -> String {
    let id = |id: Option<ServiceId>| id.map(|id| id.to_string()).unwrap_or_default();
    let statuses: Vec<_> = selection.statuses.iter().map(|rag| rag.as_str()).collect();
    seal(&[
        LIST.to_owned(),
        id(selection.region),
        id(selection.parent),
        statuses.join(","),
        position.to_string(),
    ])
}

/// The selection and position of a cursor; `None` if we did not write it so.
pub(crate) fn decode(cursor: &str) -> Option<(Selection, Position)> {
    let [region, parent, statuses, position] = open(cursor, LIST)?;
    let selection =
        Selection { region: id(&region)?, parent: id(&parent)?, statuses: rags(&statuses)? };
    Some((selection, position.parse().ok()?))
}

fn id(text: &str) -> Option<Option<ServiceId>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

fn rags(text: &str) -> Option<Vec<Rag>> {
    text.split(',').filter(|name| !name.is_empty()).map(Rag::parse).collect()
}
