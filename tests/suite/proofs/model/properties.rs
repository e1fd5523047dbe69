//! The claims that must always hold, and the situations that must be reachable for them to mean
//! something.

use stateright::Property;

use super::{
    participants::{Outcome, Phase, Writer},
    scenario::ANY_CLOCK,
    state::{Fault, Origin, Status, World, clock},
    steps::Life,
};

pub(super) const CHAIN: &str = "history is one chain, and the stored status is its end";
pub(super) const ATTRIBUTED: &str = "every change is of a request, or the reset of its predecessor";
pub(super) const BUILT: &str = "every change is what the domain makes of the status stored before";
pub(super) const ONCE: &str = "no update is applied twice";
pub(super) const KEPT: &str = "an acknowledged update is in history";
pub(super) const REFUSED: &str = "an update answered 412, 409 or 403 is never applied";
pub(super) const CONDITION: &str = "what If-Match names is current where the update is applied";
pub(super) const NO_FALSE_412: &str = "no update is answered 412 while what it names is current";
pub(super) const NOT_EARLY: &str = "no scheduler stores a reset before its deadline";
pub(super) const NOT_TOO_EARLY: &str =
    "no update stores a reset earlier than its deadline less the clocks' skew";
pub(super) const NOT_PAST: &str = "no status is shown past its deadline";
pub(super) const FORWARD: &str = "what a reader is shown never goes back";
pub(super) const ONE_STORY: &str = "history and status tell the same on every clock";

/// The claims, then the situations that must be reachable.
pub(super) fn all() -> Vec<Property<Life>> {
    vec![
        Property::always(CHAIN, |_, world| is_chain(world)),
        Property::always(ATTRIBUTED, |_, world| is_attributed(world)),
        Property::always(BUILT, |_, world| lacks(world, Fault::BuiltOnAnother)),
        Property::always(ONCE, |_, world| {
            writers(world).all(|(index, _)| world.updates_of(index) <= 1)
        }),
        Property::always(KEPT, |_, world| {
            answered(world, &[Outcome::Applied]).all(|index| world.updates_of(index) > 0)
        }),
        Property::always(REFUSED, |_, world| {
            let refusals = [Outcome::PreconditionFailed, Outcome::Conflict, Outcome::Forbidden];
            answered(world, &refusals).all(|index| world.updates_of(index) == 0)
        }),
        Property::always(CONDITION, |_, world| lacks(world, Fault::TagNotCurrent)),
        Property::always(NO_FALSE_412, |_, world| lacks(world, Fault::RefusedThoughCurrent)),
        Property::always(NOT_EARLY, |_, world| lacks(world, Fault::ResetStoredEarly)),
        Property::always(NOT_TOO_EARLY, |_, world| {
            lacks(world, Fault::ResetStoredTooEarlyInUpdate)
        }),
        Property::always(NOT_PAST, |_, world| lacks(world, Fault::ShownPastDeadline)),
        Property::always(FORWARD, |_, world| lacks(world, Fault::WentBack)),
        Property::always(ONE_STORY, |_, world| ANY_CLOCK.iter().all(|fast| agrees(world, *fast))),
        Property::sometimes("an update survives a conflict", |_, world| {
            writers(world).any(|(_, w)| w.conflicts > 0 && w.phase == APPLIED)
        }),
        Property::sometimes("a resend finds its change applied", |_, world: &World| {
            world.flights.iter().any(|copy| copy.awaited && world.has(copy.writer, copy.number))
        }),
        Property::sometimes("a late copy is applied after its resend was cancelled", |_, world| {
            writers(world)
                .any(|(index, w)| w.phase == Phase::Cancelled && world.updates_of(index) > 0)
        }),
        Property::sometimes("an update meets its own transaction in flight", |_, world: &World| {
            let meets = |w: &Writer| w.phase == Phase::Cancelled && world.is_in_flight();
            writers(world).any(|(index, w)| meets(w) && world.updates_of(index) > 0)
        }),
        Property::sometimes("a late copy is applied after the writer died", |_, world| {
            answered(world, &[Outcome::Unknown]).any(|index| world.updates_of(index) > 0)
        }),
        Property::sometimes("a superseded update is built again and applied", |_, world| {
            writers(world).any(|(_, w)| w.number > 0 && w.phase == APPLIED)
        }),
        Property::sometimes("an update is answered 412", |_, world| {
            answered(world, &[Outcome::PreconditionFailed]).next().is_some()
        }),
        Property::sometimes("an update is answered 409", |_, world| {
            answered(world, &[Outcome::Conflict]).next().is_some()
        }),
        Property::sometimes("an update is answered 403", |_, world| {
            answered(world, &[Outcome::Forbidden]).next().is_some()
        }),
        Property::sometimes(
            "an update finds its change after its right was revoked",
            |_, world| {
                writers(world).any(|(_, w)| w.revoked && w.attempts > 1 && w.phase == APPLIED)
            },
        ),
        Property::sometimes(
            "a copy is applied after a revoked right was answered 503",
            |_, world| {
                answered(world, &[Outcome::Unknown])
                    .any(|index| world.writers[index].revoked && world.updates_of(index) > 0)
            },
        ),
        Property::sometimes("a scheduler stores a reset", |_, world: &World| {
            world.history.iter().any(|entry| matches!(entry.origin, Origin::Scheduler(_)))
        }),
        Property::sometimes("an update stores a reset", |_, world: &World| {
            world.history.iter().any(|entry| matches!(entry.origin, Origin::ResetIn(..)))
        }),
        Property::sometimes("two schedulers store the same reset", |_, world| {
            both_store_a_reset(world)
        }),
        Property::sometimes("an update supersedes a scheduler's reset", |_, world| {
            superseded(world)
        }),
        Property::sometimes(
            "a fast clock's update stores a reset before its deadline",
            |_, world: &World| world.early_in_update,
        ),
        Property::sometimes("a reset is shown that history never gets", |_, world| {
            writers(world).any(|(_, w)| w.tag.is_some_and(|tag| never_stored(world, &tag)))
        }),
    ]
}

