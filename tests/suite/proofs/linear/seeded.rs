//! Bad histories, each made from a good one by one change: the check has to find every kind.

use shared::domain::Rag;

use super::{
    check::check,
    register::{Action, Answer, Operation, Register, Shown, Write},
    script::{answered, good, shows, tag},
};

/// Holds that a change to the good history makes it a bad one, for that reason: how many operations
/// go before the bad one.
#[track_caller]
fn flagged(at: &str, change: impl FnOnce(&mut [Operation])) {
    let mut history = good();
    assert_eq!(check(&history), Ok(()));
    change(&mut history);
    let reason = check(&history).expect_err("a fault");
    assert!(reason.contains(at), "found elsewhere: {reason}");
}

/// The same with something else shown by one operation.
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

/// Has some operations be under way at once, in a history that otherwise stays in its order.
fn at_once(history: &mut [Operation], from: usize, to: usize) {
    let end = history[to].answered;
    let begin = history[from].invoked;
    for operation in &mut history[from..=to] {
        (operation.invoked, operation.answered) = (begin, end);
    }
}

#[test]
fn a_good_history_passes_in_order_and_at_once() {
    let mut history = good();
    assert_eq!(check(&history), Ok(()));
    at_once(&mut history, 0, 7);
    assert_eq!(check(&history), Ok(()));
    history.reverse();
    assert_eq!(check(&history), Ok(()));
}

#[test]
fn an_update_of_unknown_outcome_may_be_applied_at_any_later_time_or_never() {
    let mut history = good();
    history[3].answer = Answer::Unknown;
    assert_eq!(check(&history), Ok(()), "applied at once");
    // It began first and shows last.
    history[3].invoked = 0;
    assert_eq!(check(&history), Ok(()), "applied later");
    let mut never = good()[..3].to_vec();
    never.push(Operation { answer: Answer::Unknown, ..history[9].clone() });
    assert_eq!(check(&never), Ok(()), "not applied");
    never.push(Operation { answer: Answer::Conflict, ..history[6].clone() });
    assert_eq!(check(&never), Ok(()), "refused with 409");
}

#[test]
fn a_stale_read_after_an_acknowledged_write() {
    flagged("after 2 operations", |history| history[2].answer = history[0].answer.clone());
}

#[test]
fn two_winners_with_one_tag() {
    flagged("after 4 operations", |history| {
        write(&mut history[3]).if_match = write(&mut history[4]).if_match.clone();
        let mut register = Register::default();
        for (index, number) in [(1, 1), (3, 2), (4, 3)] {
            let now = history[index].now;
            register = register.put(write(&mut history[index]), now);
            assert_eq!(register.shown_at(now).version, number);
            history[index].answer = shows(register.shown_at(now));
        }
        at_once(history, 3, 4);
        history[5].answer = history[4].answer.clone();
        history[6].answer = Answer::Conflict;
        history[7].answer = history[4].answer.clone();
    });
}

#[test]
fn an_acknowledged_write_that_is_never_seen() {
    flagged("after 5 operations", |history| {
        for index in [5, 7] {
            history[index].answer = history[2].answer.clone();
        }
        history[6].answer = Answer::Conflict;
    });
}

#[test]
fn a_lost_update_under_one_version() {
    // Version 2 is acknowledged to two writers.
    flagged("after 4 operations", |history| {
        let mut register = Register::default();
        for index in [1, 4] {
            let now = history[index].now;
            register = register.put(write(&mut history[index]), now);
        }
        let shown = register.shown_at(history[4].now);
        history[4].answer = shows(shown.clone());
        history[5].answer = shows(shown);
        at_once(history, 3, 4);
    });
}

#[test]
fn a_write_that_is_applied_twice() {
    flagged_if_shown("after 7 operations", 7, |shown| shown.version += 1);
}

#[test]
fn a_write_of_unknown_outcome_that_is_applied_twice() {
    flagged("after 6 operations", |history| {
        let once = answered(&history[3]).clone();
        history[3].answer = Answer::Unknown;
        history[4].answer = Answer::Unknown;
        history[6].answer = Answer::Conflict;
        history[7].answer = shows(Shown { version: once.version + 1, ..once });
    });
}

