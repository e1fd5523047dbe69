//! The fields of this list's cursors: its filters, then the position.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use shared::{
    domain::Rag,
    http::cursor::{open, seal},
    store::{Position, Selection},
};

/// What the first field of a cursor says: whose it is, and in which version.
const LIST: &str = "2";

/// The cursor of a page of that selection which starts there.
pub(crate) fn encode(selection: &Selection, position: &Position) -> String {
    let statuses: Vec<_> = selection.statuses.iter().map(|rag| rag.as_str()).collect();
    let name = selection.name.as_deref().unwrap_or_default();
    seal(&[
        LIST.to_owned(),
        text(selection.region),
        text(selection.parent),
        text(selection.type_id),
        utf8_percent_encode(name, NON_ALPHANUMERIC).to_string(),
        statuses.join(","),
        text(selection.changed_since),
        text(selection.editable.then_some("editable")),
        position.to_string(),
    ])
}

/// The selection and position of a cursor; `None` if we did not write it so.
pub(crate) fn decode(cursor: &str) -> Option<(Selection, Position)> {
    let [region, parent, type_id, name, statuses, changed_since, editable, position] =
        open(cursor, LIST)?;
    let name = percent_decode_str(&name).decode_utf8().ok()?.into_owned();
    let selection = Selection {
        region: parsed(&region)?,
        parent: parsed(&parent)?,
        type_id: parsed(&type_id)?,
        name: Some(name).filter(|name| !name.is_empty()),
        statuses: rags(&statuses)?,
        changed_since: parsed(&changed_since)?,
        editable: match editable.as_str() {
            "" => false,
            "editable" => true,
            _ => return None,
        },
    };
    Some((selection, position.parse().ok()?))
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn parsed<T: std::str::FromStr>(text: &str) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

fn rags(text: &str) -> Option<Vec<Rag>> {
    text.split(',').filter(|name| !name.is_empty()).map(Rag::parse).collect()
}