const APPLIED: Phase = Phase::Answered(Outcome::Applied);

fn writers(world: &World) -> impl Iterator<Item = (usize, &Writer)> {
    world.writers.iter().enumerate()
}

/// The writers with one of these answers.
fn answered<'a>(world: &'a World, outcomes: &'a [Outcome]) -> impl Iterator<Item = usize> + 'a {
    let so = |phase| matches!(phase, Phase::Answered(outcome) if outcomes.contains(&outcome));
    writers(world).filter(move |(_, writer)| so(writer.phase)).map(|(index, _)| index)
}

fn lacks(world: &World, fault: Fault) -> bool {
    !world.faults.contains(&fault)
}

/// Whether versions have no gap, each entry follows from the previous one, and dates never
/// decrease.
fn is_chain(world: &World) -> bool {
    let mut last = Status::never_updated();
    for entry in &world.history {
        let follows = entry.status.version == last.version + 1
            && entry.previous == last.rag
            && entry.status.at >= last.at;
        if !follows {
            return false;
        }
        last = entry.status;
    }
    last == world.stored
}

/// Whether updates name their writer and follow no missing reset, and resets are GREEN at the
/// deadline.
fn is_attributed(world: &World) -> bool {
    let mut last = Status::never_updated();
    for entry in &world.history {
        let (status, deadline) = (entry.status, last.reset_at);
        let fits = match entry.origin {
            Origin::Beginning => true,
            Origin::Update(by, _) => !entry.is_reset && status.by == Some(by),
            Origin::ResetIn(..) | Origin::Scheduler(_) => {
                entry.is_reset && status.by.is_none() && deadline.is_some() && status.at == deadline
            }
        };
        if !fits {
            return false;
        }
        last = status;
    }
    true
}

/// Whether the last entry, with the missing reset if any, is what a reader is shown.
fn agrees(world: &World, fast: i64) -> bool {
    let now = clock(world.tick, fast);
    let end = world.history.last().map_or_else(Status::never_updated, |entry| {
        let missing = entry.change().missing_reset(None, now).ok().flatten();
        missing.map_or(entry.status, |reset| Status::after(&reset))
    });
    world.stored.effective_at(now) == end
}

/// A scheduler is about to store a reset that the other has stored.
fn both_store_a_reset(world: &World) -> bool {
    let stored =
        matches!(world.history.last(), Some(e) if matches!(e.origin, Origin::Scheduler(_)));
    let late = |found: Status| found.version + 1 == world.stored.version;
    stored && world.schedulers.iter().any(|scheduler| scheduler.found.is_some_and(late))
}

/// A scheduler is about to reset a status that an update has replaced.
fn superseded(world: &World) -> bool {
    let updated = matches!(world.history.last(), Some(e) if matches!(e.origin, Origin::Update(..)));
    let late = |found: Status| found.version < world.stored.version;
    updated && world.schedulers.iter().any(|scheduler| scheduler.found.is_some_and(late))
}

/// A client was shown a reset, and history has something else under its version.
fn never_stored(world: &World, shown: &Status) -> bool {
    let instead = |status: Status| status.version == shown.version && status != *shown;
    shown.version > 0
        && shown.by.is_none()
        && world.history.iter().any(|entry| instead(entry.status))
}
