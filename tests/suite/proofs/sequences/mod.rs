//! Runs random sequences of requests, clock changes, scheduled runs and imports on a family of
//! services. Every answer, and everything stored in the end, must match a model that was written
//! from the contract alone.

pub(crate) mod calendar;
mod check;
mod entity_tags;
mod fixture;
mod model;
mod operation;
mod reads;
mod representations;
mod run;
mod strategies;
mod writes;

use std::{cell::RefCell, collections::BTreeMap};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use tokio::runtime::{Builder, Runtime};

use self::{fixture::Fixture, model::Wrong, operation::Operation, run::Run, strategies::sequence};
use super::{Figures, Size};

/// The seed of the sequences: the same ones each time.
const SEED: [u8; 32] = [7; 32];

/// The number of sequences, and the most operations in one. 10,000 sequences found no more.
const fn extent(size: Size) -> (u32, usize) {
    match size {
        Size::Short => (100, 10),
        Size::Long => (1_000, 30),
    }
}

/// Runs as many sequences as the size says, and panics with the shortest that fails.
pub(crate) fn prove(size: Size) -> Figures {
    let runner = RefCell::new(SequenceRunner::new());
    try_sequences(&runner, extent(size), 500).unwrap_or_else(|failure| panic!("{failure}"));
    runner.into_inner().figures()
}

/// The figures of all sequences, or the failing one after that many attempts to shorten it.
fn try_sequences(
    runner: &RefCell<SequenceRunner>,
    (cases, longest): (u32, usize),
    shrinks: u32,
) -> Result<(), String> {
    let config =
        Config { cases, max_shrink_iters: shrinks, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &SEED);
    let ran = TestRunner::new_with_rng(config, rng)
        .run(&sequence(longest), |operations| runner.borrow_mut().play(&operations));
    ran.map_err(|failure| format!("{failure}\nseed: {SEED:?}, sequences: {cases}"))
}

/// Runs sequences one after another.
struct SequenceRunner {
    runtime: Runtime,
    /// `None` at first, and after a sequence that panicked.
    fixture: Option<Fixture>,
    wrong: Option<Wrong>,
    sequences: u64,
    operations: u64,
    counts: BTreeMap<&'static str, u64>,
}

impl SequenceRunner {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let counts = BTreeMap::new();
        Self { runtime, fixture: None, wrong: None, sequences: 0, operations: 0, counts }
    }

    fn play(&mut self, operations: &[Operation]) -> Result<(), TestCaseError> {
        let (mut fixture, family) = loop {
            let fixture = self.fixture.take();
            let mut fixture = fixture.unwrap_or_else(|| self.runtime.block_on(Fixture::new()));
            if let Some(family) = fixture.next_family(self.wrong) {
                break (fixture, family);
            }
        };
        let mut run = Run::new(&mut fixture, family);
        let outcome = self.runtime.block_on(run.go(operations));
        if outcome.is_err() {
            self.runtime.block_on(run.clear());
        }
        let counts = std::mem::take(&mut run.counts);
        self.fixture = Some(fixture);
        outcome.map_err(TestCaseError::fail)?;
        for (what, count) in counts {
            *self.counts.entry(what).or_default() += count;
        }
        self.sequences += 1;
        self.operations += u64::try_from(operations.len()).expect("a number");
        Ok(())
    }

    fn figures(self) -> Figures {
        let all = [("sequences", self.sequences), ("operations", self.operations)];
        all.into_iter().chain(self.counts).collect()
    }
}

#[test]
fn every_answer_to_every_sequence_matches_the_model() {
    let figures = prove(Size::Short);
    assert_eq!(figures[0], ("sequences", u64::from(extent(Size::Short).0)));
    // Even so, every kind of operation occurs.
    assert!(figures.len() >= 24 && figures.iter().all(|(_, count)| *count > 0), "{figures:?}");
}

/// Controls: some of the long sequences against a model with one wrong rule.
#[test]
fn a_model_with_one_rule_wrong_is_found_out() {
    let runner = RefCell::new(SequenceRunner::new());
    for wrong in [
        Wrong::DeadlineASecondLate,
        Wrong::DeadlineASecondEarly,
        Wrong::ResetDatedNow,
        Wrong::RepeatApplied,
        Wrong::ConditionOnStored,
        Wrong::UnwantedTagIgnored,
        Wrong::GreenKeepsDeadline,
        Wrong::KeyASecondLong,
        Wrong::ScheduleASecondEarly,
        Wrong::DatesDecrease,
        Wrong::RepeatUnderNewName,
        Wrong::KeyForBothResources,
        Wrong::GreenKeepsReason,
        Wrong::MoveDropsReason,
        Wrong::MoveCountsFromDeadline,
        Wrong::MoveRevivesExpired,
        Wrong::MoveWithoutTag,
        Wrong::UnconfirmedGreenWaits,
    ] {
        runner.borrow_mut().wrong = Some(wrong);
        let (_, longest) = extent(Size::Long);
        let tried = try_sequences(&runner, (100, longest), 0);
        let failure = tried.err().unwrap_or_else(|| panic!("{wrong:?} agrees with the functions"));
        assert!(failure.contains("expected"), "{wrong:?}: {failure}");
    }
}
