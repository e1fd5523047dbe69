//! Removes the guards one by one. Each time a claim fails, which shows that the claims can fail and
//! that the guard is needed. With the guard, the same scenario keeps every claim.

use std::collections::BTreeSet;

use stateright::HasDiscoveries;

use super::{
    plan::{amber, green, red},
    properties::{
        ATTRIBUTED, BUILT, CHAIN, CONDITION, FORWARD, KEPT, NO_FALSE_412, NOT_EARLY, NOT_PAST,
        NOT_TOO_EARLY, ONCE, ONE_STORY, REFUSED,
    },
    scenario::{Guard, SKEW_SECONDS, Scenario},
    search,
    steps::Life,
};

pub(super) const FAST: &[i64] = &[SKEW_SECONDS];
const TOO_FAST: &[i64] = &[2 * SKEW_SECONDS];

/// Whether that claim fails without these guards.
fn fails(claim: &'static str, scenario: &Scenario, without: &[Guard]) -> bool {
    let until = HasDiscoveries::AllOf(BTreeSet::from([claim]));
    search(Life::new(scenario.clone(), without), until).reached.contains(claim)
}

/// Asserts that the claim fails without these guards and that no claim fails with all of them.
#[track_caller]
pub(super) fn needed(without: &[Guard], claim: &'static str, scenario: &Scenario) {
    harmless(&[], scenario);
    assert!(fails(claim, scenario, without), "still true without {without:?}: {claim}");
}

/// Asserts that no claim fails without these guards.
#[track_caller]
pub(super) fn harmless(without: &[Guard], scenario: &Scenario) {
    let found = search(Life::new(scenario.clone(), without), HasDiscoveries::AnyFailures);
    assert_eq!(found.counterexample, None, "without {without:?}");
}

/// A store that may leave one request unanswered and may cancel one because of a conflict.
pub(super) fn unsteady(scenario: Scenario) -> Scenario {
    Scenario { timeouts: 1, conflicts: 1, ..scenario }
}

/// RED until tick 3, where the clock stops.
pub(super) fn until_deadline(scenario: Scenario) -> Scenario {
    Scenario { red_for: Some(5), last_tick: 3, ..scenario }
}

/// Two writers read version 0 and both store a version 1: one update is lost.
#[test]
fn without_the_version_of_the_writer_an_update_is_lost() {
    let scenario = Scenario { last_tick: 1, ..Scenario::of(&[red(5), green()]) };
    needed(&[Guard::WriterVersion], CHAIN, &scenario);
    needed(&[Guard::WriterVersion], BUILT, &scenario);
}

/// Two changes in one second with one version have the same key. The version condition already
/// prevents that; this condition is the second line of defence.
#[test]
fn conditional_history_entries_alone_also_prevent_lost_updates() {
    let one_second = Scenario::of(&[red(5), green()]);
    harmless(&[Guard::EntryAbsent], &Scenario { last_tick: 1, ..one_second.clone() });
    harmless(&[Guard::WriterVersion], &one_second);
    needed(&[Guard::WriterVersion, Guard::EntryAbsent], CHAIN, &one_second);
}

/// A writer that dies between its two writes leaves a status without history.
#[test]
fn without_one_transaction_a_change_has_no_history() {
    let dying = Scenario { crashes: true, ..Scenario::of(&[red(5)]) };
    needed(&[Guard::OneTransaction], CHAIN, &dying);
    needed(&[Guard::OneTransaction], ONE_STORY, &dying);
}

/// The index still has version 1, which an update with the same deadline has replaced.
#[test]
fn without_the_version_of_the_scheduler_a_reset_replaces_an_update() {
    let same_deadline = Scenario {
        schedulers: 1,
        schedulers_clocks: FAST,
        ..until_deadline(Scenario::of(&[red(5)]))
    };
    needed(&[Guard::SchedulerVersion], CHAIN, &same_deadline);
}

/// The version changes whenever the deadline does, so this condition is the second line of defence.
#[test]
fn the_deadline_of_the_scheduler_is_a_second_line() {
    let replaced = Scenario {
        schedulers: 1,
        schedulers_clocks: FAST,
        ..until_deadline(Scenario::of(&[green()]))
    };
    harmless(&[Guard::SchedulerDeadline], &replaced);
    harmless(&[Guard::SchedulerVersion], &replaced);
    needed(&[Guard::SchedulerVersion, Guard::SchedulerDeadline], ATTRIBUTED, &replaced);
}

/// A scheduler whose clock is five minutes fast resets a RED that has five minutes left.
#[test]
fn without_the_delay_a_fast_scheduler_stores_a_reset_early() {
    let fast =
        Scenario { schedulers: 1, schedulers_clocks: FAST, ..until_deadline(Scenario::of(&[])) };
    needed(&[Guard::ResetDelay], NOT_EARLY, &fast);
}

/// The delay equals the allowed skew, so it does not help against a clock that is faster still.
#[test]
fn a_scheduler_clock_ahead_of_the_limit_stores_resets_early() {
    let scheduler = Scenario { schedulers: 1, ..until_deadline(Scenario::of(&[])) };
    let too_fast = Scenario { schedulers_clocks: TOO_FAST, ..scheduler };
    assert!(fails(NOT_EARLY, &too_fast, &[]));
    let writer = Scenario { red_for: Some(10), ..Scenario::of(&[red(5)]) };
    harmless(&[], &Scenario { writers_clocks: FAST, ..writer.clone() });
    assert!(fails(NOT_TOO_EARLY, &Scenario { writers_clocks: TOO_FAST, ..writer }, &[]));
}

