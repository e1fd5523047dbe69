//! The situations that must be reachable for the claims to mean something.

use shared::domain::Cause;
use stateright::Property;

use super::{
    participants::{Outcome, Phase, Writer},
    properties::{answered, moved, moves, writers},
    state::{Entry, Origin, World},
    status::{Status, before},
    steps::Life,
    writer::number,
};

/// All of them.
pub(super) fn all() -> Vec<Property<Life>> {
    [of_retries(), of_answers(), of_resets(), of_moved_deadlines(), of_races()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_retries() -> Vec<Property<Life>> {
    vec![
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
    ]
}

fn of_answers() -> Vec<Property<Life>> {
    vec![
        Property::sometimes("a moved deadline is answered 428", |_, world| {
            answered(world, &[Outcome::PreconditionRequired]).next().is_some()
        }),
        Property::sometimes("a moved deadline is answered NO_DEADLINE", |_, world| {
            answered(world, &[Outcome::NoDeadline]).next().is_some()
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
    ]
}

fn of_resets() -> Vec<Property<Life>> {
    vec![
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

fn of_moved_deadlines() -> Vec<Property<Life>> {
    vec![
        Property::sometimes("a deadline is moved to an earlier time", |_, world| {
            moved(world).any(|(last, entry, _)| entry.status.reset_at < last.reset_at)
        }),
        Property::sometimes("a slow clock moves a deadline that has passed", |_, world| {
            let taken = |mover: &Writer| mover.now.map(|now| before(now, mover.fast));
            moved(world).any(|(last, _, mover)| mover.fast < 0 && taken(mover) >= last.reset_at)
        }),
        Property::sometimes("a moved deadline has a later date than its clock", |_, world| {
            moved(world).any(|(_, entry, mover)| entry.status.at > mover.now)
        }),
        Property::sometimes("a resend finds its moved deadline stored", |life, world| {
            moves(life, world).any(|(_, w)| w.attempts > 1 && w.number == 0 && w.phase == APPLIED)
        }),
        Property::sometimes(
            "a scheduler stores the reset of a moved deadline",
            |_, world: &World| {
                let after = |two: &[Entry]| (two[0].cause, two[1].origin);
                world.history.windows(2).map(after).any(|(cause, origin)| {
                    cause == Cause::Deadline && matches!(origin, Origin::Scheduler(_))
                })
            },
        ),
    ]
}

/// Who comes first. The second has sent a transaction built on what the first one replaced.
fn of_races() -> Vec<Property<Life>> {
    vec![
        Property::sometimes("a moved deadline wins against an update", |life, world| {
            beaten(life, world, Cause::Update).any(|winner| winner.cause == Cause::Deadline)
        }),
        Property::sometimes("a moved deadline wins against a scheduler", |_, world: &World| {
            let late = |found: Status| found.version + 1 == world.stored.version;
            world.history.last().is_some_and(|entry| entry.cause == Cause::Deadline)
                && world.schedulers.iter().any(|scheduler| scheduler.found.is_some_and(late))
        }),
        Property::sometimes("an update wins against a moved deadline", |life, world| {
            beaten(life, world, Cause::Deadline).any(|winner| winner.cause == Cause::Update)
        }),
        Property::sometimes("a scheduler wins against a moved deadline", |life, world| {
            beaten(life, world, Cause::Deadline)
                .any(|winner| matches!(winner.origin, Origin::Scheduler(_)))
        }),
        Property::sometimes("an update's reset wins against a moved deadline", |life, world| {
            beaten(life, world, Cause::Deadline)
                .any(|winner| matches!(winner.origin, Origin::ResetIn(..)))
        }),
    ]
}

const APPLIED: Phase = Phase::Answered(Outcome::Applied);

/// For each request of that kind that sent a transaction and was then answered 412: the change that replaced what it
/// names.
fn beaten<'a>(life: &'a Life, world: &'a World, cause: Cause) -> impl Iterator<Item = &'a Entry> {
    let refused = answered(world, &[Outcome::PreconditionFailed])
        .map(|index| (index, &world.writers[index]))
        .filter(move |(index, w)| w.attempts > 0 && life.cause(number(*index)) == cause);
    refused.filter_map(|(_, w)| {
        let version = w.tag?.version + 1;
        world.history.iter().find(|entry| entry.status.version == version)
    })
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
