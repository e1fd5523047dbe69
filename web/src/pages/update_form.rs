//! The form that sets a service's status, and the buttons that extend it: what they offer.

use shared::{
    domain::{
        DeadlineUpdate, Minutes, Rag, Reason, ResetLimits, Service, ServiceId, StatusRecord,
        Timestamp,
    },
    http::{Problem, Representation},
};

use crate::{
    asked::{EXTENSIONS, FormError, Typed},
    local_time::{LocalTime, length},
    status::{meaning, reason_in_words, shape},
    visitor::random_token,
};

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

    /// What a status means.
    #[must_use]
    pub const fn meaning(&self, rag: &Rag) -> &'static str {
        meaning(*rag)
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
