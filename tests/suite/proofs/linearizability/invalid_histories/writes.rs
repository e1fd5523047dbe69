//! What must never happen to a write.

use super::{at_once, flagged, flagged_if_shown, write};
use crate::proofs::linearizability::{
    register::{Action, Answer, Register, Shown, Write},
    valid_history::{answered, shows, tag},
};

#[test]
fn two_writers_win_with_the_same_tag() {
    flagged("after 4 operations", |history| {
        write(&mut history[3]).if_match = write(&mut history[4]).if_match.clone();
        let mut register = Register::default();
        for (index, number) in [(1, 1), (3, 2), (4, 3)] {
            let now = history[index].now;
            register = register.put(write(&mut history[index]), now);
            assert_eq!(register.effective_at(now).version, number);
            history[index].answer = shows(register.effective_at(now));
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
    // Two writers are told that they wrote version 2.
    flagged("after 4 operations", |history| {
        let mut register = Register::default();
        for index in [1, 4] {
            let now = history[index].now;
            register = register.put(write(&mut history[index]), now);
        }
        let shown = register.effective_at(history[4].now);
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
fn a_412_although_the_tag_was_current_all_the_time() {
    flagged("after 6 operations", |history| {
        let current = tag(answered(&history[5]));
        history[6].answer = Answer::PreconditionFailed(current);
        history[7].answer = history[5].answer.clone();
    });
}

#[test]
fn a_412_with_an_outdated_tag() {
    flagged("after 4 operations", |history| {
        let old = tag(answered(&history[2]));
        history[4].answer = Answer::PreconditionFailed(old);
    });
}

#[test]
fn a_write_that_names_an_old_tag_and_wins() {
    // Otherwise the history is as if the write had no `If-Match`.
    flagged("after 3 operations", |history| {
        write(&mut history[3]).if_match = Some(tag(answered(&history[0])))
    });
}

#[test]
fn a_write_that_excludes_the_current_tag_and_wins() {
    // Otherwise the history is as if the write had no `If-None-Match`.
    flagged("after 3 operations", |history| {
        write(&mut history[3]).if_none_match = Some(tag(answered(&history[2])))
    });
}

#[test]
fn a_412_although_the_excluded_tag_was_never_current_meanwhile() {
    flagged("after 6 operations", |history| {
        let old = tag(answered(&history[0]));
        *write(&mut history[6]) =
            Write { if_match: None, if_none_match: Some(old), ..write(&mut history[6]).clone() };
        history[6].answer = Answer::PreconditionFailed(tag(answered(&history[5])));
        history[7].answer = history[5].answer.clone();
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
        let shown = register.put(&refused, history[4].now).effective_at(history[4].now);
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
fn an_update_that_does_not_count_the_reset_before_it() {
    flagged("after 9 operations", |history| {
        for index in [9, 10] {
            let shown = answered(&history[index]).clone();
            history[index].answer = shows(Shown { version: shown.version - 1, ..shown });
        }
    });
}

#[test]
fn a_write_answered_with_the_content_of_another() {
    flagged("after 6 operations", |history| history[6].answer = history[3].answer.clone());
}

#[test]
fn a_deadline_that_no_update_requested() {
    flagged("after 6 operations", |history| {
        for index in [6, 7] {
            let shown = answered(&history[index]).clone();
            let reset = answered(&history[10]).reset.clone();
            history[index].answer = shows(Shown { reset, ..shown });
        }
    });
}
