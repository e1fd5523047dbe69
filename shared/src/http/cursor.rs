//! Cursors: opaque to clients; to us `base64url(fields joined by ";", then a checksum)`.
//!
//! A cursor holds the filters of its list, so it continues the list without them. It only says where to
//! start and is no credential: the checksum detects accidents, and every page is authorised again.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::hash::sha256;

/// Encodes these fields; none of them may contain `;`. The first one says which list the cursor is for.
#[must_use]
pub fn encode(fields: &[String]) -> String {
    let text = fields.join(";");
    BASE64_URL_SAFE_NO_PAD.encode(format!("{text};{}", checksum(&text)))
}

/// Decodes a cursor and returns the fields after the first; `None` if the cursor was altered or its first field
/// is another.
#[must_use]
pub fn decode<const N: usize>(cursor: &str, first: &str) -> Option<[String; N]> {
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

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_decoded_to_the_fields_that_it_was_made_of() {
        let cursor = encode(&["list", "10", ""].map(str::to_owned));
        assert_eq!(decode(&cursor, "list"), Some(["10".to_owned(), String::new()]));
        assert_eq!(decode::<2>(&cursor, "history"), None);
        assert_eq!(decode::<1>(&cursor, "list"), None);
    }

    #[test]
    fn an_altered_cursor_is_refused() {
        let cursor = encode(&["list", "10"].map(str::to_owned));
        let text = BASE64_URL_SAFE_NO_PAD.decode(&cursor).expect("base64url");
        for position in 0..text.len() {
            let mut altered = text.clone();
            if let Some(byte) = altered.get_mut(position) {
                *byte ^= 1;
            }
            let altered = BASE64_URL_SAFE_NO_PAD.encode(altered);
            assert_eq!(decode::<1>(&altered, "list"), None, "{position}");
        }
        for other in ["", "list", "=", &format!("{cursor}=")] {
            assert_eq!(decode::<1>(other, "list"), None, "{other}");
        }
    }
}
