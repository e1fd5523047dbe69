//! Decodes a file as UTF-8 text.

use std::borrow::Cow;

use crate::validation::{Location, Problems};

const ADVICE: &str = "save the file as UTF-8 (spreadsheets call it \"CSV UTF-8\")";

/// The text, without a byte order mark. Each line that is not UTF-8 is a problem; the rest of it can still be
/// checked. `None` for UTF-16.
pub(super) fn decode<'a>(file: &'a [u8], problems: &mut Problems) -> Option<Cow<'a, str>> {
    // A byte order mark, or an ASCII character in two bytes.
    if let [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..] = file {
        problems.add(Location::File, format!("this is UTF-16: {ADVICE}"));
        return None;
    }
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let text = String::from_utf8_lossy(file);
    if matches!(text, Cow::Owned(_)) {
        for (number, line) in (1..).zip(file.split(|byte| *byte == b'\n')) {
            if let Err(error) = str::from_utf8(line) {
                let place = error.valid_up_to() + 1;
                let text = format!("byte {place} of the line is not UTF-8 text: {ADVICE}");
                problems.add(Location::Line(number), text);
            }
        }
    }
    Some(text)
}
