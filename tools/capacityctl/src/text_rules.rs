//! What texts of a file may consist of.

use unicode_width::UnicodeWidthChar as _;

/// The most characters of a name or of a part of an address. The columns of the old system hold as many.
pub const MAX_CHARS: usize = 255;

/// Parses a text; `None` if nothing of it can be seen.
///
/// # Errors
///
/// A control character or a line break, or more than [`MAX_CHARS`] characters.
pub(crate) fn optional(text: &str) -> Result<Option<String>, String> {
    check(text, MAX_CHARS)?;
    Ok(Some(text.to_owned()).filter(|text| !is_blank(text)))
}

/// Parses a text that must be there.
///
/// # Errors
///
/// As [`optional`], or nothing can be seen.
pub(crate) fn required(text: &str) -> Result<String, String> {
    optional(text)?.ok_or_else(|| "missing".to_owned())
}

/// Refuses control characters, line breaks and long texts.
///
/// # Errors
///
/// Any of these.
pub(crate) fn check(text: &str, max_chars: usize) -> Result<(), String> {
    if let Some(character) = text.chars().find(|character| breaks_line(*character)) {
        let code = u32::from(character);
        return Err(format!("has a line break or another control character (U+{code:04X})"));
    }
    match text.chars().count() {
        count if count > max_chars => {
            Err(format!("has {count} characters, but may have {max_chars} at most"))
        }
        _ => Ok(()),
    }
}

/// Whether nothing of the text can be seen: it has white space and characters without a width only.
pub(crate) fn is_blank(text: &str) -> bool {
    !text.chars().any(|character| !character.is_whitespace() && character.width() > Some(0))
}

/// Control characters, and Unicode's own separators of lines and paragraphs.
fn breaks_line(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}
