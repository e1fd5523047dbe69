//! What one request asks for, and what the domain makes of it.

use shared::domain::{
    DeadlineUpdate, Grant, Level, Minutes, RequestedStatus, StatusTransition, StatusUpdate,
    Timestamp,
};

use super::status::{Status, note, reason};

/// What one request asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) wish: Wish,
    /// Whether it sends `If-Match` with the tag that it was shown.
    pub(super) if_match: bool,
}

/// To set the status, or to move its deadline.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wish {
    Status(RequestedStatus),
    Deadline(DeadlineUpdate),
}

/// RED for that many minutes, unconditionally.
pub(super) const fn red(minutes: u32) -> Plan {
    limited(Level::Red, minutes)
}

/// AMBER for that many minutes, unconditionally.
pub(super) const fn amber(minutes: u32) -> Plan {
    limited(Level::Amber, minutes)
}

const fn limited(level: Level, minutes: u32) -> Plan {
    let status = RequestedStatus::Limited { level, reset_in: Minutes(minutes) };
    Plan { wish: Wish::Status(status), if_match: false }
}

/// GREEN, unconditionally.
pub(super) const fn green() -> Plan {
    Plan { wish: Wish::Status(RequestedStatus::Green), if_match: false }
}

/// The deadline in that many minutes, on condition that the tag is still current.
pub(super) const fn deadline(minutes: u32) -> Plan {
    let update = DeadlineUpdate { reset_in: Minutes(minutes) };
    Plan { wish: Wish::Deadline(update), if_match: true }
}

impl Plan {
    /// The same, on condition that the tag is still current.
    pub(super) const fn if_unchanged(self) -> Self {
        Self { if_match: true, ..self }
    }

    /// The same without `If-Match`.
    pub(super) const fn without_tag(self) -> Self {
        Self { if_match: false, ..self }
    }

    pub(super) const fn moves_deadline(&self) -> bool {
        matches!(self.wish, Wish::Deadline(_))
    }

    /// What the domain makes of this request of a writer on a status; nothing if it refuses.
    pub(super) fn apply(
        &self,
        writer: u8,
        grant: &Grant,
        on: &Status,
        now: Timestamp,
    ) -> Option<StatusTransition> {
        match self.wish {
            Wish::Status(status) => {
                let (note, reason) = (Some(note(writer)), Some(reason(writer)));
                Some(StatusUpdate { status, note, reason }.apply(&on.record(), grant, now))
            }
            Wish::Deadline(update) => update.apply(&on.record(), grant, now).ok(),
        }
    }
}
