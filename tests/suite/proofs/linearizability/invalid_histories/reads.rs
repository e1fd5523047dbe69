//! What reads must never show.

use shared::domain::Rag;

use super::{flagged, flagged_if_shown};
use crate::proofs::linearizability::{
    register::Answer,
    valid_history::{answered, tag},
};

#[test]
fn a_stale_read_after_an_acknowledged_write() {
    flagged("after 2 operations", |history| history[2].answer = history[0].answer.clone());
}

#[test]
fn a_version_that_goes_back() {
    flagged("after 7 operations", |history| history[7].answer = history[5].answer.clone());
}

#[test]
fn a_write_that_one_reader_sees_and_a_later_reader_does_not() {
    // Both reads overlap the write: each alone is valid.
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
fn a_read_of_a_value_never_written() {
    flagged_if_shown("after 10 operations", 10, |shown| shown.note = Some(99));
}

#[test]
fn a_read_of_a_value_before_its_write() {
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
