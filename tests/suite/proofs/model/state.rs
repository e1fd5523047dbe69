//! One service at one moment: its status, its history, and what is on its way to it.

use shared::domain::{Author, Cause, Change, Rag, Timestamp};

use super::{
    participants::{Flight, Reader, Scheduler, Writer},
    status::{Status, clock},
};

/// The author of the change that a service starts with.
pub(super) const NOBODY: u8 = 9;

/// The origin of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Origin {
    /// The service started with it.
    Beginning,
    /// A writer's transaction with that number: an update, or a moved deadline.
    Update(u8, u8),
    /// A reset in a writer's transaction with that number.
    ResetIn(u8, u8),
    /// A scheduler.
    Scheduler(u8),
}

/// A [`Change`] in history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    /// The record after the change.
    pub(super) status: Status,
    pub(super) previous: Rag,
    pub(super) cause: Cause,
    pub(super) origin: Origin,
}

impl Entry {
    pub(super) fn of(change: &Change, origin: Origin) -> Self {
        Self {
            status: Status::after(change),
            previous: change.previous,
            cause: change.cause,
            origin,
        }
    }

    pub(super) fn change(&self) -> Change {
        let subject = self.status.by.map(|by| by.to_string());
        let last = self.status.record().modified.expect("a change has a date");
        Change {
            version: self.status.version.into(),
            status: self.status.capacity(),
            previous: self.previous,
            at: last.at,
            notes: last.notes,
            reason: last.reason,
            by: Author { subject, username: last.by, operator: None },
            cause: self.cause,
        }
    }

    pub(super) fn is_reset(&self) -> bool {
        self.cause == Cause::Reset
    }

    /// Date and version: its key in history.
    pub(super) fn key(&self) -> (Option<Timestamp>, u8) {
        (self.status.at, self.status.version)
    }
}

/// A violation that only the step itself can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Fault {
    BuiltOnAnother,
    TagNotCurrent,
    RefusedThoughCurrent,
    ResetStoredEarly,
    ResetStoredTooEarlyInUpdate,
    ShownPastDeadline,
    WentBack,
}

/// Rows of a transaction in flight that a separate read still finds as they were before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Hidden {
    pub(super) service: bool,
    pub(super) entries: bool,
}

/// The whole state at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) tick: u8,
    pub(super) stored: Status,
    pub(super) history: Vec<Entry>,
    /// The rows of the last transaction that other reads miss. It is in flight until they see them.
    pub(super) hidden: Hidden,
    pub(super) flights: Vec<Flight>,
    pub(super) writers: Vec<Writer>,
    pub(super) schedulers: Vec<Scheduler>,
    pub(super) reader: Reader,
    /// An update with a fast clock stored a reset before its deadline by the true time.
    pub(super) early_in_update: bool,
    pub(super) faults: Vec<Fault>,
}

impl World {
    /// The true time.
    pub(super) fn now(&self) -> Timestamp {
        clock(self.tick, 0)
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Puts a copy on its way. Copies are sorted, so that the checker recognises equal worlds.
    pub(super) fn launch(&mut self, flight: Flight) {
        self.flights.push(flight);
        self.flights.sort_by_key(|flight| (flight.writer, flight.number, flight.awaited));
    }

    /// Whether the last transaction is in flight.
    pub(super) const fn is_in_flight(&self) -> bool {
        self.hidden.service || self.hidden.entries
    }

    /// The status that a strongly consistent read of the service finds.
    pub(super) fn visible(&self) -> Status {
        if self.hidden.service { self.stored_before() } else { self.stored }
    }

    /// The entries that a strongly consistent read of history finds.
    pub(super) fn visible_history(&self) -> &[Entry] {
        if self.hidden.entries { self.history_before() } else { &self.history }
    }

    /// What an eventually consistent read may still find: the status before the last transaction.
    pub(super) fn stored_before(&self) -> Status {
        let earlier = self.history_before();
        earlier.last().map_or_else(Status::never_updated, |entry| entry.status)
    }

    /// History without the entries of the last transaction.
    pub(super) fn history_before(&self) -> &[Entry] {
        let last = self.history.last().map(|entry| entry.origin);
        let with_reset = self.history.iter().rev().nth(1).is_some_and(|entry| {
            matches!((entry.origin, last),
                (Origin::ResetIn(a, b), Some(Origin::Update(c, d))) if (a, b) == (c, d))
        });
        let put = if with_reset { 2 } else { 1 };
        &self.history[..self.history.len().saturating_sub(put)]
    }

    /// Whether history has the change of a writer's transaction.
    pub(super) fn has(&self, writer: u8, number: u8) -> bool {
        self.history.iter().any(|entry| entry.origin == Origin::Update(writer, number))
    }

    /// How many updates or moved deadlines of a writer are in history.
    pub(super) fn updates_of(&self, writer: usize) -> usize {
        let by = |origin| matches!(origin, Origin::Update(by, _) if usize::from(by) == writer);
        self.history.iter().filter(|entry| by(entry.origin)).count()
    }
}
