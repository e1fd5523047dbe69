//! Moved deadlines, resets and history.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::operations::ResetRun;

use super::status_history::{at, put, versions};
use crate::harness::{
    App, NOW, Reply, World,
    faulty::{Fate, FaultyStore, Plan, with_others},
};

const DONE: ResetRun =
    ResetRun { done: 1, already_done: 0, failed: 0, lag_seconds: 300, complete: true };
const NOTHING_DUE: ResetRun = ResetRun { done: 0, lag_seconds: 0, ..DONE };

/// The deadline of service 30, moved to that many minutes after that second.
pub(super) async fn move_deadline(app: &App, seconds: i64, minutes: u32) -> Reply {
    app.at(seconds);
    let tag = app.get(30).by("reader").send().await.header("etag").to_owned();
    let call = app.put_deadline(30, json!({"resetStatusIn": minutes})).by("editor");
    call.header("if-match", &tag).send().await
}

/// The causes of the stored changes, oldest first.
async fn causes(app: &App) -> Vec<Value> {
    app.history(30).await.into_iter().map(|change| change["cause"].clone()).collect()
}

/// Another machine, whose clock is five minutes fast: there the deadline at second 60 may be reset.
/// This one's clock, almost five minutes slow, has not reached it.
fn five_minutes_fast(app: &App) -> App {
    let fast = app.with_client(app.client.clone());
    fast.at(360);
    fast
}

const FIVE_MINUTES_SLOW: i64 = 59;

#[tokio::test]
async fn a_status_is_reset_five_minutes_after_its_moved_deadline_and_not_before() {
    for (minutes, moved) in [(1, 20 * 60), (60, 60)] {
        let app = World::family().start().await;
        put(&app, 0, "RED", minutes).await;
        let reply = move_deadline(&app, 30, u32::try_from(moved / 60).expect("minutes")).await;
        let deadline = 30 + moved;
        assert_eq!(reply.ok()["resetDateTime"], at(deadline));
        for seconds in [deadline - 1, deadline, deadline + 299] {
            app.at(seconds);
            let expected = if seconds < deadline { "RED" } else { "GREEN" };
            assert_eq!(app.get(30).by("reader").send().await.ok()["status"], expected);
            assert_eq!(app.run_schedule().await, NOTHING_DUE, "{seconds}");
        }
        app.at(deadline + 300);
        let (first, second) = tokio::join!(app.run_schedule(), app.run_schedule());
        assert_eq!((first.done + second.done, first.failed + second.failed), (1, 0));
        assert_eq!(app.run_schedule().await, NOTHING_DUE);
        assert_eq!(causes(&app).await, ["update", "deadline", "reset"]);
        assert_eq!(app.history(30).await[2]["date"], NOW + deadline);
    }
}

/// The index still has the old deadline when the run reads it, or the row when the run reads that.
#[tokio::test]
async fn a_run_that_has_seen_the_old_deadline_stores_no_reset() {
    for before in ["GetItem", "TransactWriteItems"] {
        let app = World::family().start().await;
        put(&app, 0, "RED", 1).await;
        let (fast, _, mut turns) = FaultyStore::below(&app, None, move |call| Plan {
            others_first: call.operation == before,
            fate: Fate::Passed,
        });
        fast.at(360);
        let others = async || {
            move_deadline(&app, FIVE_MINUTES_SLOW, 20).await.ok();
        };
        let run = with_others(fast.run_schedule(), &mut turns, others).await;
        assert_eq!(run, ResetRun { already_done: 1, ..NOTHING_DUE }, "{before}");
        assert_eq!(causes(&app).await, ["update", "deadline"], "{before}");
        let shown = fast.get(30).by("reader").send().await;
        let deadline = at(FIVE_MINUTES_SLOW + 20 * 60);
        assert_eq!(
            (&shown.ok()["status"], &shown.body["resetDateTime"]),
            (&json!("RED"), &json!(deadline))
        );
    }
}

#[tokio::test]
async fn a_move_that_meets_a_stored_reset_is_refused() {
    let app = World::family().start().await;
    put(&app, 0, "RED", 1).await;
    let fast = five_minutes_fast(&app);
    let (slow, _, mut turns) = FaultyStore::below(&app, None, |call| Plan {
        others_first: call.operation == "TransactWriteItems",
        fate: Fate::Passed,
    });
    let others = async || assert_eq!(fast.run_schedule().await, DONE);
    let moving = move_deadline(&slow, FIVE_MINUTES_SLOW, 20);
    let reply = with_others(moving, &mut turns, others).await;
    assert_eq!(reply.refused(412), "PRECONDITION_FAILED");
    // Now it sees GREEN.
    let again = move_deadline(&slow, FIVE_MINUTES_SLOW, 20).await;
    assert_eq!(again.refused(409), "NO_DEADLINE");
    assert_eq!(causes(&app).await, ["update", "reset"]);
}

