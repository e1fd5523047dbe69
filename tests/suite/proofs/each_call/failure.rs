//! The failures that the proof injects.

use crate::{
    harness::faulty::{Fate, StoreCall, Unprocessed},
    proofs::Size,
};

/// One failure: which call fails, how, and how many calls fail from there on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    number: u64,
    pub(super) fate: Fate,
    calls: u64,
}

/// How often keys are unprocessed until they are not.
const AGAIN: u64 = 3;

impl Failure {
    /// The ways in which each of these calls can fail: alone, and with all that follow. The short
    /// proof takes only those that the code or the SDK treats differently.
    pub(super) fn of(calls: &[String], size: Size) -> Vec<Self> {
        let failure = |number, calls| move |fate| Self { number, fate, calls };
        let ways = |(number, operation): (u64, &String)| {
            let mut alone = Fate::of(operation);
            let mut together = alone.clone();
            if size == Size::Short {
                together.retain(|fate| LASTING.contains(fate));
                if operation != "TransactWriteItems" {
                    alone.retain(|fate| PASSING.contains(fate));
                }
            }
            let again: Vec<_> = alone.iter().copied().filter(is_unprocessed).collect();
            let alone = alone.into_iter().map(failure(number, 1));
            let again = again.into_iter().map(failure(number, AGAIN));
            let together = together.into_iter().map(failure(number, u64::MAX));
            alone.chain(again).chain(together).collect::<Vec<_>>()
        };
        (0..).zip(calls).flat_map(ways).collect()
    }

    /// The fate of a call. `first` is the number of the operation's first call.
    pub(super) fn fate(self, first: u64, call: &StoreCall) -> Fate {
        let since = call.number.checked_sub(first + self.number);
        match since.is_some_and(|since| since < self.calls) {
            true if Fate::of(&call.operation).contains(&self.fate) => self.fate,
            true => Fate::Failed,
            false => Fate::Passed,
        }
    }

    /// Whether the answer must be the right one: unprocessed keys are asked for again.
    pub(super) fn is_overcome(self) -> bool {
        is_unprocessed(&self.fate) && self.calls <= AGAIN
    }

    /// Whether the answer must be 503: a key stays unprocessed.
    pub(super) fn is_final(self) -> bool {
        let same_key = matches!(self.fate, Fate::Unprocessed(Unprocessed::FirstOf(_)));
        same_key && self.calls > AGAIN
    }
}

const fn is_unprocessed(fate: &Fate) -> bool {
    matches!(fate, Fate::Unprocessed(_))
}

/// Short proof: the failures that matter for a call that is not retried.
const PASSING: [Fate; 6] = [
    Fate::Reset,
    Fate::Truncated,
    Fate::Unprocessed(Unprocessed::FirstOf(0)),
    Fate::Unprocessed(Unprocessed::FirstOf(1)),
    Fate::Unprocessed(Unprocessed::AllButFirst),
    Fate::Cancelled("TransactionConflict"),
];
/// Short proof: the failures that matter for a call whose retries all fail.
const LASTING: [Fate; 8] = [
    Fate::Unprocessed(Unprocessed::FirstOf(0)),
    Fate::Unprocessed(Unprocessed::FirstOf(1)),
    Fate::Unprocessed(Unprocessed::AllButFirst),
    Fate::AnswerLost,
    Fate::Failed,
    Fate::HeldBack(2),
    Fate::Cancelled("TransactionConflict"),
    Fate::InProgress,
];
