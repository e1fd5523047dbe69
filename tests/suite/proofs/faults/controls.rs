//! Controls: without one safeguard, the proof fails, and for the right reason.

use super::{
    examples::{
        ACKNOWLEDGED_EARLY, FAILS_ITS_OWN_CONDITION, MEETS_ITSELF, REPEATED_EARLY, REPLAYED_EARLY,
    },
    ledger::{Kind, Violation},
    world::run,
};
use crate::harness::faulty::Lie;

/// How many worlds to try until one detects the lie.
const WORLDS: u64 = 6;

/// The first violation that the proof finds when the store tells that lie.
async fn found(lie: Lie) -> Option<Kind> {
    for seed in 0..WORLDS {
        // Boxed: in debug builds this future is too big for a test's stack.
        match Box::pin(run(seed, 50, Some(lie))).await {
            // A replay that does not find its change either.
            Ok(_) | Err(Violation { kind: Kind::Broken, .. }) => {}
            Err(violation) => return Some(violation.kind),
        }
    }
    None
}

/// Safety: no update is applied twice, and no applied update is refused. Here a client cannot tell
/// that a lost attempt was applied, so the update is built again or refused as a conflict.
#[tokio::test(start_paused = true)]
async fn an_update_that_does_not_find_its_own_change_is_noticed() {
    let found = found(Lie::ChangeUnseen).await;
    assert!(matches!(found, Some(Kind::Twice | Kind::RefusedAndStored)), "{found:?}");
}

/// Safety: the same, when each of the SDK's retries is a new transaction too.
#[tokio::test(start_paused = true)]
async fn a_transaction_resent_without_its_token_is_noticed() {
    let found = found(Lie::SendingsForgotten).await;
    assert!(matches!(found, Some(Kind::Twice | Kind::RefusedAndStored)), "{found:?}");
}

/// Safety: an update does not look for its own change, or answer, by reads that can see half a
/// transaction. Without one transaction for the whole read, each example fails in its own way.
#[tokio::test(start_paused = true)]
async fn a_look_for_its_own_change_that_is_no_snapshot_is_noticed() {
    for (example, expected) in [
        (MEETS_ITSELF, Kind::Twice),
        (FAILS_ITS_OWN_CONDITION, Kind::RefusedAndStored),
        (REPLAYED_EARLY, Kind::Broken),
        (REPEATED_EARLY, Kind::RefusedAndStored),
        (ACKNOWLEDGED_EARLY, Kind::Shown),
        (MEETS_ITSELF.moving_a_deadline(), Kind::RefusedAndStored),
        (REPLAYED_EARLY.moving_a_deadline(), Kind::Broken),
        (REPEATED_EARLY.moving_a_deadline(), Kind::RefusedAndStored),
        (ACKNOWLEDGED_EARLY.moving_a_deadline(), Kind::Shown),
    ] {
        let found = example.run(Some(Lie::ReadsNotIsolated)).await;
        assert_eq!(found.map_err(|violation| violation.kind), Err(expected), "{example:?}");
    }
}

/// This safety does not depend on the token alone: without it the version condition cancels the
/// second attempt, and the update finds its own change.
#[tokio::test(start_paused = true)]
async fn a_change_is_found_although_its_transaction_had_no_token() {
    let outcome = Box::pin(run(0, 60, Some(Lie::TokenStripped))).await;
    assert!(outcome.is_ok(), "{outcome:?}");
}

/// Safety: no update is lost to another. Without the version condition, both are applied to the
/// version that they read, and a lost attempt is applied on top of later changes.
#[tokio::test(start_paused = true)]
async fn an_update_of_any_version_is_noticed() {
    let found = found(Lie::ConditionStripped).await;
    assert!(matches!(found, Some(Kind::Versions | Kind::Twice)), "{found:?}");
}

/// Safety: every change is in history.
#[tokio::test(start_paused = true)]
async fn a_change_without_its_history_is_noticed() {
    assert_eq!(found(Lie::HistoryDropped).await, Some(Kind::Lost));
}

/// Safety: acknowledged updates are stored.
#[tokio::test(start_paused = true)]
async fn an_acknowledgement_of_nothing_is_noticed() {
    assert_eq!(found(Lie::NeverStored).await, Some(Kind::Lost));
}

/// Safety: a client's retry is not a second update.
#[tokio::test(start_paused = true)]
async fn a_forgotten_key_is_noticed() {
    assert_eq!(found(Lie::KeyDropped).await, Some(Kind::Twice));
}
