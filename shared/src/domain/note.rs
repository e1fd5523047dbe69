//! The free text that goes with a status. It may contain personal data, so it is never logged.

/// The beginning of every stored note.
const PREFIX: &str = "Capacity status set by Capacity Status API";

/// The maximum length of a caller's note, in Unicode characters.
const MAX_CHARS: usize = 900;

/// A note as a caller gave it: trimmed, 1 to 900 Unicode characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Note(String);

/// Why a text is not a valid note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// Nothing is left after trimming.
    Blank,
    /// More than 900 Unicode characters are left after trimming.
    TooLong,
}

impl Note {
    /// Trims white space and checks the rest.
    ///
    /// # Errors
    /// [`NoteError::Blank`] and [`NoteError::TooLong`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let text = text.trim();
        if text.is_empty() {
            Err(NoteError::Blank)
        } else if text.chars().nth(MAX_CHARS).is_some() {
            Err(NoteError::TooLong)
        } else {
            Ok(Self(text.to_owned()))
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
        for blank in ["", " ", "\n\t", "\u{2003}"] {
            assert_eq!(Note::parse(blank), Err(NoteError::Blank), "{blank:?}");
        }
        let longest = "é".repeat(900);
        assert!(Note::parse(&format!(" {longest} ")).is_ok());
        assert_eq!(Note::parse(&format!("{longest}x")), Err(NoteError::TooLong));
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
}
