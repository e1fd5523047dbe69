//! What can be made to fail.

use crate::{
    harness::faulty::{Fate, StoreCall},
    proofs::Size,
};

/// What fails: the call of that number, in that way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    number: u64,
    pub(super) fate: Fate,
    with_all_that_follow: bool,
}

impl Failure {
    /// The ways in which one of these calls can fail: every one, or those that the code or the SDK
    /// treats differently.
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

    /// What becomes of a call, if the operation's first had that number.
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

/// For the short proof: what makes a difference to a call that is not repeated.
const PASSING: [Fate; 5] = [
    Fate::Reset,
    Fate::Truncated,
    Fate::Unprocessed(0),
    Fate::Unprocessed(1),
    Fate::Cancelled("TransactionConflict"),
];
/// What makes one to a call that is repeated in vain.
const LASTING: [Fate; 5] = [
    Fate::AnswerLost,
    Fate::Failed,
    Fate::HeldBack(2),
    Fate::Cancelled("TransactionConflict"),
    Fate::InProgress,
];
