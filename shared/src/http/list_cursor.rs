//! The cursors of lists of services: the filters, then the position.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::cursor;
use crate::{
    domain::{NamePart, Rag},
    store::{ListPosition, ServiceFilter},
};

/// The first field of a cursor: its list and the version of its format.
const LIST: &str = "3";

/// The same of a list by `overdue` or `resetBefore`, whose cursors have these filters too. The cursors of other lists are
/// as version 0.1.0 makes them, so a list goes on while a deployment or a roll-back changes the version.
const LIST_DUE: &str = "4";

/// What a position is encoded without. The path of a row that cannot be read may be any text.
const SEPARATORS: &AsciiSet = &CONTROLS.add(b';').add(b'%');

/// The cursor of the page that starts at this position.
#[must_use]
pub fn encode(filter: &ServiceFilter, position: &ListPosition) -> String {
    let statuses: Vec<_> = filter.statuses.iter().map(|rag| rag.as_str()).collect();
    let name = filter.name.as_ref().map(NamePart::as_str).unwrap_or_default();
    let is_due = filter.overdue || filter.reset_before.is_some();
    let mut fields = vec![
        (if is_due { LIST_DUE } else { LIST }).to_owned(),
        text(filter.region),
        text(filter.parent),
        text(filter.type_id),
        // Not all of it: folded, 100 characters may have 3,300 bytes, and a gateway limits the length of a request.
        name.replace('%', "%25").replace(';', "%3B"),
        statuses.join(","),
        text(filter.changed_since),
        text(filter.editable.then_some("editable")),
        utf8_percent_encode(&position.to_string(), SEPARATORS).to_string(),
    ];
    if is_due {
        fields.extend([text(filter.overdue.then_some("overdue")), text(filter.reset_before)]);
    }
    cursor::encode(&fields)
}

/// The filters and the position of a cursor; `None` if the cursor was altered.
#[must_use]
pub fn decode(text: &str) -> Option<(ServiceFilter, ListPosition)> {
    let [
        region,
        parent,
        type_id,
        name,
        statuses,
        changed_since,
        editable,
        position,
        overdue,
        reset_before,
    ] = fields(text)?;
    let name = percent_decode_str(&name).decode_utf8().ok()?.into_owned();
    let filter = ServiceFilter {
        region: parsed(&region)?,
        parent: parsed(&parent)?,
        type_id: parsed(&type_id)?,
        name: NamePart::new(&name),
        statuses: rags(&statuses)?,
        changed_since: parsed(&changed_since)?,
        editable: flag(&editable, "editable")?,
        overdue: flag(&overdue, "overdue")?,
        reset_before: parsed(&reset_before)?,
    };
    let position = percent_decode_str(&position).decode_utf8().ok()?;
    Some((filter, position.parse().ok()?))
}

/// Those of both formats; empty for the filters that the first one lacks.
fn fields(text: &str) -> Option<[String; 10]> {
    cursor::decode(text, LIST_DUE).or_else(|| {
        let fields: [String; 8] = cursor::decode(text, LIST)?;
        let fields = fields.into_iter().chain([String::new(), String::new()]);
        fields.collect::<Vec<_>>().try_into().ok()
    })
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn parsed<T: std::str::FromStr>(text: &str) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

fn flag(text: &str, name: &str) -> Option<bool> {
    (text.is_empty() || text == name).then_some(!text.is_empty())
}

fn rags(text: &str) -> Option<Vec<Rag>> {
    text.split(',').filter(|name| !name.is_empty()).map(Rag::parse).collect()
}
