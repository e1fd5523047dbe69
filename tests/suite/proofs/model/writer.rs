//! One request, as update-status and update-deadline handle it: read, build, send, and after a
//! cancellation find out whether it was applied.

use shared::domain::Timestamp;

use super::{
    participants::{Flight, Outcome, Phase},
    scenario::Guard,
    state::{Entry, Fault, Origin, World},
    status::{Status, clock},
    steps::{Consistency, Life},
};

impl Life {
    /// The client is shown the status by another function with its own clock.
    pub(super) fn show(&self, world: &mut World, index: usize) {
        let shown = self.shown(&world.visible(), clock(world.tick, world.reader.fast));
        world.writers[index].tag = Some(shown);
        world.writers[index].phase = Phase::Shown;
    }

    pub(super) fn begin(&self, world: &mut World, index: usize) {
        let writer = &mut world.writers[index];
        writer.now = Some(clock(world.tick, writer.fast));
        writer.phase = Phase::Begun;
    }

    pub(super) fn read(&self, world: &mut World, index: usize, how: Consistency) {
        let found = match how {
            Consistency::Strong => world.visible(),
            Consistency::Stale => world.stored_before(),
        };
        self.build(world, index, found);
    }

    /// Sends a transaction built on that status, or refuses.
    fn build(&self, world: &mut World, index: usize, on: Status) {
        let Some(refusal) = self.refusal(world, index, &on) else {
            world.writers[index].seen = Some(on);
            self.send(world, index);
            return;
        };
        if refusal == Outcome::PreconditionFailed && self.names(world, index, &world.stored) {
            world.fault(Fault::RefusedThoughCurrent);
        }
        answer(world, index, refusal);
    }

    /// The first refusal, in the order of the API.
    fn refusal(&self, world: &World, index: usize, on: &Status) -> Option<Outcome> {
        let needs_tag = self.scenario.plans[index].moves_deadline();
        if needs_tag && world.writers[index].tag.is_none() && self.keeps(Guard::TagRequired) {
            Some(Outcome::PreconditionRequired)
        } else if !self.may_update(world, index, on) {
            Some(Outcome::PreconditionFailed)
        } else {
            self.transition(world, index, on).is_none().then_some(Outcome::NoDeadline)
        }
    }

    /// `If-Match`, as update-status checks it.
    fn may_update(&self, world: &World, index: usize, status: &Status) -> bool {
        let writer = &world.writers[index];
        let check = writer.seen.is_none() || self.keeps(Guard::CheckedAgain);
        !check || writer.tag.is_none() || self.tag_matches(world, index, status)
    }

    fn tag_matches(&self, world: &World, index: usize, status: &Status) -> bool {
        if self.keeps(Guard::TagOfContent) {
            return self.names(world, index, status);
        }
        let version = status.effective_at(taken(world, index)).version;
        world.writers[index].tag.is_some_and(|tag| tag.version == version)
    }

    /// Whether the request's tag matches what its function shows of a status.
    pub(super) fn names(&self, world: &World, index: usize, status: &Status) -> bool {
        world.writers[index].tag == Some(status.effective_at(taken(world, index)))
    }

    fn send(&self, world: &mut World, index: usize) {
        let flight = flight(world, index);
        world.launch(flight);
        world.writers[index].attempts += 1;
        world.writers[index].phase = Phase::Sent;
    }

    pub(super) fn time_out(&self, world: &mut World, index: usize) {
        abandon(world, index);
        let flight = flight(world, index);
        world.launch(flight);
        world.writers[index].timeouts += 1;
    }

    pub(super) fn contend(&self, world: &mut World, index: usize) {
        world.flights.retain(|flight| !flight.awaited || usize::from(flight.writer) != index);
        world.writers[index].conflicts += 1;
        self.cancelled(world, index);
    }

    pub(super) fn crash(&self, world: &mut World, index: usize) {
        abandon(world, index);
        answer(world, index, Outcome::Unknown);
    }

