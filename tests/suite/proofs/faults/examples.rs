//! Updates that find their own transaction half visible. Each goes wrong in its own way if the
//! reads are not a snapshot.

use super::{
    half_visible::{Bench, Case},
    ledger::Violation,
};
use crate::harness::faulty::{Fate, Hidden, Lie};

/// One update, and how its first attempt is half visible.
#[derive(Clone, Copy, Debug)]
pub(super) struct Example {
    case: Case,
    hidden: Hidden,
}

const PLAIN: Case = Case {
    moves_deadline: false,
    with_key: false,
    with_if_match: false,
    after_deadline: false,
    resent: Fate::Cancelled("TransactionConflict"),
};
const KEYED: Case = Case { with_key: true, resent: Fate::Passed, ..PLAIN };

/// Its own cancelled retry finds the service changed, but not yet the entry in history.
pub(super) const MEETS_ITSELF: Example = Example { case: PLAIN, hidden: [0, 4, 0, 0, 0] };
/// The same with `If-Match`: the version that does not match is its own.
pub(super) const FAILS_ITS_OWN_CONDITION: Example =
    Example { case: Case { with_if_match: true, ..PLAIN }, ..MEETS_ITSELF };
/// The client retries: the record of the key is visible, the change that it names is not.
pub(super) const REPLAYED_EARLY: Example = Example { case: KEYED, hidden: [0, 6, 0, 0, 0] };
/// The client retries with `If-Match`: the service is visible, the record of the key is not.
pub(super) const REPEATED_EARLY: Example =
    Example { case: Case { with_if_match: true, ..KEYED }, hidden: [0, 0, 0, 6, 0] };
/// The client retries: record and change are visible, the service is not.
pub(super) const ACKNOWLEDGED_EARLY: Example = Example { case: KEYED, hidden: [6, 0, 0, 0, 0] };

impl Example {
    /// The same when it moves a deadline, which it does with `If-Match`.
    pub(super) const fn moving_a_deadline(self) -> Self {
        let case = Case { moves_deadline: true, with_if_match: true, ..self.case };
        Self { case, ..self }
    }

    /// Compares the tables with what the client was told.
    pub(super) async fn run(self, lie: Option<Lie>) -> Result<(), Violation> {
        let mut bench = Bench::new(lie).await;
        Box::pin(bench.run(self.case, self.hidden)).await?;
        bench.check().await
    }

    async fn holds(self) {
        self.run(None).await.unwrap_or_else(|violation| panic!("{violation}"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_that_meets_itself_half_visible_is_applied_once() {
    MEETS_ITSELF.holds().await;
}

#[tokio::test(start_paused = true)]
async fn an_update_is_not_refused_for_its_own_half_visible_change() {
    FAILS_ITS_OWN_CONDITION.holds().await;
}

#[tokio::test(start_paused = true)]
async fn a_replay_of_a_half_visible_update_is_not_a_fault() {
    REPLAYED_EARLY.holds().await;
}

#[tokio::test(start_paused = true)]
async fn a_repeat_is_not_refused_for_its_own_half_visible_change() {
    REPEATED_EARLY.holds().await;
}

#[tokio::test(start_paused = true)]
async fn a_replay_is_not_acknowledged_before_readers_are_shown_it() {
    ACKNOWLEDGED_EARLY.holds().await;
}

#[tokio::test(start_paused = true)]
async fn a_move_of_a_deadline_that_meets_itself_half_visible_is_applied_once() {
    for example in [MEETS_ITSELF, REPLAYED_EARLY, REPEATED_EARLY, ACKNOWLEDGED_EARLY] {
        example.moving_a_deadline().holds().await;
    }
}
