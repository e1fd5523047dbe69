//! A service's status as pages show it: never by colour alone, with its age and its source.

use shared::domain::{Rag, Service, ServiceId, Timestamp};

use crate::local_time::LocalTime;

/// How close a deadline must be for a page to say "ends soon", in seconds.
const ENDS_SOON_SECONDS: u32 = 30 * 60;

/// A service and its status as readers see it at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusView {
    /// The service.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// The directory's number for its kind.
    pub type_id: u64,
    /// Where it is.
    pub town: Option<String>,
    /// Whom a professional rings when the status is not known.
    pub phone: Option<String>,
    /// RED, AMBER or GREEN.
    pub rag: Rag,
    /// When AMBER or RED ends.
    pub deadline: Option<Timestamp>,
    /// The same, for people.
    pub until: Option<String>,
    /// Whether that is within half an hour.
    pub ends_soon: bool,
    /// When the same is shown in another way, before the deadline, although nothing has happened.
    pub changes_at: Option<Timestamp>,
    /// Who or what made it so, and when.
    pub source: Source,
    /// Why it is AMBER or RED.
    pub reason: Option<String>,
    /// The stored notes.
    pub notes: Option<String>,
    /// Whether the status is due for review, or was never set although the service has reviews.
    pub is_overdue: bool,
}

/// What a status comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody has set it so far.
    NeverSet,
    /// Its deadline passed, and nobody has confirmed that the service is GREEN.
    Automatic(Timestamp),
    /// This user set it.
    SetBy(String, Timestamp),
}

impl StatusView {
    /// The service as readers see it at `now`.
    #[must_use]
    pub fn new(service: Service, now: Timestamp) -> Self {
        let Service { details, record } = service;
        let effective = record.effective_at(now);
        let deadline = effective.status.reset_at();
        let is_overdue = details.review_after.is_some_and(|after| effective.is_overdue(after, now));
        let is_automatic = effective.is_automatic();
        let soon = deadline.map(|at| at.minus_seconds(ENDS_SOON_SECONDS));
        let due = details.review_after.and_then(|after| effective.review_due(after));
        let changes_at = [soon, due].into_iter().flatten().filter(|at| *at > now).min();
        let (source, reason, notes) = match effective.modified {
            None => (Source::NeverSet, None, None),
            Some(last) if is_automatic => (Source::Automatic(last.at), None, None),
            Some(last) => (Source::SetBy(last.by, last.at), last.reason, last.notes),
        };
        Self {
            id: details.path.id(),
            name: details.name,
            type_id: details.type_id,
            town: details.town,
            phone: details.phone,
            rag: effective.status.rag(),
            deadline,
            until: deadline.map(|at| LocalTime::of(at).seen_at(now)),
            ends_soon: soon.is_some_and(|at| at <= now),
            changes_at,
            source,
            reason: reason.map(|reason| reason_in_words(reason.as_str())),
            notes,
            is_overdue,
        }
    }

    /// The word of the status.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        self.rag.as_str()
    }

    /// What the word means for a patient.
    #[must_use]
    pub const fn meaning(&self) -> &'static str {
        meaning(self.rag)
    }

    /// The end of the class of a status that nobody has confirmed.
    #[must_use]
    pub const fn unconfirmed(&self) -> Option<&'static str> {
        match self.source {
            Source::NeverSet => Some("never-set"),
            Source::Automatic(_) => Some("automatic"),
            Source::SetBy(..) => None,
        }
    }

    /// The end of the status's class in the style sheet.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        class(self.rag)
    }

    /// A sign for the status, of a shape of its own.
    #[must_use]
    pub const fn shape(&self) -> &'static str {
        shape(self.rag)
    }
}

/// What a status means for a patient.
#[must_use]
pub const fn meaning(rag: Rag) -> &'static str {
    match rag {
        Rag::Red => "Full",
        Rag::Amber => "Busy",
        Rag::Green => "Normal",
    }
}

/// The end of a status's class in the style sheet.
#[must_use]
pub const fn class(rag: Rag) -> &'static str {
    match rag {
        Rag::Red => "red",
        Rag::Amber => "amber",
        Rag::Green => "green",
    }
}

/// A sign of a shape of its own, for those who do not see the colour.
#[must_use]
pub const fn shape(rag: Rag) -> &'static str {
    match rag {
        Rag::Red => "■",
        Rag::Amber => "▲",
        Rag::Green => "●",
    }
}

/// A reason for people: `INFECTION_CONTROL` is `Infection control`, and `IT` stays as it is.
#[must_use]
pub fn reason_in_words(name: &str) -> String {
    if name.len() <= 2 {
        return name.to_owned();
    }
    let mut words = name.replace('_', " ").to_lowercase();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}
