//! What a service's form asks for, as it is sent.

use shared::{
    domain::{Minutes, Rag},
    http::FieldError,
};
use strict_json::{Json, Object};

use crate::{form::Form, local_time::length};

/// The field with the entity tag of the status that the person saw.
pub const ETAG: &str = "etag";
/// The field with the form's idempotency key.
pub const KEY: &str = "key";
/// The field of the buttons that extend a status, by so many minutes.
pub const EXTEND: &str = "extend";

/// By how much the buttons extend a status.
pub const EXTENSIONS: [Minutes; 3] = [Minutes(30), Minutes(60), Minutes(120)];

/// What a person typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The chosen status.
    pub status: Option<Rag>,
    /// In how many minutes AMBER or RED ends.
    pub minutes: Option<String>,
    /// Why the service is AMBER or RED.
    pub reason: Option<String>,
    /// The notes.
    pub notes: String,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormError {
    /// The field: where the summary leads to.
    pub field: &'static str,
    /// What to do.
    pub text: &'static str,
}

impl Typed {
    /// Nothing but the status that this text names, if it does.
    #[must_use]
    pub fn status(name: Option<&str>) -> Self {
        Self { status: name.and_then(Rag::parse), ..Self::default() }
    }

    /// What the form carries.
    #[must_use]
    pub fn read(form: &Form) -> Self {
        let notes = form.value("notes").unwrap_or_default().to_owned();
        let text = |name| form.value(name).filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            status: form.value("status").and_then(Rag::parse),
            minutes: text("minutes"),
            reason: text("reason"),
            notes,
        }
    }

    /// The same as the body of the API's update. What was left empty is left out.
    #[must_use]
    pub fn body(&self) -> Object {
        let notes = Some(self.notes.clone()).filter(|notes| !notes.trim().is_empty());
        let fields = [
            ("status", self.status.map(|rag| rag.as_str().to_owned())),
            ("resetStatusIn", self.minutes.clone()),
            ("reason", self.reason.clone()),
            ("notes", notes),
        ];
        let given =
            |(name, value): (&str, Option<String>)| Some((name.to_owned(), Json::String(value?)));
        fields.into_iter().filter_map(given).collect()
    }

    /// What they wanted, in words: `RED for 4 hours`. `None` without a status.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        let rag = self.status?;
        let minutes = self.minutes.as_deref().and_then(|minutes| minutes.parse().ok());
        Some(match minutes.filter(|_| !rag.is_green()) {
            Some(minutes) => format!("{rag} for {}", length(Minutes(minutes))),
            None => rag.to_string(),
        })
    }
}

/// What a form asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To set the status.
    Status(Typed),
    /// To extend it by so much; `None` if no button says that.
    Extension(Option<Minutes>),
}

impl Asked {
    /// Reads a form.
    #[must_use]
    pub fn read(form: &Form) -> Self {
        let known = |text: &str| EXTENSIONS.into_iter().find(|minutes| minutes.to_string() == text);
        match form.value(EXTEND) {
            Some(text) => Self::Extension(known(text)),
            None => Self::Status(Typed::read(form)),
        }
    }

    /// A text that is the same for two forms that ask for the same.
    #[must_use]
    pub fn canonical_text(&self) -> String {
        match self {
            Self::Status(typed) => format!("status {}", typed.body().canonical_text()),
            Self::Extension(minutes) => format!("extension {minutes:?}"),
        }
    }

    /// The same, in words.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        match self {
            Self::Status(typed) => typed.in_words(),
            Self::Extension(minutes) => minutes.map(|minutes| format!("{} more", length(minutes))),
        }
    }

    /// What of it is filled in when the form is shown again.
    #[must_use]
    pub fn typed(&self) -> Typed {
        match self {
            Self::Status(typed) => typed.clone(),
            Self::Extension(_) => Typed::default(),
        }
    }
}

impl FormError {
    /// What people read of a field's error.
    #[must_use]
    pub fn new(error: &FieldError, asked: &Asked) -> Self {
        let (field, text) = match (error.code, asked) {
            ("VAL-0001" | "VAL-0002", _) => ("status", "Choose RED, AMBER or GREEN"),
            (_, Asked::Extension(_)) => {
                ("set", "It cannot be extended by this. Set the status again")
            }
            ("VAL-0003" | "VAL-0004", _) => ("minutes", "Choose a time from the list"),
            ("VAL-0005", _) => ("notes", "Notes must be 900 characters or fewer"),
            ("VAL-0006", _) => ("notes", "Notes must have a character that can be seen"),
            ("VAL-0007", _) => ("reason", "Choose a reason from the list"),
            _ => ("set", "Check what you typed"),
        };
        Self { field, text }
    }
}
