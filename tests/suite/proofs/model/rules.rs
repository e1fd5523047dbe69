//! What the functions make of the domain's rules, with and without the guards.

use shared::domain::{Cause, Change, StatusTransition, Timestamp};

use super::{
    scenario::Guard,
    state::World,
    status::Status,
    steps::Life,
    writer::{number, taken},
};

impl Life {
    /// The cause that history has for a writer's request.
    pub(super) fn cause(&self, writer: u8) -> Cause {
        let plan = &self.scenario.plans[usize::from(writer)];
        if plan.moves_deadline() { Cause::Deadline } else { Cause::Update }
    }

    /// What the domain makes of a writer's request on a status; nothing if it refuses.
    pub(super) fn change(
        &self,
        world: &World,
        index: usize,
        on: &Status,
    ) -> Option<StatusTransition> {
        let plan = &self.scenario.plans[index];
        plan.apply(number(index), &self.grants[index], on, taken(world, index))
    }

    /// The transition that the function stores.
    pub(super) fn transition(
        &self,
        world: &World,
        index: usize,
        on: &Status,
    ) -> Option<StatusTransition> {
        let moves = self.scenario.plans[index].moves_deadline();
        if moves && !self.keeps(Guard::ExpiredRefused) {
            return self.change(world, index, &on.without_end(taken(world, index)));
        }
        let transition = self.change(world, index, on)?;
        Some(if self.keeps(Guard::ResetInUpdate) {
            transition
        } else {
            without_reset(transition, on)
        })
    }

    /// What a reader is shown of a status.
    pub(super) fn shown(&self, status: &Status, now: Timestamp) -> Status {
        if self.keeps(Guard::ResetOnRead) { status.effective_at(now) } else { *status }
    }
}

/// The same transition by code that forgets to store the reset.
fn without_reset(transition: StatusTransition, on: &Status) -> StatusTransition {
    let (from_version, mut after) = (transition.from_version, transition.after);
    after.version = from_version + 1;
    let last = transition.changes.into_iter().last().expect("an update");
    let update = Change { version: after.version, previous: on.rag, ..last };
    StatusTransition { from_version, changes: vec![update], after }
}
