//! Invalid histories, each made from a valid one by one change. The check must find every kind.

mod moves;
mod reads;
mod writes;

use super::{
    check::check,
    register::{Action, Answer, Operation, Shown, Write},
    valid_history::{answered, good, shows},
};

/// Asserts that a change makes the valid history invalid, and that the reason says how many
/// operations precede the invalid one.
#[track_caller]
fn flagged(at: &str, change: impl FnOnce(&mut [Operation])) {
    let mut history = good();
    assert_eq!(check(&history), Ok(()));
    change(&mut history);
    let reason = check(&history).expect_err("a fault");
    assert!(reason.contains(at), "another reason: {reason}");
}

/// The same, with a change to what one operation shows.
#[track_caller]
fn flagged_if_shown(at: &str, index: usize, change: impl FnOnce(&mut Shown)) {
    flagged(at, |history| {
        let mut shown = answered(&history[index]).clone();
        change(&mut shown);
        history[index].answer = shows(shown);
    });
}

fn write(operation: &mut Operation) -> &mut Write {
    let Action::Put(write) = &mut operation.action else { panic!("no write") };
    write
}

/// Lets some operations overlap in an otherwise sequential history.
fn at_once(history: &mut [Operation], from: usize, to: usize) {
    let end = history[to].answered;
    let begin = history[from].invoked;
    for operation in &mut history[from..=to] {
        (operation.invoked, operation.answered) = (begin, end);
    }
}

#[test]
fn a_valid_history_is_accepted_sequential_or_concurrent() {
    let mut history = good();
    assert_eq!(check(&history), Ok(()));
    at_once(&mut history, 0, 7);
    assert_eq!(check(&history), Ok(()));
    at_once(&mut history, 10, 13);
    assert_eq!(check(&history), Ok(()));
    history.reverse();
    assert_eq!(check(&history), Ok(()));
}

#[test]
fn an_update_of_unknown_outcome_may_be_applied_at_any_later_time_or_never() {
    let mut history = good();
    history[3].answer = Answer::Unknown;
    assert_eq!(check(&history), Ok(()), "applied at once");
    // It began first and is answered last.
    history[3].invoked = 0;
    assert_eq!(check(&history), Ok(()), "applied later");
    let mut never = good()[..3].to_vec();
    never.push(Operation { answer: Answer::Unknown, ..history[9].clone() });
    assert_eq!(check(&never), Ok(()), "not applied");
    never.push(Operation { answer: Answer::Conflict, ..history[6].clone() });
    assert_eq!(check(&never), Ok(()), "refused with 409");
}
