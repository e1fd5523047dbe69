//! Runs eight clients at once on one service and checks that their answers are linearizable: that
//! they could have come from one register used by one client at a time. The check covers statuses,
//! notes, deadlines, resets and versions.

mod check;
mod invalid_histories;
mod recording;
mod register;
mod valid_history;

use std::rc::Rc;

use self::register::{Action, Answer, Operation};
use super::{Figures, Size};

/// How many histories share one set of tables.
const HISTORIES: usize = 500;

/// Records histories and checks each against the register. How many updates are answered 409 depends on the machine's load:
/// `contract::concurrent_updates` causes those.
pub(crate) async fn prove(size: Size) -> Figures {
    let (worlds, histories) = match size {
        Size::Short => (1, 3),
        Size::Long => (2, HISTORIES),
    };
    let mut all = Vec::new();
    for world in 0..worlds {
        let app = Rc::new(recording::world(histories).await);
        for number in 0..histories {
            let history = recording::history(&app, number).await;
            if let Err(reason) = check::check(&history) {
                panic!("history {number} of world {world}: {reason}: {history:#?}");
            }
            all.push(history);
        }
        eprintln!("{} histories are linearizable", all.len());
    }
    figures(&all)
}

fn figures(histories: &[Vec<Operation>]) -> Figures {
    let count = |counts: &dyn Fn(&Operation) -> bool| {
        let counted = histories.iter().flatten().filter(|operation| counts(operation));
        u64::try_from(counted.count()).expect("a count")
    };
    let is_reset = |answer: &Answer| matches!(answer, Answer::Shown(_, shown) if shown.version > 0 && shown.note.is_none());
    let read = |operation: &Operation| operation.action == Action::Get;
    let is_move = |operation: &Operation| matches!(operation.action, Action::Move(_));
    let moved = |operation: &Operation| is_move(operation) && is_acknowledged(operation);
    let written = |operation: &Operation| !is_move(operation) && is_acknowledged(operation);
    let refused = |operation: &Operation| matches!(operation.answer, Answer::PreconditionFailed(_));
    let figures = vec![
        ("histories", u64::try_from(histories.len()).expect("a count")),
        ("operations", count(&|_| true)),
        ("reads", count(&read)),
        ("acknowledged updates", count(&written)),
        ("acknowledged moves of a deadline", count(&moved)),
        ("answers that show a reset", count(&|operation| is_reset(&operation.answer))),
        ("updates answered 412", count(&|operation| refused(operation) && !is_move(operation))),
        ("moves answered 412", count(&|operation| refused(operation) && is_move(operation))),
        (
            "moves answered 409 because GREEN was shown",
            count(&|operation| operation.answer == Answer::NoDeadline),
        ),
        ("answered 409 after conflicts", count(&|operation| operation.answer == Answer::Conflict)),
        ("answered 503", count(&|operation| operation.answer == Answer::Unknown)),
        ("changes that overlapped an acknowledged one", overlaps(histories)),
    ];
    // Whether the rest occurs depends on timing.
    for must in [
        "answers that show a reset",
        "acknowledged moves of a deadline",
        "updates answered 412",
        "moves answered 412",
        "changes that overlapped an acknowledged one",
    ] {
        assert!(figures.iter().any(|(name, count)| *name == must && *count > 0), "no {must}");
    }
    figures
}

/// Whether it changed the status or its deadline.
fn is_acknowledged(operation: &Operation) -> bool {
    operation.action != Action::Get && matches!(operation.answer, Answer::Shown(..))
}

/// How many acknowledged changes overlapped another.
fn overlaps(histories: &[Vec<Operation>]) -> u64 {
    let overlapped = histories.iter().flat_map(|history| {
        let written: Vec<_> = history.iter().filter(|one| is_acknowledged(one)).collect();
        let meets = |a: &Operation, b: &Operation| a.invoked < b.answered && b.invoked < a.answered;
        let met = |one: &&&Operation| {
            written.iter().any(|other| other.invoked != one.invoked && meets(one, other))
        };
        vec![(); written.iter().filter(met).count()]
    });
    u64::try_from(overlapped.count()).expect("a count")
}

#[tokio::test]
async fn answers_to_eight_concurrent_clients_are_linearizable() {
    let figures = prove(Size::Short).await;
    eprintln!("{figures:?}");
}
