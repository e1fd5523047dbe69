//! What must never happen to a deadline that is moved.

use shared::domain::Rag;

use super::{at_once, flagged, flagged_if_shown};
use crate::{
    harness::{NOW, time},
    proofs::linearizability::{
        register::{Action, Answer, Move, Operation, Shown},
        valid_history::{answered, shows, tag},
    },
};

/// The time of an answer, that many seconds after the beginning.
fn at(seconds: i64) -> String {
    time(NOW + seconds).to_string()
}

/// Makes these operations show what an operation shows after a change to it.
fn show(
    history: &mut [Operation],
    operations: &[usize],
    from: usize,
    change: impl Fn(Shown) -> Shown,
) {
    let shown = change(answered(&history[from]).clone());
    for operation in operations {
        history[*operation].answer = shows(shown.clone());
    }
}

#[test]
fn a_move_applied_on_another_version_than_the_client_saw() {
    flagged("after 13 operations", |history| {
        show(history, &[13, 14], 12, |shown| Shown { version: 7, ..shown });
        show(history, &[15, 17], 15, |shown| Shown { version: 8, ..shown });
    });
    // Otherwise the history is as if the client had seen the current version.
    flagged("after 11 operations", |history| {
        let old = tag(answered(&history[7]));
        history[11].action = Action::Move(Move { minutes: 3, if_match: old });
    });
}

#[test]
fn two_moves_that_win_with_the_same_tag() {
    flagged("after 13 operations", |history| {
        let after = answered(&history[12]).clone();
        history[13].answer = shows(after);
        at_once(history, 11, 13);
    });
}

#[test]
fn a_move_that_revives_an_expired_status() {
    let revived = |version| {
        move |shown| Shown {
            version,
            reset: Some(at(300 + 180)),
            modified: Some((at(300), "editor-name".to_owned())),
            ..shown
        }
    };
    // The client saw the status before it expired.
    flagged("after 16 operations", |history| {
        let seen = tag(answered(&history[12]));
        history[16].action = Action::Move(Move { minutes: 3, if_match: seen });
        show(history, &[16, 17], 12, revived(7));
        history[15].answer = Answer::Unknown;
    });
    // The client saw the reset.
    flagged("after 16 operations", |history| show(history, &[16, 17], 12, revived(8)));
}

#[test]
fn a_move_that_changes_more_than_the_deadline() {
    let changes: [fn(Shown) -> Shown; 4] = [
        |shown| Shown { rag: Rag::Amber, ..shown },
        |shown| Shown { note: Some(4), ..shown },
        |shown| Shown { reason: None, ..shown },
        |shown| Shown { reason: Some("OTHER".to_owned()), ..shown },
    ];
    for change in changes {
        flagged("after 11 operations", |history| show(history, &[11, 12, 14], 12, change));
    }
}

#[test]
fn a_move_to_another_deadline() {
    // It counts from the former deadline.
    let reset = Some(at(100 + 60 + 180));
    flagged("after 11 operations", |history| {
        show(history, &[11, 12, 14], 12, |shown| Shown { reset: reset.clone(), ..shown });
    });
}

#[test]
fn a_move_that_is_applied_twice() {
    flagged_if_shown("after 12 operations", 12, |shown| shown.version += 1);
    flagged("after 12 operations", |history| {
        history[11].answer = Answer::Unknown;
        history[13].answer = Answer::Unknown;
        show(history, &[12, 14], 12, |shown| Shown { version: 7, ..shown });
    });
}

#[test]
fn an_acknowledged_move_that_is_lost() {
    flagged("after 12 operations", |history| history[12].answer = history[10].answer.clone());
    // The status ends at the former deadline.
    flagged("after 14 operations", |history| {
        show(history, &[14, 15, 17], 15, |shown| Shown {
            modified: Some((at(160), "automatic reset".to_owned())),
            ..shown
        });
    });
}

#[test]
fn a_refused_move_that_is_applied_all_the_same() {
    for refusal in [Answer::Conflict, Answer::NoDeadline] {
        flagged("after 1", |history| history[11].answer = refusal);
    }
    flagged("after 14 operations", |history| {
        show(history, &[14], 12, |shown| Shown { version: 7, ..shown });
    });
}

#[test]
fn a_move_that_misses_a_deadline_which_is_shown() {
    flagged("after 11 operations", |history| {
        history[11].answer = Answer::NoDeadline;
        history[12].answer = history[10].answer.clone();
    });
}

#[test]
fn a_move_of_an_outdated_status_that_is_not_refused_for_that() {
    flagged("after 16 operations", |history| {
        let old = tag(answered(&history[14]));
        history[16].action = Action::Move(Move { minutes: 3, if_match: old });
    });
}
