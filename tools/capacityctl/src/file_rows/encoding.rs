//! Decodes a file as UTF-8 text, and names other encodings.

use std::borrow::Cow;

use super::place_after;
use crate::validation::{Location, Problems};

const ADVICE: &str = "save the file as UTF-8 (spreadsheets call it \"CSV UTF-8\")";

/// What Windows-1252 has for the bytes 80 to 9F. It has nothing for five of them.
const WINDOWS_1252: &str = "€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ";

/// The text, without a byte order mark. What is not UTF-8 in it becomes U+FFFD, which no text of a row may have: so the
/// rest can still be checked. `None` for another format.
pub(super) fn decode<'a>(file: &'a [u8], problems: &mut Problems) -> Option<Cow<'a, str>> {
    if let Some(format) = other_format(file) {
        problems.add(Location::File, format!("this is {format}: {ADVICE}"));
        return None;
    }
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let text = String::from_utf8_lossy(file);
    if let Some((byte, place)) = first_wrong_byte(file) {
        let is_windows_1252 = text.chars().all(is_ascii_or_replaced)
            && file.iter().all(|byte| windows_1252(*byte) != char::REPLACEMENT_CHARACTER);
        let found = match is_windows_1252 {
            true => format!(
                "this looks like Windows-1252, where byte {byte:02X} at {place} is {}",
                windows_1252(byte)
            ),
            false => format!("this is not all UTF-8, byte {byte:02X} at {place} is not"),
        };
        problems.add(Location::File, format!("{found}: {ADVICE}"));
    }
    Some(text)
}

/// A format that its first bytes tell: a byte order mark, or an ASCII character in several bytes.
const fn other_format(file: &[u8]) -> Option<&'static str> {
    match file {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
        [_, 0, 0, 0, ..] | [0, 0, 0, _, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [_, 0, ..] | [0, _, ..] => Some("UTF-16"),
        [b'P', b'K', 3, 4, ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => Some("no text but a workbook"),
        _ => None,
    }
}

/// The first byte that is not UTF-8, and where it is.
fn first_wrong_byte(file: &[u8]) -> Option<(u8, String)> {
    let valid = str::from_utf8(file).err()?.valid_up_to();
    let (before, byte) = (file.get(..valid)?, *file.get(valid)?);
    let (line, character) = place_after(str::from_utf8(before).ok()?);
    Some((byte, format!("line {line}, character {character}")))
}

const fn is_ascii_or_replaced(character: char) -> bool {
    character.is_ascii() || character == char::REPLACEMENT_CHARACTER
}

/// The character that a byte is in Windows-1252.
fn windows_1252(byte: u8) -> char {
    let special = (0x80..0xA0).contains(&byte).then(|| usize::from(byte - 0x80));
    special.map_or(char::from(byte), |index| {
        WINDOWS_1252.chars().nth(index).unwrap_or(char::REPLACEMENT_CHARACTER)
    })
}
