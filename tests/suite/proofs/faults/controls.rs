//! Controls: with one safeguard less, the proof fails, and for the right reason.

use super::{
    examples::{
        ACKNOWLEDGED_EARLY, FAILS_ITS_OWN_CONDITION, MEETS_ITSELF, REPEATED_EARLY, REPLAYED_EARLY,
    },
    ledger::{Kind, Violation},
    world::run,
};
use crate::harness::faulty::Lie;

/// How many worlds may pass before one has what it takes to notice.
const WORLDS: u64 = 6;

/// What the proof finds first in worlds whose store tells that lie.
async fn found(lie: Lie) -> Option<Kind> {
    for seed in 0..WORLDS {
        // Boxed, because an unoptimised future of all this is too big for a test's stack.
        match Box::pin(run(seed, 50, Some(lie))).await {
            // A replay that does not find its change either.
            Ok(_) | Err(Violation { kind: Kind::Broken, .. }) => {}
            Err(violation) => return Some(violation.kind),
        }
    }
    None
}

/// Safety: none is applied twice, and none refused that is applied. Nobody notices that his transaction
/// was applied by a sending that got lost: he builds another, or says that others were first.
#[tokio::test(start_paused = true)]
async fn an_update_that_does_not_find_its_own_change_is_noticed() {
    let found = found(Lie::ChangeUnseen).await;
    assert!(matches!(found, Some(Kind::Twice | Kind::RefusedAndStored)), "{found:?}");
}

/// Safety: the same, where the SDK's own resending is another transaction too.
#[tokio::test(start_paused = true)]
async fn a_transaction_resent_without_its_token_is_noticed() {
    let found = found(Lie::SendingsForgotten).await;
    assert!(matches!(found, Some(Kind::Twice | Kind::RefusedAndStored)), "{found:?}");
}

/// Safety: nobody learns of its own change, or answers for it, by reads that can meet the transaction
/// half way. Where one transaction does not read all of it, each example fails in its own way.
#[tokio::test(start_paused = true)]
async fn a_look_for_its_own_change_that_is_no_snapshot_is_noticed() {
    for (example, expected) in [
        (MEETS_ITSELF, Kind::Twice),
        (FAILS_ITS_OWN_CONDITION, Kind::RefusedAndStored),
        (REPLAYED_EARLY, Kind::Broken),
        (REPEATED_EARLY, Kind::RefusedAndStored),
        (ACKNOWLEDGED_EARLY, Kind::Shown),
    ] {
        let found = example.run(Some(Lie::ReadsNotIsolated)).await;
        assert_eq!(found.map_err(|violation| violation.kind), Err(expected), "{example:?}");
    }
}

/// The token by itself is not what this safety hangs by: without it the second sending is cancelled,
/// because of the version, and the update finds its own change.
#[tokio::test(start_paused = true)]
async fn a_change_is_found_although_its_transaction_had_no_token() {
    let outcome = Box::pin(run(0, 60, Some(Lie::TokenStripped))).await;
    assert!(outcome.is_ok(), "{outcome:?}");
}

/// Safety: no update is lost to another. Whatever the version is, both are applied on the one that
/// they have read; and a sending that got lost is applied on top of what has come since.
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

/// Safety: what is acknowledged is stored.
#[tokio::test(start_paused = true)]
async fn an_acknowledgement_of_nothing_is_noticed() {
    assert_eq!(found(Lie::NeverStored).await, Some(Kind::Lost));
}

/// Safety: a client's resending is not a second update.
#[tokio::test(start_paused = true)]
async fn a_forgotten_key_is_noticed() {
    assert_eq!(found(Lie::KeyDropped).await, Some(Kind::Twice));
}
