//! As `controls.rs`, for moved deadlines.

use super::{
    controls::{FAST, harmless, needed, unsteady, until_deadline},
    plan::{amber, deadline, green, red},
    properties::{
        ATTRIBUTED, CHAIN, CONDITION, KEPT, NO_DEADLINE, NOT_PAST, NOT_REVIVED, ONE_WINS, REFUSED,
        SEEN, STAYS,
    },
    scenario::{Guard, Scenario},
};

/// RED for five minutes at first, so that there is a deadline to move.
fn with_deadline(scenario: Scenario) -> Scenario {
    Scenario { red_for: Some(5), ..scenario }
}

/// An update replaces what the moved deadline was built on, which stores the old notes and reason again.
#[test]
fn without_the_version_of_the_writer_a_moved_deadline_restores_what_an_update_replaced() {
    let two = with_deadline(Scenario { last_tick: 1, ..Scenario::of(&[deadline(10), red(5)]) });
    needed(&[Guard::WriterVersion], CHAIN, &two);
    needed(&[Guard::WriterVersion], STAYS, &two);
}

/// The reset that a scheduler or an update has stored is undone.
#[test]
fn without_the_version_of_the_writer_a_moved_deadline_undoes_a_reset() {
    let scheduler =
        Scenario { schedulers: 1, schedulers_clocks: FAST, ..Scenario::of(&[deadline(10)]) };
    needed(&[Guard::WriterVersion], CHAIN, &until_deadline(scheduler));
    let update = until_deadline(Scenario::of(&[deadline(10), green()]));
    needed(&[Guard::WriterVersion], CHAIN, &update);
}

/// The index still has the deadline before it was moved: GREEN would be stored early.
#[test]
fn without_version_and_deadline_of_the_scheduler_a_moved_deadline_is_lost() {
    let moved =
        Scenario { schedulers: 1, schedulers_clocks: FAST, ..Scenario::of(&[deadline(10)]) };
    let moved = until_deadline(moved);
    harmless(&[Guard::SchedulerVersion], &moved);
    harmless(&[Guard::SchedulerDeadline], &moved);
    needed(&[Guard::SchedulerVersion, Guard::SchedulerDeadline], ATTRIBUTED, &moved);
}

/// A client that was shown GREEN by a reset would make it RED again.
#[test]
fn without_the_refusal_of_expired_statuses_a_moved_deadline_revives_one() {
    let alone = until_deadline(Scenario::of(&[deadline(10)]));
    needed(&[Guard::ExpiredRefused], NOT_REVIVED, &alone);
    let fast = Scenario { writers_clocks: FAST, ..alone };
    needed(&[Guard::ExpiredRefused], NOT_REVIVED, &fast);
}

/// The deadline of a status that another client has set meanwhile is moved.
#[test]
fn without_a_tag_a_deadline_is_moved_that_nobody_has_seen() {
    let unseen = with_deadline(Scenario::of(&[deadline(10).without_tag(), amber(10)]));
    needed(&[Guard::TagRequired], SEEN, &unseen);
}

#[test]
fn without_a_second_check_two_moved_deadlines_with_one_tag_win() {
    let two = with_deadline(Scenario::of(&[deadline(10), deadline(20)]));
    needed(&[Guard::CheckedAgain], ONE_WINS, &two);
    let with_update = with_deadline(Scenario::of(&[deadline(10), amber(10)]));
    needed(&[Guard::CheckedAgain], CONDITION, &with_update);
}

/// A slow clock moves a deadline that has passed. Its version is that of the reset that others were shown.
#[test]
fn without_the_content_in_the_tag_an_update_replaces_a_moved_deadline_that_was_never_shown() {
    let two = Scenario::of(&[deadline(10), green().if_unchanged()]);
    needed(&[Guard::TagOfContent], CONDITION, &until_deadline(two));
}

/// A stale read finds the status before the one that was shown, which has expired.
#[test]
fn without_strong_reads_and_tags_of_content_a_current_deadline_is_called_missing() {
    let two = until_deadline(Scenario::of(&[deadline(10), deadline(10)]));
    needed(&[Guard::StrongRead, Guard::TagOfContent], NO_DEADLINE, &two);
}

/// If every scheduler is dead, RED stays RED past the deadline that it was moved to.
#[test]
fn without_the_reset_on_read_red_is_shown_past_a_moved_deadline() {
    let brief = Scenario { red_for: Some(10), last_tick: 1, ..Scenario::of(&[deadline(1)]) };
    needed(&[Guard::ResetOnRead], NOT_PAST, &brief);
}

/// Another writer's change in the same second has the same key as one's own.
#[test]
fn without_the_change_id_an_update_is_taken_for_a_moved_deadline() {
    let two = with_deadline(Scenario::of(&[deadline(10), red(5)]));
    needed(&[Guard::OwnChangeId], KEPT, &two);
}

/// The first copy is applied late, and its tag is then no longer current: 412 for the client's own change.
#[test]
fn without_a_look_for_its_own_entry_a_moved_deadline_is_refused_although_applied() {
    let alone = with_deadline(unsteady(Scenario::of(&[deadline(10)])));
    needed(&[Guard::OwnEntry], REFUSED, &alone);
    let half_visible = Scenario { half_visible: true, ..alone };
    needed(&[Guard::Snapshot], REFUSED, &half_visible);
}

/// The moved deadline is built again on an unchanged version, and does not recognise its first copy.
#[test]
fn without_resending_the_same_transaction_a_moved_deadline_is_refused_although_applied() {
    let alone = Scenario { attempts: 3, ..Scenario::of(&[deadline(10)]) };
    needed(&[Guard::ResendAsBuilt], REFUSED, &with_deadline(unsteady(alone)));
}

/// A function that dies between its two writes moves a deadline without history.
#[test]
fn without_one_transaction_a_moved_deadline_has_no_history() {
    let dying = Scenario { crashes: true, ..Scenario::of(&[deadline(10)]) };
    needed(&[Guard::OneTransaction], CHAIN, &with_deadline(dying));
}
