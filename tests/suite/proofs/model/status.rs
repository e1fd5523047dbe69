//! A status as the checker remembers it: plain values that it can hash, converted to and from the
//! domain's types.

use shared::domain::{
    AUTOMATIC_RESET, CapacityStatus, Change, Minutes, Modified, Note, Rag, Reason, StatusRecord,
    Timestamp,
};

const START: i64 = 1_000_000;
const TICK_SECONDS: i64 = 100;

/// The time on a clock that is that many seconds fast, at a tick of the true time.
pub(super) fn clock(tick: u8, fast: i64) -> Timestamp {
    seconds(START + i64::from(tick) * TICK_SECONDS + fast)
}

/// The instant that many seconds earlier.
pub(super) fn before(at: Timestamp, by: i64) -> Timestamp {
    seconds(at.epoch_seconds() - by)
}

fn seconds(seconds: i64) -> Timestamp {
    Timestamp::from_epoch_seconds(seconds).expect("a time")
}

/// A [`StatusRecord`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Status {
    pub(super) version: u8,
    pub(super) rag: Rag,
    pub(super) reset_at: Option<Timestamp>,
    pub(super) at: Option<Timestamp>,
    /// The writer; `None` for a reset.
    pub(super) by: Option<u8>,
    /// The writer that gave the notes.
    pub(super) notes: Option<u8>,
    /// The writer that gave the reason.
    pub(super) reason: Option<u8>,
}

impl Status {
    pub(super) fn of(record: &StatusRecord) -> Self {
        let last = record.modified.as_ref();
        let reason = last.and_then(|last| last.reason.as_ref());
        Self {
            version: u8::try_from(record.version).expect("few changes"),
            rag: record.status.rag(),
            reset_at: record.status.reset_at(),
            at: last.map(|last| last.at),
            by: last.and_then(|last| last.by.parse().ok()),
            notes: last.and_then(|last| writer_of_notes(last.notes.as_deref()?)),
            reason: reason.map(|reason| reason.as_str().parse().expect("a writer")),
        }
    }

    pub(super) fn never_updated() -> Self {
        Self::of(&StatusRecord::never_updated())
    }

    pub(super) fn after(change: &Change) -> Self {
        Self::of(&StatusRecord::after(change))
    }

    pub(super) fn record(&self) -> StatusRecord {
        let by = self.by.map_or_else(|| AUTOMATIC_RESET.to_owned(), |by| by.to_string());
        let notes = self.notes.map(|by| Note::stored(Some(&note(by))));
        let reason = self.reason.map(reason);
        StatusRecord {
            version: self.version.into(),
            status: self.capacity(),
            modified: self.at.map(|at| Modified { at, by, notes, reason }),
        }
    }

    /// A row that is GREEN and has a deadline counts as GREEN. Only without
    /// [`Guard::WriterVersion`](super::scenario::Guard::WriterVersion) there is one, which is not the end of history.
    pub(super) fn capacity(&self) -> CapacityStatus {
        let deadline = self.reset_at.filter(|_| !self.rag.is_green());
        CapacityStatus::from_parts(self.rag, deadline).expect("AMBER and RED have a deadline")
    }

    /// What the domain shows of this status at that time.
    pub(super) fn effective_at(&self, now: Timestamp) -> Self {
        Self::of(&self.record().effective_at(now))
    }

    /// The service's row after a moved deadline, which writes nothing else than this.
    pub(super) const fn with_deadline_of(self, moved: &Self) -> Self {
        let Self { version, reset_at, at, by, .. } = *moved;
        Self { version, reset_at, at, by, ..self }
    }

    /// The same with a deadline that never passes.
    pub(super) fn without_end(self, now: Timestamp) -> Self {
        Self { reset_at: self.reset_at.map(|_| now.plus(Minutes(1_440))), ..self }
    }
}

/// The notes of a writer's update.
pub(super) fn note(writer: u8) -> Note {
    Note::parse(&writer.to_string()).expect("a note")
}

/// The reason of a writer's update.
pub(super) fn reason(writer: u8) -> Reason {
    Reason::stored(writer.to_string())
}

fn writer_of_notes(notes: &str) -> Option<u8> {
    notes.rsplit(' ').next()?.parse().ok()
}
