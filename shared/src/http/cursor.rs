//! Cursors: opaque to clients, `base64url(fields joined by ";", then a checksum)` to us.
//!
//! A cursor holds its filters, so that it continues its list by itself. It only names where to
//! start and is no credential: the checksum finds accidents, and each page is authorised afresh.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::hex::sha256;

/// The cursor with those fields, none of which has a `;`. The first says what they mean.
#[must_use]
pub fn seal(fields: &[String]) -> String {
    let text = fields.join(";");
    BASE64_URL_SAFE_NO_PAD.encode(format!("{text};{}", checksum(&text)))
}

/// The fields of a cursor after the first; `None` if it is not as we wrote it, with that field first.
#[must_use]
pub fn open<const N: usize>(cursor: &str, first: &str) -> Option<[String; N]> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (text, sum) = text.rsplit_once(';')?;
    if sum != checksum(text) {
        return None;
    }
    let fields = text.strip_prefix(first)?.strip_prefix(';')?;
    fields.split(';').map(str::to_owned).collect::<Vec<_>>().try_into().ok()
}

fn checksum(text: &str) -> String {
    let mut hash = sha256(text.as_bytes());
    hash.truncate(16);
    hash
}
