//! The store, as DynamoDB's transactions promise it, and its other users: the schedulers and the
//! reader.

use shared::domain::{Cause, StatusTransition, Timestamp};

use super::{
    participants::{Flight, Outcome, Phase},
    scenario::{Guard, SETTLE_SECONDS, SKEW_SECONDS},
    state::{Entry, Fault, Hidden, Origin, World},
    status::{Status, before as earlier, clock},
    steps::{Consistency, Life, Step},
    writer::origin,
};

impl Life {
    /// A transaction in flight ends before another begins.
    pub(super) fn of_store(world: &World, steps: &mut Vec<Step>) {
        if world.hidden.service {
            steps.push(Step::ShowService);
        }
        if world.hidden.entries {
            steps.push(Step::ShowEntries);
        }
        if !world.is_in_flight() {
            steps.extend((0..world.flights.len()).map(Step::Arrive));
        }
    }

    /// A copy of a transaction reaches the store. The writer gets the answer if it still waits.
    pub(super) fn arrive(&self, world: &mut World, index: usize) {
        let flight = world.flights.remove(index);
        let applied = self.transact(world, &flight);
        let writer = usize::from(flight.writer);
        if !flight.awaited {
            return;
        }
        if applied {
            world.writers[writer].phase = Phase::Answered(Outcome::Applied);
        } else {
            self.cancelled(world, writer);
        }
    }

    /// Whether the transaction is applied, now or earlier.
    fn transact(&self, world: &mut World, flight: &Flight) -> bool {
        if self.keeps(Guard::Token) && world.has(flight.writer, flight.number) {
            return true;
        }
        let entries = self.entries(world, flight);
        let changed = world.stored.version != flight.built_on.version;
        if (changed && self.keeps(Guard::WriterVersion)) || !self.absent(world, &entries) {
            return false;
        }
        self.judge(world, flight, &entries);
        if flight.awaited || self.keeps(Guard::OneTransaction) {
            self.put(world, entries);
        } else {
            // The function died between its two writes.
            world.stored = row_after(&world.stored, &entries);
        }
        true
    }

    /// The history entries of a writer's transaction.
    pub(super) fn entries(&self, world: &World, flight: &Flight) -> Vec<Entry> {
        let transition = self.transition(world, usize::from(flight.writer), &flight.built_on);
        entries_of(&transition.expect("a transaction that was built"), flight)
    }

    fn absent(&self, world: &World, entries: &[Entry]) -> bool {
        let taken = |entry: &Entry| world.history.iter().any(|other| other.key() == entry.key());
        !self.keeps(Guard::EntryAbsent) || !entries.iter().any(taken)
    }

    /// Why this cannot be applied now, if so.
    fn judge(&self, world: &mut World, flight: &Flight, entries: &[Entry]) {
        let (index, stored) = (usize::from(flight.writer), world.stored);
        let should_be = self.change(world, index, &stored);
        if should_be.is_none_or(|transition| entries_of(&transition, flight) != entries) {
            world.fault(Fault::BuiltOnAnother);
        }
        if world.writers[index].tag.is_some() && !self.names(world, index, &stored) {
            world.fault(Fault::TagNotCurrent);
        }
        let deadlines = entries.iter().filter(|entry| entry.is_reset()).filter_map(|e| e.status.at);
        for deadline in deadlines {
            world.early_in_update |= deadline > world.now();
            if earlier(deadline, SKEW_SECONDS) > world.now() {
                world.fault(Fault::ResetStoredTooEarlyInUpdate);
            }
        }
    }

    /// The status that a scheduler finds, if its deadline is past by long enough.
    pub(super) fn due(&self, world: &World, index: usize, how: Consistency) -> Option<Status> {
        let found = match how {
            Consistency::Strong => world.visible(),
            Consistency::Stale => world.stored_before(),
        };
        let delay = if self.keeps(Guard::ResetDelay) { SETTLE_SECONDS } else { 0 };
        let until = earlier(clock(world.tick, world.schedulers[index].fast), delay);
        found.record().expire(until).map(|_| found)
    }

    pub(super) fn store_reset(&self, world: &mut World, index: usize) {
        let scheduler = &mut world.schedulers[index];
        scheduler.runs -= 1;
        let Some(found) = scheduler.found.take() else { return };
        let Some(deadline) = found.reset_at else { return };
        let by = Origin::Scheduler(u8::try_from(index).expect("few schedulers"));
        let transition = found.record().expire(deadline).expect("a deadline that has passed");
        let entries: Vec<_> =
            transition.changes.iter().map(|change| Entry::of(change, by)).collect();
        if !self.still_as_found(world, &found) || !self.absent(world, &entries) {
            return;
        }
        if deadline > world.now() {
            world.fault(Fault::ResetStoredEarly);
        }
        self.put(world, entries);
    }

    /// Stores the last of these changes as the status and all of them as history. They may become
    /// visible one after another.
    fn put(&self, world: &mut World, entries: Vec<Entry>) {
        world.stored = row_after(&world.stored, &entries);
        world.history.extend(entries);
        let hidden = self.scenario.half_visible;
        world.hidden = Hidden { service: hidden, entries: hidden };
    }

    fn still_as_found(&self, world: &World, found: &Status) -> bool {
        let (version, deadline) = (world.stored.version, world.stored.reset_at);
        (version == found.version || !self.keeps(Guard::SchedulerVersion))
            && (deadline == found.reset_at || !self.keeps(Guard::SchedulerDeadline))
    }

    /// The reader reads.
    pub(super) fn look(&self, world: &mut World, how: Consistency) {
        let now = clock(world.tick, world.reader.fast);
        let shown = match how {
            Consistency::Strong => self.shown(&world.visible(), now),
            Consistency::Stale => self.shown(&world.stored_before(), now),
        };
        if is_past(&shown, now) {
            world.fault(Fault::ShownPastDeadline);
        }
        if shown.version < world.reader.version {
            world.fault(Fault::WentBack);
        }
        world.reader.version = shown.version;
    }
}

fn entries_of(transition: &StatusTransition, flight: &Flight) -> Vec<Entry> {
    let changes = transition.changes.iter();
    changes.map(|change| Entry::of(change, origin(flight, change.cause == Cause::Reset))).collect()
}

fn is_past(shown: &Status, now: Timestamp) -> bool {
    shown.reset_at.is_some_and(|deadline| now >= deadline)
}

/// The service's row after a transaction with these changes.
fn row_after(row: &Status, entries: &[Entry]) -> Status {
    let last = entries.last().expect("a transaction has changes");
    match last.cause {
        Cause::Deadline => row.with_deadline_of(&last.status),
        Cause::Update | Cause::Reset => last.status,
    }
}
