//! The free text that goes with a status. It may hold personal data: it is never logged.

/// What every stored note begins with.
const PREFIX: &str = "Capacity status set by Capacity Status API";

/// The most Unicode characters that a given note may have.
const MAX_CHARS: usize = 900;

/// A note as a caller gave it: trimmed, 1 to 900 Unicode characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Note(String);

/// Why a text is no note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// Nothing is left after trimming.
    Blank,
    /// More than 900 Unicode characters are left after trimming.
    TooLong,
}

impl Note {
    /// Trims the text of white space and checks what is left.
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
