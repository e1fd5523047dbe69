//! The free text that goes with a status. It may contain personal data, so it is never logged.

use super::text;

/// The beginning of every stored note.
const PREFIX: &str = "Capacity status set by Capacity Status API";

/// The maximum length of a caller's note, in Unicode characters.
const MAX_CHARS: usize = 900;

/// A note of a caller: 1 to 900 Unicode characters, at least one of them visible, without white space around them.
#[derive(Clone, PartialEq, Eq)]
pub struct Note(String);

/// Why a text is not a valid note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// It has no visible character, or has the character NUL, which the API has always refused.
    Blank,
    /// More than 900 Unicode characters would be stored.
    TooLong,
}

impl Note {
    /// Leaves out control characters other than tab, line feed and carriage return, characters that change the
    /// direction of text, and the white space around the rest. A status is not lost because of a stray character in
    /// its notes.
    ///
    /// # Errors
    /// [`NoteError::Blank`] and [`NoteError::TooLong`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        if text.contains('\0') {
            return Err(NoteError::Blank);
        }
        let kept: String = text.chars().filter(|character| !is_left_out(*character)).collect();
        let kept = kept.trim();
        if text::is_blank(kept) {
            Err(NoteError::Blank)
        } else if kept.chars().nth(MAX_CHARS).is_some() {
            Err(NoteError::TooLong)
        } else {
            Ok(Self(kept.to_owned()))
        }
    }

    /// The text to store for an update with this note, or without one.
    #[must_use]
    pub fn stored(note: Option<&Self>) -> String {
        match note {
            Some(Self(text)) => format!("{PREFIX} - {text}"),
            None => PREFIX.to_owned(),
        }
    }

    /// What the caller gave of stored notes: the text without what [`stored`](Self::stored) puts before it. `None` if
    /// the caller gave nothing.
    #[must_use]
    pub fn given(stored: &str) -> Option<&str> {
        match stored.strip_prefix(PREFIX) {
            Some("") => None,
            Some(rest) => Some(rest.strip_prefix(" - ").unwrap_or(stored)),
            None => Some(stored),
        }
    }
}

/// Control characters other than tab, line feed and carriage return, and those that change the direction of text.
fn is_left_out(character: char) -> bool {
    (character.is_control() && !matches!(character, '\t' | '\n' | '\r'))
        || text::changes_direction(character)
}

impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Note({} bytes)", self.0.len())
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn debug_output_does_not_contain_the_text() {
        let note = Note::parse(" Mrs Archer fell ").expect("a note");
        assert_eq!(format!("{note:?}"), "Note(15 bytes)");
    }

    #[test]
    fn a_note_has_1_to_900_characters_without_the_white_space_around_it() {
        for blank in ["", " ", "\n\t", "\u{2003}", "\u{200b}", "\u{1b}", "\u{202e}\u{feff}"] {
            assert_eq!(Note::parse(blank), Err(NoteError::Blank), "{blank:?}");
        }
        let longest = "é".repeat(900);
        assert!(Note::parse(&format!(" {longest} ")).is_ok());
        assert!(Note::parse(&longest.replace('é', "é\u{1b}")).is_ok());
        assert_eq!(Note::parse(&format!("{longest}x")), Err(NoteError::TooLong));
    }

    #[test]
    fn stray_characters_are_left_out() {
        for (given, stored) in [
            ("\u{1b}two\u{202e} beds\u{2069}\u{85}", "two beds"),
            ("\u{1b} two\r\n\tbeds \u{7f}", "two\r\n\tbeds"),
            ("\u{feff}two\u{2028}be\u{200b}ds", "\u{feff}two\u{2028}be\u{200b}ds"),
        ] {
            assert_eq!(Note::parse(given), Ok(Note(stored.to_owned())), "{given:?}");
        }
        assert_eq!(Note::parse("two\0beds"), Err(NoteError::Blank));
    }

    #[test]
    fn stored_notes_begin_with_the_name_of_the_api() {
        let note = Note::parse(" two beds left ").expect("a note");
        assert_eq!(
            Note::stored(Some(&note)),
            "Capacity status set by Capacity Status API - two beds left"
        );
        assert_eq!(Note::stored(None), "Capacity status set by Capacity Status API");
    }

    #[test]
    fn what_a_caller_gave_is_found_in_stored_notes() {
        let note = Note::parse("two beds - for now").expect("a note");
        assert_eq!(Note::given(&Note::stored(Some(&note))), Some("two beds - for now"));
        assert_eq!(Note::given(&Note::stored(None)), None);
        for other in ["two beds", "Capacity status set by Capacity Status APIs"] {
            assert_eq!(Note::given(other), Some(other));
        }
    }
}
