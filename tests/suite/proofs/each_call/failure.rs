//! The failures that the proof injects.

use crate::{
    harness::faulty::{Fate, StoreCall},
    proofs::Size,
};

/// One failure: which call fails, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    number: u64,
    pub(super) fate: Fate,
    with_all_that_follow: bool,
}

impl Failure {
    /// The ways in which each of these calls can fail. The short proof takes only those that the
    /// code or the SDK treats differently.
    pub(super) fn of(calls: &[String], size: Size) -> Vec<Self> {
        let failure =
            |number, with_all_that_follow| move |fate| Self { number, fate, with_all_that_follow };
        let ways = |(number, operation): (u64, &String)| {
            let mut alone = Fate::of(operation);
            let mut together = alone.clone();
            if size == Size::Short {
                together.retain(|fate| LASTING.contains(fate));
                if operation != "TransactWriteItems" {
                    alone.retain(|fate| PASSING.contains(fate));
                }
            }
            let alone = alone.into_iter().map(failure(number, false));
            alone.chain(together.into_iter().map(failure(number, true))).collect::<Vec<_>>()
        };
        (0..).zip(calls).flat_map(ways).collect()
    }

    /// The fate of a call. `first` is the number of the operation's first call.
    pub(super) fn fate(self, first: u64, call: &StoreCall) -> Fate {
        let own = first + self.number;
        let fails = call.number == own || (self.with_all_that_follow && call.number > own);
        match fails {
            true if Fate::of(&call.operation).contains(&self.fate) => self.fate,
            true => Fate::Failed,
            false => Fate::Passed,
        }
    }
}

/// Short proof: the failures that matter for a call that is not retried.
const PASSING: [Fate; 5] = [
    Fate::Reset,
    Fate::Truncated,
    Fate::Unprocessed(0),
    Fate::Unprocessed(1),
    Fate::Cancelled("TransactionConflict"),
];
/// Short proof: the failures that matter for a call whose retries all fail.
const LASTING: [Fate; 5] = [
    Fate::AnswerLost,
    Fate::Failed,
    Fate::HeldBack(2),
    Fate::Cancelled("TransactionConflict"),
    Fate::InProgress,
];