    /// The store has cancelled the transaction.
    pub(super) fn cancelled(&self, world: &mut World, index: usize) {
        world.writers[index].phase = Phase::Cancelled;
        if self.exhausted(world, index) && !self.keeps(Guard::LookBeforeGivingUp) {
            answer(world, index, Outcome::Conflict);
        }
    }

    fn exhausted(&self, world: &World, index: usize) -> bool {
        world.writers[index].attempts >= self.scenario.attempts
    }

    pub(super) fn read_again(&self, world: &mut World, index: usize) {
        let found = world.visible();
        if Some(found.version) != world.writers[index].seen.map(|seen| seen.version) {
            world.writers[index].phase = Phase::Superseded(found);
            if self.keeps(Guard::Snapshot) {
                self.look_up(world, index, Consistency::Strong);
            }
        } else if world.writers[index].revoked {
            let unknown = self.keeps(Guard::UnknownWhenRevoked);
            answer(world, index, if unknown { Outcome::Unknown } else { Outcome::Forbidden });
        } else if self.exhausted(world, index) {
            let unknown = self.keeps(Guard::UnknownOnGivingUp);
            answer(world, index, if unknown { Outcome::Unknown } else { Outcome::Conflict });
        } else {
            if !self.keeps(Guard::ResendAsBuilt) {
                world.writers[index].number += 1;
            }
            self.send(world, index);
        }
    }

    pub(super) fn look_up(&self, world: &mut World, index: usize, how: Consistency) {
        let Phase::Superseded(found) = world.writers[index].phase else { return };
        let revoked = world.writers[index].revoked;
        let is_own = self.keeps(Guard::OwnEntry) && self.finds_own_entry(world, index, how);
        if is_own && (!revoked || self.keeps(Guard::EntryBeforeRight)) {
            answer(world, index, Outcome::Applied);
        } else if revoked {
            answer(world, index, Outcome::Forbidden);
        } else if self.exhausted(world, index) {
            answer(world, index, Outcome::Conflict);
        } else {
            world.writers[index].number += 1;
            self.build(world, index, found);
        }
    }

    /// Whether history has an entry with the key and the change id of the transaction's last change.
    fn finds_own_entry(&self, world: &World, index: usize, how: Consistency) -> bool {
        let history = match how {
            Consistency::Strong => world.visible_history(),
            Consistency::Stale => world.history_before(),
        };
        let flight = flight(world, index);
        let entries = self.entries(world, &flight);
        let own = entries.last().expect("a transaction has changes");
        let is_own = |entry: &Entry| entry.origin == own.origin || !self.keeps(Guard::OwnChangeId);
        history.iter().any(|entry| entry.key() == own.key() && is_own(entry))
    }
}

/// The time at which the request's function read the clock.
pub(super) fn taken(world: &World, index: usize) -> Timestamp {
    world.writers[index].now.expect("a request that has begun")
}

pub(super) fn number(index: usize) -> u8 {
    u8::try_from(index).expect("few writers")
}

fn answer(world: &mut World, index: usize, outcome: Outcome) {
    world.writers[index].phase = Phase::Answered(outcome);
}

/// The writer stops waiting for the copy in flight.
fn abandon(world: &mut World, index: usize) {
    let own = world.flights.iter_mut().filter(|flight| usize::from(flight.writer) == index);
    own.for_each(|flight| flight.awaited = false);
}

/// The writer's transaction as it was built.
fn flight(world: &World, index: usize) -> Flight {
    let writer = &world.writers[index];
    Flight {
        writer: number(index),
        number: writer.number,
        built_on: writer.seen.expect("a transaction that was built"),
        awaited: true,
    }
}

/// The origin of an entry in a writer's transaction.
pub(super) fn origin(flight: &Flight, is_reset: bool) -> Origin {
    if is_reset {
        Origin::ResetIn(flight.writer, flight.number)
    } else {
        Origin::Update(flight.writer, flight.number)
    }
}