#[tokio::test]
async fn of_a_move_and_two_runs_in_parallel_one_wins() {
    for _ in 0..5 {
        let app = World::family().start().await;
        put(&app, 0, "RED", 1).await;
        let fast = five_minutes_fast(&app);
        let (moved, first, second) = tokio::join!(
            move_deadline(&app, FIVE_MINUTES_SLOW, 20),
            fast.run_schedule(),
            fast.run_schedule()
        );
        let won = match moved.status.as_u16() {
            200 => (0, "deadline"),
            409 | 412 => (1, "reset"),
            other => panic!("{other} {}", moved.body),
        };
        assert_eq!((first.done + second.done, first.failed + second.failed), (won.0, 0));
        assert_eq!(causes(&app).await, ["update", won.1]);
    }
}

/// RED → moved → reset → RED → moved → reset. The last reset is not stored.
async fn eventful() -> App {
    let app = World::family().start().await;
    for (seconds, minutes, moved) in [(0, 1, 30), (100, 10, 110)] {
        app.at(seconds);
        let red =
            json!({"status": "RED", "resetStatusIn": minutes, "reason": "it", "notes": seconds});
        app.put(30, red).by("editor").send().await.ok();
        move_deadline(&app, moved, 1).await.ok();
    }
    app.at(200);
    app
}

async fn items(app: &App, query: &str) -> Vec<Value> {
    let reply = app.past(30, query).by("reader").send().await;
    reply.ok()["items"].as_array().expect("items").clone()
}

async fn delete_change(app: &App, seconds: i64, version: u64) {
    let at = AttributeValue::S(format!("{:012}#{version:012}", NOW + seconds));
    let delete = app.client.delete_item().table_name(&app.tables.status_history);
    let delete = delete.key("serviceId", AttributeValue::N("30".into())).key("at", at);
    delete.send().await.expect("a deletion");
}

#[tokio::test]
async fn history_has_a_moved_deadline_with_the_notes_and_the_reason_of_its_status() {
    let red = |version: u64, cause, (previous, seconds): (&str, i64), (set, deadline)| {
        json!({
            "version": version, "cause": cause, "status": "RED", "previousStatus": previous,
            "resetDateTime": at(deadline), "reason": "IT",
            "notes": format!("Capacity status set by Capacity Status API - {set}"),
            "modifiedBy": "editor-name", "modifiedDate": at(seconds),
        })
    };
    let reset = |version: u64, deadline| {
        json!({
            "version": version, "cause": "reset", "status": "GREEN", "previousStatus": "RED",
            "modifiedBy": "automatic reset", "modifiedDate": at(deadline),
        })
    };
    let expected = [
        reset(6, 170),
        red(5, "deadline", ("RED", 110), (100, 170)),
        red(4, "update", ("GREEN", 100), (100, 700)),
        reset(3, 90),
        red(2, "deadline", ("RED", 30), (0, 90)),
        red(1, "update", ("GREEN", 0), (0, 60)),
    ];
    assert_eq!(items(&eventful().await, "").await, expected);
}

/// The last reset is stored between the first page and the second.
#[tokio::test]
async fn pages_of_any_size_list_moved_deadlines_once() {
    let app = eventful().await;
    for limit in 1..=7 {
        let (mut met, mut query) = (Vec::new(), format!("limit={limit}"));
        loop {
            let reply = app.past(30, &query).by("reader").send().await;
            met.extend(reply.ok()["items"].as_array().expect("items").clone());
            let Some(next) = reply.body["next"].as_str() else { break };
            query = format!("limit={limit}&cursor={next}");
            app.at(1000);
            app.run_schedule().await;
            app.at(200);
        }
        let met: Vec<_> = met.iter().filter_map(|item| item["version"].as_u64()).collect();
        assert_eq!(met, [6, 5, 4, 3, 2, 1], "{limit}");
    }
    assert_eq!(causes(&app).await.last(), Some(&json!("reset")));
}

#[tokio::test]
async fn a_reset_after_a_moved_deadline_that_the_query_missed_is_shown() {
    let app = eventful().await;
    let whole = items(&app, "").await;
    delete_change(&app, 90, 3).await;
    assert_eq!(app.history(30).await.len(), 4);
    assert_eq!(items(&app, "").await, whole);
    assert_eq!(versions(&app, &format!("to={}", at(95))).await, [3, 2, 1]);
}

/// What is missing was no reset.
#[tokio::test]
async fn history_does_not_pass_over_a_moved_deadline_that_it_lacks() {
    let app = eventful().await;
    delete_change(&app, 30, 2).await;
    for query in [String::new(), format!("at={}", at(95))] {
        let reply = app.past(30, &query).by("reader").send().await;
        assert_eq!(reply.refused(503), "STORE_UNAVAILABLE", "{query:?}");
    }
}
