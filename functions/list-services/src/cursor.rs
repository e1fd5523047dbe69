//! Cursors: opaque to clients, `base64url(version;region;parent;statuses;position;checksum)` to us.
//!
//! A cursor holds its filters, so that it continues its list by itself. It only names where to
//! start and is no credential: the checksum finds accidents, and each page is authorised afresh.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::{
    domain::{Rag, ServiceId},
    store::{Position, Selection},
};

const VERSION: &str = "1";

/// The cursor of a page of that selection which starts there.
pub(crate) fn encode(selection: &Selection, position: &Position) -> String {
    let id = |id: Option<ServiceId>| id.map(|id| id.to_string()).unwrap_or_default();
    let statuses: Vec<_> = selection.statuses.iter().map(|rag| rag.as_str()).collect();
    let (region, parent, statuses) =
        (id(selection.region), id(selection.parent), statuses.join(","));
    let text = format!("{VERSION};{region};{parent};{statuses};{position}");
    BASE64_URL_SAFE_NO_PAD.encode(format!("{text};{}", checksum(&text)))
}

/// The selection and position of a cursor; `None` if we did not write it so.
pub(crate) fn decode(cursor: &str) -> Option<(Selection, Position)> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (text, sum) = text.rsplit_once(';')?;
    let [version, region, parent, statuses, position] =
        text.split(';').collect::<Vec<_>>().try_into().ok()?;
    if version != VERSION || sum != checksum(text) {
        return None;
    }
    let selection =
        Selection { region: id(region)?, parent: id(parent)?, statuses: rags(statuses)? };
    Some((selection, position.parse().ok()?))
}

fn id(text: &str) -> Option<Option<ServiceId>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

fn rags(text: &str) -> Option<Vec<Rag>> {
    text.split(',').filter(|name| !name.is_empty()).map(Rag::parse).collect()
}

fn checksum(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
