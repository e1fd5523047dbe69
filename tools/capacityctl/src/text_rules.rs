//! What texts of a file or a command line may consist of.

use shared::domain::text::{changes_direction, is_blank};

/// Parses a text of at most that many characters; `None` if nothing of it can be seen.
///
/// # Errors
///
/// More characters, or one that no text may have.
pub(crate) fn optional(text: &str, max_chars: usize) -> Result<Option<String>, String> {
    check(text)?;
    let count = text.chars().count();
    if count > max_chars {
        return Err(format!("has {count} characters, but may have {max_chars} at most"));
    }
    Ok(Some(text.to_owned()).filter(|text| !is_blank(text)))
}

/// Parses a text that must be there.
///
/// # Errors
///
/// As [`optional`], or nothing can be seen.
pub(crate) fn required(text: &str, max_chars: usize) -> Result<String, String> {
    optional(text, max_chars)?.ok_or_else(|| blank(text).to_owned())
}

/// Parses the name of a user: visible, without white space around it, of at most that many bytes.
///
/// # Errors
///
/// Any other text.
pub(crate) fn user_name(text: &str, max_bytes: usize) -> Result<String, String> {
    check(text)?;
    match text.len() {
        _ if is_blank(text) => Err(blank(text).to_owned()),
        _ if text.trim() != text => Err("must not have white space around it".to_owned()),
        count if count > max_bytes => {
            Err(format!("has {count} bytes, but may have {max_bytes} at most"))
        }
        _ => Ok(text.to_owned()),
    }
}

/// Why a blank text is refused.
const fn blank(text: &str) -> &'static str {
    if text.is_empty() { "missing" } else { "has nothing visible" }
}

/// Refuses characters that no text may have.
///
/// # Errors
///
/// The first of them.
fn check(text: &str) -> Result<(), String> {
    let refusals = text.chars().filter_map(|character| Some((character, refusal(character)?)));
    match refusals.into_iter().next() {
        None => Ok(()),
        Some((character, what)) => Err(format!("has {what} (U+{:04X})", u32::from(character))),
    }
}

fn refusal(character: char) -> Option<&'static str> {
    match character {
        '\u{2028}' | '\u{2029}' => Some("a line break"),
        char::REPLACEMENT_CHARACTER => Some("a character that could not be read"),
        character if changes_direction(character) => {
            Some("a character that changes the direction of text")
        }
        character if character.is_control() => Some("a line break or another control character"),
        _ => None,
    }
}
