//! Storing resets: readers see the same before and after.

use std::{pin::pin, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::{operations::ResetRun, store::keys::RESET_SHARDS};

use crate::harness::{
    App, NOW, World,
    faulty::{Fate, FaultyStore, Plan},
    gateway_settings,
    log::take_lines,
};

/// The earliest time at which a deadline of 60 seconds after [`NOW`] is reset: 300 seconds later.
const STORABLE: i64 = 360;

async fn set(app: &App, id: u64, minutes: u32) {
    let body = json!({"status": "RED", "resetStatusIn": minutes, "notes": "full"});
    app.put(id, body).by("editor").send().await.ok();
}

fn done(done: u64, lag_seconds: u64) -> ResetRun {
    ResetRun { done, lag_seconds, complete: true, ..ResetRun::default() }
}

/// Everything that a reader can see of a service.
async fn seen(app: &App, id: u64) -> Vec<(Value, String)> {
    let mut seen = Vec::new();
    for call in [
        app.get(id),
        app.list(&format!("id={id}")),
        app.list("region=10"),
        app.list("status=GREEN"),
        app.list("status=RED,AMBER"),
        app.past(id, ""),
        app.past(id, "limit=1"),
        app.past(id, "to=2026-11-21T09:00:59Z"),
        app.past(id, "from=2026-11-21T09:01:00Z"),
        app.past(id, "from=2026-11-21T09:01:00Z&to=2026-11-21T09:01:00Z"),
        app.past(id, "at=2026-11-21T09:00:59Z"),
        app.past(id, "at=2026-11-21T09:01:00Z"),
    ] {
        let reply = call.by("reader").send().await;
        seen.push((reply.ok().clone(), reply.header("etag").to_owned()));
    }
    seen
}

#[tokio::test]
async fn readers_see_the_same_bytes_before_and_after_a_reset_is_stored() {
    let app = World::family().start().await;
    set(&app, 30, 1).await;
    app.at(STORABLE);
    let before = seen(&app, 30).await;
    assert_eq!(before[0].0["status"], "GREEN");
    assert_eq!(before[8].0["items"][0]["cause"], "reset");
    assert_eq!(app.run_schedule().await, done(1, 300));
    assert_eq!(seen(&app, 30).await, before);
    let row = app.row(30).await;
    assert_eq!(row["status"].as_s().map(String::as_str), Ok("GREEN"));
    assert!(!row.contains_key("resetDateTime") && !row.contains_key("resetShard"));
    assert!(!row.contains_key("notes"));
    assert_eq!(
        app.history(30).await[1],
        json!({
            "serviceId": 30, "at": format!("{:012}#000000000002", NOW + 60), "version": 2,
            "status": "GREEN", "previousStatus": "RED", "date": NOW + 60,
            "username": "automatic reset", "cause": "reset",
            "recordedAt": NOW + STORABLE, "requestId": "run-1",
        })
    );
}

#[tokio::test]
async fn an_update_has_the_same_answer_before_and_after_the_reset_is_stored() {
    let mut answers = Vec::new();
    for stored in [false, true] {
        let app = World::family().start().await;
        set(&app, 30, 1).await;
        app.at(STORABLE);
        let tag = app.get(30).by("reader").send().await.header("etag").to_owned();
        if stored {
            assert_eq!(app.run_schedule().await, done(1, 300));
        }
        let put = app.put(30, json!({"status": "AMBER"})).by("editor").header("if-match", &tag);
        let put = put.send().await;
        let past = app.past(30, "").by("reader").send().await;
        answers.push((put.ok().clone(), put.header("etag").to_owned(), past.ok().clone()));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn no_reset_is_stored_until_five_minutes_after_its_deadline() {
    let app = World::family().start().await;
    set(&app, 30, 1).await;
    for seconds in [0, 60, STORABLE - 1] {
        app.at(seconds);
        assert_eq!(app.run_schedule().await, done(0, 0), "{seconds}");
    }
    assert_eq!(app.history(30).await.len(), 1);
}

#[tokio::test]
async fn a_second_run_finds_nothing_to_do() {
    let app = World::family().service(60, "Pharmacy", Some(20)).start().await;
    for id in [20, 30, 60] {
        set(&app, id, 1).await;
    }
    app.at(STORABLE + 40);
    let (first, second) = tokio::join!(app.run_schedule(), app.run_schedule());
    assert_eq!(first.done + second.done, 3, "{first:?} {second:?}");
    assert_eq!(first.failed + second.failed, 0);
    assert_eq!(app.run_schedule().await, done(0, 0));
    for id in [20, 30, 60] {
        assert_eq!(app.history(id).await.len(), 2, "{id}");
    }
}

#[tokio::test]
async fn resets_of_inactive_services_are_stored_too() {
    let app = World::family().start().await;
    set(&app, 30, 1).await;
    let mut update = app.client.update_item().table_name(&app.tables.services);
    update = update.key("id", AttributeValue::N("30".into()));
    let update = update.update_expression("SET active = :no");
    let update = update.expression_attribute_values(":no", AttributeValue::Bool(false));
    update.send().await.expect("an update");
    app.at(STORABLE);
    assert_eq!(app.run_schedule().await, done(1, 300));
}

#[tokio::test]
async fn an_unreadable_row_blocks_no_other_reset() {
    let app = World::family().start().await;
    for id in [20, 30] {
        set(&app, id, 1).await;
    }
    let mut update = app.client.update_item().table_name(&app.tables.services);
    update = update.key("id", AttributeValue::N("20".into()));
    let update = update.update_expression("REMOVE modifiedBy");
    update.send().await.expect("an update");
    app.at(STORABLE + 5);
    take_lines();
    let expected =
        ResetRun { done: 1, failed: 1, lag_seconds: 305, complete: true, ..ResetRun::default() };
    assert_eq!(app.run_schedule().await, expected);
    let lines = take_lines();
    let failed: Vec<_> = lines.iter().filter(|line| line["message"] == "reset_failed").collect();
    assert_eq!(failed.len(), 1, "{lines:?}");
    assert_eq!(failed[0]["service_id"], 20);
    assert_eq!(failed[0]["error"], "a stored row cannot be read: service 20");
    // Each run tries it again and counts it again.
    assert_eq!(app.run_schedule().await, ResetRun { done: 0, ..expected });
}

/// The function asks one shard after the other, so each of its queries fails.
#[tokio::test]
async fn each_query_that_fails_is_counted_and_logged() {
    let good = World::family().start().await;
    let mut tables = good.tables.clone();
    tables.services.push('x');
    let app = App::new(good.client.clone(), tables.clone(), &gateway_settings(&tables));
    take_lines();
    let expected = ResetRun { failed: RESET_SHARDS, complete: true, ..ResetRun::default() };
    assert_eq!(app.run_schedule().await, expected);
    let lines = take_lines();
    let failed: Vec<_> = lines.iter().filter(|line| line["message"] == "reset_failed").collect();
    assert_eq!(failed.len() as u64, RESET_SHARDS, "{lines:?}");
    assert!(failed.iter().all(|line| line["service_id"].is_null()), "{lines:?}");
}

#[tokio::test]
async fn a_run_that_is_out_of_time_leaves_the_rest_to_the_next() {
    let app = World::family().start().await;
    set(&app, 30, 1).await;
    app.at(STORABLE);
    let run = app.run_schedule_within(Some(Duration::ZERO)).await;
    assert_eq!(run, ResetRun::default());
    assert_eq!(app.run_schedule_within(Some(Duration::from_secs(600))).await, done(1, 300));
}

/// The first run is stopped while it waits for the query of the second shard.
#[tokio::test]
async fn a_stopped_run_is_continued_where_it_was_stopped() {
    let world = World::default().editor("editor", &[8, 9]);
    let app = world.service(8, "First shard", None).service(9, "Second", None).start().await;
    for id in [8, 9] {
        set(&app, id, 1).await;
    }
    let mut queries = 0;
    let (slow, store, mut turns) = FaultyStore::below(&app, None, move |call| {
        queries += u32::from(call.operation == "Query");
        Plan { others_first: call.operation == "Query" && queries == 2, fate: Fate::Passed }
    });
    slow.at(STORABLE);
    let stopped = {
        let mut run = pin!(slow.run_schedule_within(Some(Duration::from_secs(600))));
        let _turn = tokio::select! {
            run = &mut run => panic!("{run:?}"),
            turn = turns.recv() => turn,
        };
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(601)).await;
        run.await
    };
    tokio::time::resume();
    assert_eq!(stopped, ResetRun { complete: false, ..done(1, 300) });
    assert_eq!(slow.run_schedule().await, done(1, 300));
    let queries = store.counts().into_iter().filter(|((operation, _), _)| operation == "Query");
    assert_eq!(queries.map(|(_, count)| count).sum::<u64>(), RESET_SHARDS, "each shard once");
}

/// One shard has more resets than one query returns, so the run must page.
#[tokio::test]
async fn resets_on_every_page_of_a_shard_are_stored() {
    let ids: Vec<u64> = (1..=60).map(|number| number * 8).collect();
    let mut world = World::default().editor("editor", &ids);
    for id in &ids {
        world = world.service(*id, "Service", None);
    }
    let app = world.start().await;
    for id in &ids {
        set(&app, *id, 1).await;
    }
    app.at(STORABLE);
    assert_eq!(app.run_schedule().await, done(60, 300));
}
