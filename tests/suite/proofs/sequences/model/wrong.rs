//! Rules that the model can get wrong.

/// A rule that the model gets wrong on purpose, to show that the tests detect it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Wrong {
    /// A status lasts until the second after its deadline.
    DeadlineASecondLate,
    /// A status ends a second before its deadline.
    DeadlineASecondEarly,
    /// A reset is dated by the clock that stores it.
    ResetDatedNow,
    /// A repeated request is applied again.
    RepeatApplied,
    /// `If-Match` and `If-None-Match` are compared with the stored status, even past its deadline.
    ConditionOnStored,
    /// `If-None-Match` is ignored.
    UnwantedTagIgnored,
    /// GREEN keeps the previous deadline.
    GreenKeepsDeadline,
    /// A key is valid for a day and a second.
    KeyASecondLong,
    /// The schedule takes deadlines a second too early.
    ScheduleASecondEarly,
    /// A change is dated by the clock alone, even before the previous change.
    DatesDecrease,
    /// A replayed answer has the service's current name.
    RepeatUnderNewName,
    /// A key that was used for a status stands for the same body as a deadline.
    KeyForBothResources,
    /// GREEN keeps the reason.
    GreenKeepsReason,
    /// A moved deadline drops the reason.
    MoveDropsReason,
    /// A moved deadline counts from the deadline before it.
    MoveCountsFromDeadline,
    /// The deadline of an expired status can be moved.
    MoveRevivesExpired,
    /// A deadline can be moved without a tag.
    MoveWithoutTag,
    /// A GREEN that nobody confirmed is not due for review before its interval has passed.
    UnconfirmedGreenWaits,
}
