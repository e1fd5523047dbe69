//! `/web/services/{id}`: a service's status, its last changes, and the form to change it.

use askama::Template;
use shared::domain::{Cause, Change, Note, Rag, Timestamp};

use super::{Place, TimeInStatus, UpdateForm};
use crate::{
    local_time::LocalTime,
    page::{Frame, Framed},
    status::{Source, StatusView, class, reason_in_words, shape},
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "service.html")]
pub struct ServicePage {
    /// The frame.
    pub frame: Frame,
    /// The service.
    pub service: StatusView,
    /// When its status is due for review.
    pub review_due: Option<String>,
    /// What it belongs to, the region first.
    pub above: Vec<Place>,
    /// What became of the change that the person has just made, if they have.
    pub done: Option<Option<Done>>,
    /// The form, for who may update the service.
    pub form: Option<UpdateForm>,
    /// The last changes, newest first; `None` if they cannot be read.
    pub history: Option<Vec<PastChange>>,
    /// The time in each status; `None` inside if it cannot be read, outside if nobody looks at it because the page asked
    /// by itself.
    pub time: Option<Option<TimeInStatus>>,
}

/// A change, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastChange {
    /// Its date.
    pub at: String,
    /// The status after it.
    pub rag: Rag,
    /// The deadline after it.
    pub until: Option<String>,
    /// How it came about.
    pub cause: Cause,
    /// Who made it.
    pub by: String,
    /// Why the service is AMBER or RED.
    pub reason: Option<String>,
    /// What they noted.
    pub notes: Option<String>,
}

/// A change that the person made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What they did.
    pub own: PastChange,
    /// What has happened since, oldest first.
    pub since: Vec<PastChange>,
}

impl Framed for ServicePage {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}

impl ServicePage {
    /// The caller's notes of the status.
    #[must_use]
    pub fn notes(&self) -> Option<&str> {
        self.service.notes.as_deref().and_then(Note::given)
    }

    /// What beside the status is not known once the page is old; `None` if the page has nothing of it.
    fn details(&self) -> Option<&'static str> {
        match (self.notes().is_some(), self.review_due.is_some()) {
            (true, true) => Some("Notes and review"),
            (true, false) => Some("Notes"),
            (false, true) => Some("Review"),
            (false, false) => None,
        }
    }
}

impl PastChange {
    /// This change, as seen at `now`.
    #[must_use]
    pub fn new(change: &Change, now: Timestamp) -> Self {
        let local = |at| LocalTime::of(at).seen_at(now);
        Self {
            at: local(change.at),
            rag: change.status.rag(),
            until: change.status.reset_at().map(local),
            cause: change.cause,
            by: change.by.username.clone(),
            reason: change.reason.as_ref().map(|reason| reason_in_words(reason.as_str())),
            notes: change.notes.as_deref().and_then(Note::given).map(str::to_owned),
        }
    }

    /// The end of the status's class in the style sheet.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        class(self.rag)
    }

    /// The sign of the status.
    #[must_use]
    pub const fn shape(&self) -> &'static str {
        shape(self.rag)
    }
}

impl Done {
    /// What became of the change with that version, among these changes, newest first. `None` if this subject has not
    /// made it, or not lately.
    #[must_use]
    pub fn find(changes: &[Change], version: u64, subject: &str, now: Timestamp) -> Option<Self> {
        let is_own = |change: &Change| {
            change.version == version && change.by.subject.as_deref() == Some(subject)
        };
        let position = changes.iter().position(is_own)?;
        let (since, own) = changes.split_at_checked(position)?;
        let seen = |change| PastChange::new(change, now);
        Some(Self { own: seen(own.first()?), since: since.iter().rev().map(seen).collect() })
    }
}
