//! Fails every store call of every operation in every way: that call alone, and that call with all
//! that follow. The answer must be correct or 503, and the tables must agree with it; if keys are
//! unprocessed once or a few times, it must be correct. The same request on a healthy store must
//! then succeed.

mod failure;
mod fixture;
mod reads;
mod schedule;
mod writes;

use self::{
    failure::Failure,
    fixture::{Fixture, update},
    writes::{Operation, Write},
};
use super::{
    Figures, Size,
    faults::ledger::{Kind, Violation},
};
use crate::harness::faulty::Lie;

/// Runs the proof. The short one skips failures that the code and the SDK treat alike.
///
/// # Panics
/// If an answer is wrong, or the tables do not agree with it.
pub(crate) async fn prove(size: Size) -> Figures {
    let failures = all(size).await.unwrap_or_else(|violation| panic!("{violation}"));
    failures.into_iter().collect()
}

/// The number of injected failures, by kind of operation.
async fn all(size: Size) -> Result<[(&'static str, u64); 4], Violation> {
    let (mut updates, mut deadlines) = (0, 0);
    for write in Write::ALL {
        updates += writes::prove(size, Operation::Update, write).await?;
    }
    for write in Write::of_deadline(size) {
        deadlines += writes::prove(size, Operation::Deadline, write).await?;
    }
    Ok([
        ("failures in reads", reads::prove(size, None).await?),
        ("failures in updates", updates),
        ("failures in moves of a deadline", deadlines),
        ("failures in runs of the schedule", schedule::prove(size).await?),
    ])
}

#[tokio::test(start_paused = true)]
async fn whichever_store_call_fails_the_tables_agree_with_the_answer() {
    let figures = prove(Size::Short).await;
    assert!(figures.iter().all(|(_, failures)| *failures > 0), "{figures:?}");
}

/// Control for safety: a failed read is not taken for a missing item. If the store does not report
/// unprocessed keys, services disappear.
#[tokio::test(start_paused = true)]
async fn unprocessed_keys_taken_for_absent_are_noticed() {
    let proof = reads::prove(Size::Short, Some(Lie::UnprocessedUnnamed)).await;
    assert_eq!(proof.expect_err("a violation").kind, Kind::Shown);
}
