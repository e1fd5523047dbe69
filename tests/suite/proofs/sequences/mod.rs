//! Whatever sequence of requests, machines' clocks, runs of the schedule and imports a family of
//! services meets: every answer, and everything stored in the end, is what a model says that was
//! written from the contract alone.

pub(crate) mod calendar;
mod check;
mod entity_tags;
mod fixture;
mod model;
mod operation;
mod reads;
mod representations;
mod run;

use std::{cell::RefCell, collections::BTreeMap};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use tokio::runtime::{Builder, Runtime};

use self::{
    fixture::Stage,
    model::Wrong,
    operation::{Operation, sequence},
    run::Run,
};
use super::{Figures, Size};

/// What the sequences are drawn from: the same ones each time.
const SEED: [u8; 32] = [7; 32];

/// How many sequences there are, and how many operations the longest has.
const fn extent(size: Size) -> (u32, usize) {
    match size {
        Size::Short => (250, 6),
        Size::Long => (10_000, 30),
    }
}

/// Runs as many sequences as the size says, and panics with the shortest that fails.
pub(crate) fn prove(size: Size) -> Figures {
    let theatre = RefCell::new(Theatre::new());
    try_sequences(&theatre, extent(size), 500).unwrap_or_else(|failure| panic!("{failure}"));
    theatre.into_inner().figures()
}

/// What the sequences have gone through, or the failing one after so many attempts to shorten it.
fn try_sequences(
    theatre: &RefCell<Theatre>,
    (cases, longest): (u32, usize),
    shrinks: u32,
) -> Result<(), String> {
    let config =
        Config { cases, max_shrink_iters: shrinks, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &SEED);
    let ran = TestRunner::new_with_rng(config, rng)
        .run(&sequence(longest), |operations| theatre.borrow_mut().play(&operations));
    ran.map_err(|failure| format!("{failure}\nseed: {SEED:?}, sequences: {cases}"))
}

/// Where sequences are run, one after another.
struct Theatre {
    runtime: Runtime,
    /// None at first, and after a sequence that ended in a panic.
    stage: Option<Stage>,
    wrong: Option<Wrong>,
    sequences: u64,
    operations: u64,
    counts: BTreeMap<&'static str, u64>,
}

impl Theatre {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let counts = BTreeMap::new();
        Self { runtime, stage: None, wrong: None, sequences: 0, operations: 0, counts }
    }

    fn play(&mut self, operations: &[Operation]) -> Result<(), TestCaseError> {
        let (mut stage, family) = loop {
            let stage = self.stage.take();
            let mut stage = stage.unwrap_or_else(|| self.runtime.block_on(Stage::new()));
            if let Some(family) = stage.next_family(self.wrong) {
                break (stage, family);
            }
        };
        let mut run = Run::new(&mut stage, family);
        let outcome = self.runtime.block_on(run.go(operations));
        if outcome.is_err() {
            self.runtime.block_on(run.clear());
        }
        let counts = std::mem::take(&mut run.counts);
        self.stage = Some(stage);
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
fn every_answer_of_every_sequence_is_what_the_contract_says() {
    let figures = prove(Size::Short);
    assert_eq!(figures[0], ("sequences", u64::from(extent(Size::Short).0)));
    // Of each kind of operation there are some even so.
    assert!(figures.len() >= 16 && figures.iter().all(|(_, count)| *count > 0), "{figures:?}");
}

/// Controls: some of the long sequences against a model that has one rule wrong.
#[test]
fn a_model_with_one_rule_wrong_is_found_out() {
    let theatre = RefCell::new(Theatre::new());
    for wrong in [
        Wrong::DeadlineASecondLate,
        Wrong::DeadlineASecondEarly,
        Wrong::ResetDatedNow,
        Wrong::RepeatApplied,
        Wrong::ConditionOnStored,
        Wrong::GreenKeepsDeadline,
        Wrong::KeyASecondLong,
        Wrong::ScheduleASecondEarly,
        Wrong::DatesDecrease,
        Wrong::RepeatUnderNewName,
    ] {
        theatre.borrow_mut().wrong = Some(wrong);
        let (_, longest) = extent(Size::Long);
        let tried = try_sequences(&theatre, (40, longest), 0);
        let failure = tried.expect_err("a wrong model agrees with the functions");
        assert!(failure.contains("expected"), "{wrong:?}: {failure}");
    }
}