#[test]
fn a_412_although_the_tag_is_current_throughout() {
    flagged("after 6 operations", |history| {
        let current = tag(answered(&history[5]));
        history[6].answer = Answer::PreconditionFailed(current);
        history[7].answer = history[5].answer.clone();
    });
}

#[test]
fn a_412_that_names_another_tag_than_the_current_one() {
    flagged("after 4 operations", |history| {
        let old = tag(answered(&history[2]));
        history[4].answer = Answer::PreconditionFailed(old);
    });
}

#[test]
fn a_write_that_names_an_old_tag_and_wins() {
    // Otherwise all is as if it had named none.
    flagged("after 3 operations", |history| {
        write(&mut history[3]).if_match = Some(tag(answered(&history[0])))
    });
}

#[test]
fn a_write_answered_412_that_is_applied_all_the_same() {
    flagged("after 5 operations", |history| {
        let Action::Put(refused) = history[4].action.clone() else { panic!("no write") };
        let mut register = Register::default();
        for index in [1, 3] {
            let now = history[index].now;
            register = register.put(write(&mut history[index]), now);
        }
        let shown = register.put(&refused, history[4].now).shown_at(history[4].now);
        history[5].answer = shows(shown.clone());
        history[6].answer = Answer::Conflict;
        history[7].answer = shows(shown);
    });
}

#[test]
fn a_write_answered_409_that_is_applied_all_the_same() {
    flagged("after 4 operations", |history| history[3].answer = Answer::Conflict);
}

#[test]
fn a_version_that_goes_back() {
    flagged("after 7 operations", |history| history[7].answer = history[5].answer.clone());
}

#[test]
fn a_write_that_one_reader_sees_and_a_later_reader_does_not() {
    // Both reads are under way while the write is: each alone is in order.
    flagged("after 7 operations", |history| {
        let end = history[7].answered;
        history[6].invoked = history[4].invoked;
        history[6].answered = end;
        let (before, after) = (history[5].answer.clone(), history[7].answer.clone());
        history[5].answer = after;
        history[7].answer = before;
    });
}

#[test]
fn a_read_of_what_was_never_written() {
    flagged_if_shown("after 10 operations", 10, |shown| shown.note = Some(99));
}

#[test]
fn a_read_of_what_is_not_written_yet() {
    flagged("after 1 operations", |history| {
        let (read, written) = (history[2].invoked, history[1].invoked);
        (history[1].invoked, history[1].answered) = (read, read + 1);
        (history[2].invoked, history[2].answered) = (written, written + 1);
    });
}

#[test]
fn two_values_under_one_version() {
    flagged_if_shown("two representations", 7, |shown| shown.rag = Rag::Red);
    flagged_if_shown("after 5 operations", 5, |shown| shown.note = Some(1));
}

#[test]
fn one_tag_for_two_representations() {
    flagged("two representations", |history| {
        let shown = answered(&history[5]).clone();
        history[7].answer = Answer::Shown(tag(answered(&history[7])), shown);
    });
}

#[test]
fn two_tags_for_one_representation() {
    flagged("one of two", |history| {
        let shown = answered(&history[2]).clone();
        history[2].answer = Answer::Shown("\"1-other\"".to_owned(), shown);
    });
}

#[test]
fn a_status_shown_past_its_deadline() {
    flagged("after 8 operations", |history| history[8].answer = history[7].answer.clone());
}

#[test]
fn a_reset_shown_before_its_deadline() {
    flagged("after 7 operations", |history| history[7].answer = history[8].answer.clone());
}

#[test]
fn an_update_that_does_not_count_the_reset_before_it() {
    flagged("after 9 operations", |history| {
        for index in [9, 10] {
            let shown = answered(&history[index]).clone();
            history[index].answer = shows(Shown { version: shown.version - 1, ..shown });
        }
    });
}

#[test]
fn a_write_answered_with_anothers_content() {
    flagged("after 6 operations", |history| history[6].answer = history[3].answer.clone());
}

#[test]
fn a_deadline_that_nobody_asked_for() {
    flagged("after 6 operations", |history| {
        for index in [6, 7] {
            let shown = answered(&history[index]).clone();
            let reset = answered(&history[10]).reset.clone();
            history[index].answer = shows(Shown { reset, ..shown });
        }
    });
}
