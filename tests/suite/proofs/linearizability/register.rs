//! The register that all functions together claim to be: what clients would see one after another.
//! It is written independently of the domain code that it checks.

use shared::domain::Rag;

use crate::harness::time;

/// What an answer shows, with the version in its entity tag.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shown {
    pub(super) version: u64,
    pub(super) rag: Rag,
    /// The note, which identifies the write.
    pub(super) note: Option<u64>,
    pub(super) reason: Option<String>,
    pub(super) reset: Option<String>,
    /// When it was changed, and by whom.
    pub(super) modified: Option<(String, String)>,
}

/// What a write requests. Each has its own note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Write {
    pub(super) rag: Rag,
    pub(super) minutes: i64,
    pub(super) note: u64,
    pub(super) reason: Option<&'static str>,
    /// The entity tag in `If-Match`.
    pub(super) if_match: Option<String>,
    /// The entity tag in `If-None-Match`.
    pub(super) if_none_match: Option<String>,
}

/// A request to move the deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) minutes: i64,
    /// The entity tag in `If-Match`.
    pub(super) if_match: String,
}

/// What a client did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Get,
    Put(Write),
    Move(Move),
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// 200, with its entity tag.
    Shown(String, Shown),
    /// 412, with the current entity tag.
    PreconditionFailed(String),
    /// 409: not applied.
    Conflict,
    /// 409: GREEN is shown, which has no deadline.
    NoDeadline,
    /// 503: applied, not applied, or applied later.
    Unknown,
}

/// One operation in a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Operation {
    pub(super) client: usize,
    /// Positions in the order of all requests and answers.
    pub(super) invoked: u64,
    pub(super) answered: u64,
    /// The functions' clock during the operation.
    pub(super) now: i64,
    pub(super) action: Action,
    pub(super) answer: Answer,
}

/// The register: the stored state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Register {
    version: u64,
    last: Option<Last>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Last {
    rag: Rag,
    /// None for a reset.
    note: Option<u64>,
    reason: Option<&'static str>,
    reset: Option<i64>,
    at: i64,
}

impl Register {
    /// The register after the reset that is due, if any.
    fn after_reset(&self, now: i64) -> Self {
        match self.last.as_ref().and_then(|last| last.reset).filter(|reset| now >= *reset) {
            Some(at) => {
                let reset = Last { rag: Rag::Green, note: None, reason: None, reset: None, at };
                Self { version: self.version + 1, last: Some(reset) }
            }
            None => self.clone(),
        }
    }

    pub(super) fn effective_at(&self, now: i64) -> Shown {
        let Self { version, last } = self.after_reset(now);
        let text = |seconds| time(seconds).to_string();
        let by = |note: Option<u64>| note.map_or("automatic reset", |_| "editor-name").to_owned();
        Shown {
            version,
            rag: last.as_ref().map_or(Rag::Green, |last| last.rag),
            note: last.as_ref().and_then(|last| last.note),
            reason: last.as_ref().and_then(|last| last.reason).map(str::to_owned),
            reset: last.as_ref().and_then(|last| last.reset).map(text),
            modified: last.as_ref().map(|last| (text(last.at), by(last.note))),
        }
    }

    /// The register after a write.
    pub(super) fn put(&self, write: &Write, now: i64) -> Self {
        let ends = write.rag != Rag::Green;
        let last = Last {
            rag: write.rag,
            note: Some(write.note),
            reason: write.reason.filter(|_| ends),
            reset: ends.then_some(now + write.minutes * 60),
            at: now,
        };
        Self { version: self.after_reset(now).version + 1, last: Some(last) }
    }

    /// The register after a move of the deadline; `None` if there is none.
    pub(super) fn move_deadline(&self, minutes: i64, now: i64) -> Option<Self> {
        let mut last =
            self.last.clone().filter(|last| last.reset.is_some_and(|reset| now < reset))?;
        (last.reset, last.at) = (Some(now + minutes * 60), now);
        Some(Self { version: self.version + 1, last: Some(last) })
    }

    /// The register after a write or a move; `None` if that changes nothing.
    pub(super) fn after(&self, action: &Action, now: i64) -> Option<Self> {
        match action {
            Action::Get => None,
            Action::Put(write) => Some(self.put(write, now)),
            Action::Move(Move { minutes, .. }) => self.move_deadline(*minutes, now),
        }
    }
}