/// The second copy is cancelled because the first is in flight. The first is then applied late.
#[test]
fn without_a_look_for_its_own_entry_an_update_is_applied_twice() {
    let alone = unsteady(Scenario::of(&[red(5)]));
    needed(&[Guard::OwnEntry], ONCE, &alone);
}

/// Another writer's change in the same second has the same key as one's own.
#[test]
fn without_the_change_id_an_entry_of_another_update_is_taken_for_the_own() {
    let one_second = Scenario::of(&[red(5), green()]);
    needed(&[Guard::OwnChangeId], KEPT, &one_second);
}

/// An eventually consistent read misses a change that was applied a moment ago.
#[test]
fn without_a_strong_look_for_its_own_entry_an_update_is_applied_twice() {
    let alone = unsteady(Scenario::of(&[red(5)]));
    harmless(&[Guard::Snapshot], &alone);
    needed(&[Guard::Snapshot, Guard::StrongEntry], ONCE, &alone);
}

/// Separate reads find the service after the late copy, but not yet its entry. Even strongly
/// consistent reads are no snapshot of a transaction in flight.
#[test]
fn without_one_transaction_for_the_look_an_update_is_applied_twice_or_refused() {
    let half_visible = |scenario| Scenario { half_visible: true, ..unsteady(scenario) };
    let alone = half_visible(Scenario::of(&[red(5)]));
    needed(&[Guard::Snapshot], ONCE, &alone);
    let once = Scenario { attempts: 1, ..alone };
    needed(&[Guard::Snapshot], REFUSED, &once);
    let by_tag = half_visible(Scenario::of(&[red(5).if_unchanged()]));
    needed(&[Guard::Snapshot], REFUSED, &by_tag);
}

/// The update is built again on an unchanged version, with a new change id. If the first copy is
/// then applied late, the update does not recognise it as its own.
#[test]
fn without_resending_the_same_transaction_an_update_is_applied_twice() {
    let alone = unsteady(Scenario { attempts: 3, ..Scenario::of(&[red(5)]) });
    needed(&[Guard::ResendAsBuilt], ONCE, &alone);
}

/// With a token, the retry of an applied transaction succeeds. Without it, the retry is cancelled,
/// and the update finds its own entry. Either is enough if the store never cancels without a
/// reason.
#[test]
fn the_token_and_the_look_for_its_own_entry_are_each_enough_for_a_lost_answer() {
    let unanswered = Scenario { timeouts: 1, ..Scenario::of(&[red(5)]) };
    harmless(&[Guard::OwnEntry], &unanswered);
    harmless(&[Guard::Token], &unsteady(Scenario::of(&[red(5), green()])));
    needed(&[Guard::Token, Guard::OwnEntry], ONCE, &unanswered);
}

/// The last attempt is cancelled because of the first copy, which is then applied: 409 would be
/// wrong.
#[test]
fn without_a_look_before_giving_up_an_applied_update_is_refused() {
    let once = unsteady(Scenario { attempts: 1, ..Scenario::of(&[red(5)]) });
    needed(&[Guard::LookBeforeGivingUp], REFUSED, &once);
}

/// On an unchanged version the first copy may still be in flight: 409 would promise that it is not.
#[test]
fn without_503_on_giving_up_a_refused_update_may_still_be_applied() {
    let once = unsteady(Scenario { attempts: 1, ..Scenario::of(&[red(5)]) });
    needed(&[Guard::UnknownOnGivingUp], REFUSED, &once);
}

/// The first copy is applied although the resend was cancelled. Then the user loses the right, and another
/// update follows.
#[test]
fn without_a_look_before_the_rights_an_applied_update_is_refused() {
    let two = Scenario { revocations: true, ..unsteady(Scenario::of(&[red(5), green()])) };
    needed(&[Guard::EntryBeforeRight], REFUSED, &two);
}

/// On an unchanged version the first copy may still be in flight: 403 would promise that it is not.
#[test]
fn without_503_for_a_revoked_right_a_refused_update_may_still_be_applied() {
    let alone = Scenario { revocations: true, ..unsteady(Scenario::of(&[red(5)])) };
    needed(&[Guard::UnknownWhenRevoked], REFUSED, &alone);
}

/// Two updates name the same tag, and the second is built again on the first.
#[test]
fn without_a_second_check_two_updates_with_one_tag_win() {
    let two = Scenario::of(&[red(5).if_unchanged(), green().if_unchanged()]);
    needed(&[Guard::CheckedAgain], CONDITION, &two);
}

/// docs/adr/0004: an update that reads the clock before the deadline and is stored after it gets
/// the version under which a reader saw the reset.
#[test]
fn without_the_content_in_the_tag_an_update_replaces_what_was_never_shown() {
    let two = until_deadline(Scenario::of(&[amber(10), green().if_unchanged()]));
    needed(&[Guard::TagOfContent], CONDITION, &two);
}

/// An eventually consistent read shows the version before the one just shown.
#[test]
fn without_strong_reads_a_reader_goes_back_and_a_current_tag_is_refused() {
    let two = Scenario::of(&[red(5), green().if_unchanged()]);
    needed(&[Guard::StrongRead], FORWARD, &two);
    needed(&[Guard::StrongRead], NO_FALSE_412, &two);
}

/// If every scheduler is dead, RED stays RED.
#[test]
fn without_the_reset_on_read_red_is_shown_past_its_deadline() {
    needed(&[Guard::ResetOnRead], NOT_PAST, &until_deadline(Scenario::of(&[])));
}

/// History would say that RED became AMBER after its deadline.
#[test]
fn without_storing_the_reset_in_an_update_history_lacks_it() {
    needed(&[Guard::ResetInUpdate], BUILT, &until_deadline(Scenario::of(&[amber(10)])));
}
