//! The claims that must always hold. An "update" in them is also a moved deadline.

use shared::domain::Cause;
use stateright::Property;

use super::{
    participants::{Outcome, Phase, Writer},
    scenario::ANY_CLOCK,
    situations,
    state::{Entry, Fault, Origin, World},
    status::{Status, clock},
    steps::Life,
};

pub(super) const CHAIN: &str = "history is one chain, and the stored status is its end";
pub(super) const ATTRIBUTED: &str = "every change is of a request, or the reset of its predecessor";
pub(super) const BUILT: &str = "every change is what the domain makes of the status stored before";
pub(super) const ONCE: &str = "no update is applied twice";
pub(super) const KEPT: &str = "an acknowledged update is in history";
pub(super) const REFUSED: &str = "an update answered 428, 412, 409 or 403 is never applied";
pub(super) const CONDITION: &str = "what If-Match names is current where the update is applied";
pub(super) const ONE_WINS: &str = "of the updates that name one tag, one is applied";
pub(super) const NO_FALSE_412: &str = "no update is answered 412 while what it names is current";
pub(super) const NOT_EARLY: &str = "no scheduler stores a reset before its deadline";
pub(super) const NOT_TOO_EARLY: &str =
    "no update stores a reset earlier than its deadline less the clocks' skew";
pub(super) const NOT_PAST: &str = "no status is shown past its deadline";
pub(super) const FORWARD: &str = "what a reader is shown never goes back";
pub(super) const ONE_STORY: &str = "history and status tell the same on every clock";
pub(super) const SEEN: &str = "no deadline is moved that its client was not shown";
pub(super) const STAYS: &str = "a moved deadline keeps status, notes and reason";
pub(super) const NOT_REVIVED: &str =
    "no deadline is moved that has passed on the clock of the function";
pub(super) const NO_DEADLINE: &str = "only who was shown GREEN is answered NO_DEADLINE";

/// The claims, then the situations that must be reachable.
pub(super) fn all() -> Vec<Property<Life>> {
    [of_every_change(), of_moved_deadlines(), situations::all()].into_iter().flatten().collect()
}

fn of_every_change() -> Vec<Property<Life>> {
    vec![
        Property::always(CHAIN, |_, world| is_chain(world)),
        Property::always(ATTRIBUTED, is_attributed),
        Property::always(BUILT, |_, world| lacks(world, Fault::BuiltOnAnother)),
        Property::always(ONCE, |_, world| {
            writers(world).all(|(index, _)| world.updates_of(index) <= 1)
        }),
        Property::always(KEPT, |_, world| {
            answered(world, &[Outcome::Applied]).all(|index| world.updates_of(index) > 0)
        }),
        Property::always(REFUSED, |_, world| {
            answered(world, REFUSALS).all(|index| world.updates_of(index) == 0)
        }),
        Property::always(CONDITION, |_, world| lacks(world, Fault::TagNotCurrent)),
        Property::always(ONE_WINS, |_, world| one_wins(world)),
        Property::always(NO_FALSE_412, |_, world| lacks(world, Fault::RefusedThoughCurrent)),
        Property::always(NOT_EARLY, |_, world| lacks(world, Fault::ResetStoredEarly)),
        Property::always(NOT_TOO_EARLY, |_, world| {
            lacks(world, Fault::ResetStoredTooEarlyInUpdate)
        }),
        Property::always(NOT_PAST, |_, world| lacks(world, Fault::ShownPastDeadline)),
        Property::always(FORWARD, |_, world| lacks(world, Fault::WentBack)),
        Property::always(ONE_STORY, |_, world| ANY_CLOCK.iter().all(|fast| agrees(world, *fast))),
    ]
}

fn of_moved_deadlines() -> Vec<Property<Life>> {
    vec![
        Property::always(SEEN, |life, world| {
            moves(life, world).all(|(index, w)| w.tag.is_some() || world.updates_of(index) == 0)
        }),
        Property::always(STAYS, |_, world| {
            moved(world).all(|(last, entry, _)| stays(&last, entry))
        }),
        Property::always(NOT_REVIVED, |_, world| {
            moved(world).all(|(last, _, mover)| last.reset_at > mover.now)
        }),
        Property::always(NO_DEADLINE, |_, world| {
            let shown_green = |w: &Writer| w.tag.is_some_and(|tag| tag.rag.is_green());
            answered(world, &[Outcome::NoDeadline]).all(|index| shown_green(&world.writers[index]))
        }),
    ]
}

const REFUSALS: &[Outcome] = &[
    Outcome::PreconditionRequired,
    Outcome::PreconditionFailed,
    Outcome::NoDeadline,
    Outcome::Conflict,
    Outcome::Forbidden,
];

pub(super) fn writers(world: &World) -> impl Iterator<Item = (usize, &Writer)> {
    world.writers.iter().enumerate()
}

/// The writers with one of these answers.
pub(super) fn answered<'a>(
    world: &'a World,
    outcomes: &'a [Outcome],
) -> impl Iterator<Item = usize> + 'a {
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
fn is_attributed(life: &Life, world: &World) -> bool {
    let mut last = Status::never_updated();
    for entry in &world.history {
        let (status, deadline) = (entry.status, last.reset_at);
        let fits = match entry.origin {
            Origin::Beginning => true,
            Origin::Update(by, _) => entry.cause == life.cause(by) && status.by == Some(by),
            Origin::ResetIn(..) | Origin::Scheduler(_) => {
                entry.is_reset()
                    && status.by.is_none()
                    && deadline.is_some()
                    && status.at == deadline
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

/// The deadlines that were moved: the status before, the entry, and the request.
pub(super) fn moved(world: &World) -> impl Iterator<Item = (Status, &Entry, &Writer)> {
    world.history.windows(2).filter_map(|two| match two[1].origin {
        Origin::Update(by, _) if two[1].cause == Cause::Deadline => {
            Some((two[0].status, &two[1], &world.writers[usize::from(by)]))
        }
        _ => None,
    })
}

fn stays(last: &Status, entry: &Entry) -> bool {
    let kept = |status: &Status| (status.rag, status.notes, status.reason);
    kept(last) == kept(&entry.status) && !last.rag.is_green()
}

/// The requests to move a deadline.
pub(super) fn moves<'a>(
    life: &'a Life,
    world: &'a World,
) -> impl Iterator<Item = (usize, &'a Writer)> {
    writers(world).filter(|(index, _)| life.scenario.plans[*index].moves_deadline())
}

fn one_wins(world: &World) -> bool {
    let applied = || writers(world).filter(|(index, _)| world.updates_of(*index) > 0);
    let same_tag = |one: &Writer, other: &Writer| one.tag.is_some() && one.tag == other.tag;
    applied().all(|(i, one)| applied().all(|(j, other)| i == j || !same_tag(one, other)))
}
