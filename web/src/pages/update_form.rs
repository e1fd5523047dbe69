//! The form that sets a service's status, and the buttons that extend it: what they offer, and what a person typed.

use shared::{
    domain::{
        DeadlineUpdate, Minutes, Rag, Reason, ResetLimits, Service, ServiceId, StatusRecord,
        Timestamp,
    },
    http::{FieldError, Problem, Representation},
};
use strict_json::{Json, Object};

use crate::{
    form::Form,
    local_time::{LocalTime, length},
    status::{class, meaning, reason_in_words, shape},
    visitor::random_token,
};

/// The field with the entity tag of the status that the person saw.
pub const ETAG: &str = "etag";
/// The field with the form's idempotency key.
pub const KEY: &str = "key";
/// The field of the buttons that extend a status, by so many minutes.
pub const EXTEND: &str = "extend";

/// How long AMBER or RED may last, by the form's list. The default is added if it is not among them.
const DURATIONS: [Minutes; 7] = [
    Minutes(30),
    Minutes(60),
    Minutes(120),
    Minutes(240),
    Minutes(480),
    Minutes(720),
    Minutes(1_440),
];

/// By how much the buttons extend a status.
const EXTENSIONS: [Minutes; 3] = [Minutes(30), Minutes(60), Minutes(120)];

/// The form, and the buttons.
#[derive(Debug)]
pub struct UpdateForm {
    /// The service.
    pub service: ServiceId,
    /// The entity tag of the status that the page shows.
    pub etag: String,
    /// The idempotency key: one for each form that is shown.
    pub key: String,
    /// The status that the page shows.
    pub shown: Rag,
    /// What is filled in.
    pub typed: Typed,
    /// How long AMBER or RED may last.
    pub durations: Vec<Duration>,
    /// The buttons that extend the status; none if it has no deadline, or has its last one.
    pub extensions: Vec<Extension>,
    /// What is wrong with what was typed.
    pub errors: Vec<FormError>,
}

/// What a person typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The chosen status.
    pub status: Option<Rag>,
    minutes: Option<String>,
    reason: Option<String>,
    /// The notes.
    pub notes: String,
}

/// A length of time to choose.
#[derive(Clone, Debug)]
pub struct Duration {
    /// The length.
    pub minutes: Minutes,
    /// The same, in words.
    pub words: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// A button that extends a status.
#[derive(Clone, Debug)]
pub struct Extension {
    /// By so much.
    pub minutes: Minutes,
    /// The same, in words.
    pub words: String,
    /// The deadline afterwards.
    pub until: String,
}

/// A reason to choose.
#[derive(Clone, Debug)]
pub struct ReasonChoice {
    /// Its name in the contract.
    pub name: &'static str,
    /// The same, for people.
    pub words: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormError {
    /// The field: where the summary leads to.
    pub field: &'static str,
    /// What to do.
    pub text: &'static str,
}

impl UpdateForm {
    /// The form for a service as readers see it at `now`, with this filled in.
    ///
    /// # Errors
    /// [`Problem::Internal`] if there is no entity tag, or no randomness.
    pub fn new(
        service: &Service,
        limits: ResetLimits,
        now: Timestamp,
        typed: Typed,
    ) -> Result<Self, Problem> {
        let effective = service.record.clone().effective_at(now);
        let no_randomness = || Problem::internal(std::io::Error::other("no randomness"));
        Ok(Self {
            service: service.id(),
            key: random_token().ok_or_else(no_randomness)?,
            shown: effective.status.rag(),
            durations: durations(limits, &typed),
            extensions: extensions(&effective, limits, now),
            etag: Representation::new(&service.details, effective)?.etag().to_string(),
            typed,
            errors: Vec::new(),
        })
    }

    /// The form with these errors.
    #[must_use]
    pub fn with_errors(self, errors: Vec<FormError>) -> Self {
        Self { errors, ..self }
    }

    /// What is wrong with that field.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<&'static str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.text)
    }

    /// The statuses to choose from.
    #[must_use]
    pub const fn statuses(&self) -> [Rag; 3] {
        [Rag::Red, Rag::Amber, Rag::Green]
    }

    /// Whether that status is chosen.
    #[must_use]
    pub fn is_chosen(&self, rag: &Rag) -> bool {
        self.typed.status == Some(*rag)
    }

    /// The reasons to choose from.
    #[must_use]
    pub fn reasons(&self) -> Vec<ReasonChoice> {
        let chosen = self.typed.reason.as_deref();
        let choice = |name| ReasonChoice {
            name,
            words: reason_in_words(name),
            is_chosen: chosen == Some(name),
        };
        Reason::NAMES.into_iter().map(choice).collect()
    }

    /// The sign of a status.
    #[must_use]
    pub const fn shape(&self, rag: &Rag) -> &'static str {
        shape(*rag)
    }

    /// The end of a status's class in the style sheet.
    #[must_use]
    pub const fn class(&self, rag: &Rag) -> &'static str {
        class(*rag)
    }

    /// What a status means.
    #[must_use]
    pub const fn meaning(&self, rag: &Rag) -> &'static str {
        meaning(*rag)
    }
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
        // Text areas send line ends as CRLF.
        let notes = form.value("notes").unwrap_or_default().replace("\r\n", "\n");
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

fn durations(limits: ResetLimits, typed: &Typed) -> Vec<Duration> {
    let within = |minutes: &Minutes| (limits.min..=limits.max).contains(minutes);
    let mut lengths: Vec<_> = DURATIONS.into_iter().filter(within).collect();
    lengths.push(limits.default);
    lengths.sort();
    lengths.dedup();
    let is_typed = |minutes: &Minutes| typed.minutes == Some(minutes.to_string());
    let chosen = lengths.iter().copied().find(is_typed).unwrap_or(limits.default);
    let duration =
        |minutes| Duration { minutes, words: length(minutes), is_chosen: minutes == chosen };
    lengths.into_iter().map(duration).collect()
}

/// The extensions that would be accepted at `now`.
fn extensions(effective: &StatusRecord, limits: ResetLimits, now: Timestamp) -> Vec<Extension> {
    let extension = |minutes| {
        let deadline = effective.status.reset_at()?;
        let total = DeadlineUpdate::extend_by(minutes, effective, now).ok()?.reset_in;
        (limits.min..=limits.max).contains(&total).then(|| Extension {
            minutes,
            words: length(minutes),
            until: LocalTime::of(deadline.plus(minutes)).seen_at(now),
        })
    };
    EXTENSIONS.into_iter().filter_map(extension).collect()
}
