//! The audit record: a log event for each stored change, again when its request is repeated, and none
//! for anything else.

use serde_json::{Value, json};

use crate::harness::{
    App, Call, World,
    faulty::{Fate, FaultyStore},
    log::{take_lines, take_metrics},
};

/// The audit records of this test so far, without what differs between runs.
fn records() -> Vec<Value> {
    let records =
        take_lines().into_iter().filter(|line| line["message"] == "capacity_status_changed");
    let records = records.map(|mut record| {
        assert_eq!(record["level"], "INFO");
        for name in ["timestamp", "level", "message", "duration_ms"] {
            let removed = record.as_object_mut().expect("an object").remove(name);
            assert!(name != "duration_ms" || removed.expect("a duration").is_u64());
        }
        record
    });
    records.collect()
}

/// How many changes the metrics of this test count so far.
fn counted() -> usize {
    take_metrics().iter().filter(|document| document["Changes"] == 1).count()
}

/// An update with a key, of a service whose AMBER has passed its deadline: it also stores the reset.
async fn update_of_an_expired_service() -> (App, fn(&App) -> Call<'_>) {
    let app = World::family().start().await;
    app.put(30, json!({"status": "AMBER", "resetStatusIn": 1})).by("editor").send().await.ok();
    app.later(60);
    take_lines();
    take_metrics();
    (app, |app| {
        let call = app.put(30, json!({"status": "RED", "notes": "full"})).by("editor");
        call.header("idempotency-key", "k-1").header("x-request-id", "r-1")
    })
}

#[tokio::test]
async fn a_change_is_recorded_with_who_where_and_what_but_not_the_notes() {
    let app = World::family().start().await;
    take_lines();
    let body =
        json!({"status": "red", "resetStatusIn": 30, "notes": " closed until \u{1F6D1} noon "});
    let call = app.put(30, body).by("editor").header("x-request-id", "r-1");
    call.header("x-correlation-id", "c-1").send().await.ok();
    let change_ids = app.change_ids(30).await;
    assert_eq!(
        records(),
        [json!({
            "change_id": change_ids[0],
            "request_id": "r-1", "correlation_id": "c-1", "client_address": "192.0.2.1",
            "subject": "editor", "service_id": 30, "service_name": "Pharmacy, High Street",
            "type_id": 13, "region": 10, "parent_id": 20,
            "status": "RED", "previous_status": "GREEN", "cause": "update", "version": 1,
            "date": "2026-11-21T09:00:00Z", "reset_date_time": "2026-11-21T09:30:00Z",
            // "Capacity status set by Capacity Status API - closed until X noon"
            "notes_length": 64,
        })]
    );
}

#[tokio::test]
async fn a_moved_deadline_is_recorded_with_the_reason_that_stays() {
    let app = World::family().start().await;
    let body = json!({"status": "AMBER", "notes": "two nurses away", "reason": "staffing"});
    let amber = app.put(30, body).by("editor").send().await;
    let of = |record: &Value| {
        let names = ["cause", "status", "previous_status", "reason", "reset_date_time"];
        names.map(|name| record[name].clone())
    };
    take_metrics();
    let [set] = records().try_into().expect("one change");
    assert_eq!(
        of(&set).map(|value| value.as_str().map(str::to_owned)),
        ["update", "AMBER", "GREEN", "STAFFING", "2026-11-21T13:00:00Z"].map(|it| Some(it.into()))
    );
    app.later(5);
    let call = app.put_deadline(30, json!({"resetStatusIn": 30})).by("editor");
    let call = call.header("if-match", amber.header("etag")).header("x-request-id", "r-2");
    call.send().await.ok();
    assert_eq!(
        records(),
        [json!({
            "change_id": app.change_ids(30).await[1], "request_id": "r-2",
            "client_address": "192.0.2.1", "subject": "editor", "service_id": 30,
            "service_name": "Pharmacy, High Street", "type_id": 13, "region": 10, "parent_id": 20,
            "status": "AMBER", "previous_status": "AMBER", "reason": "STAFFING",
            "cause": "deadline", "version": 2, "date": "2026-11-21T09:00:05Z",
            "reset_date_time": "2026-11-21T09:30:05Z",
            // "Capacity status set by Capacity Status API - two nurses away"
            "notes_length": 60,
        })]
    );
    assert_eq!(counted(), 1);
}

#[tokio::test]
async fn a_reset_stored_with_an_update_is_recorded_without_a_subject() {
    let app = World::family().editor("region", &[10]).start().await;
    app.put(10, json!({"status": "AMBER", "resetStatusIn": 1})).by("region").send().await.ok();
    app.later(60);
    take_lines();
    app.put(10, json!({"status": "GREEN"})).by("region").send().await.ok();
    let facts: Vec<_> = records()
        .iter()
        .map(|record| {
            let of = |name: &str| record[name].clone();
            json!([
                of("cause"),
                of("subject"),
                of("status"),
                of("previous_status"),
                of("version"),
                of("date"),
                of("notes_length"),
                of("parent_id"),
                of("region")
            ])
        })
        .collect();
    assert_eq!(
        facts,
        [
            json!(["reset", null, "GREEN", "AMBER", 2, "2026-11-21T09:01:00Z", null, null, 10]),
            json!(["update", "region", "GREEN", "GREEN", 3, "2026-11-21T09:01:00Z", 42, null, 10]),
        ]
    );
}

#[tokio::test]
async fn updates_that_are_not_stored_are_not_recorded() {
    let app = World::family().start().await;
    take_lines();
    let green = || app.put(30, json!({"status": "GREEN"}));
    green().by("reader").send().await.refused(403);
    green().by("editor").header("if-match", "\"9-00000000\"").send().await.refused(412);
    app.put(30, json!({"status": "BLUE"})).by("editor").send().await.refused(400);
    app.get(30).by("editor").send().await.ok();
    assert_eq!(records(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_repeat_records_the_changes_again_with_their_ids_and_does_not_count_them_again() {
    let (app, update) = update_of_an_expired_service().await;
    update(&app).send().await.ok();
    let first = records();
    assert_eq!(first.len(), 2);
    assert_eq!(counted(), 2);
    let change_ids = app.change_ids(30).await;
    assert!(first.iter().map(|record| &record["change_id"]).eq(&change_ids[1..]), "{first:?}");

    app.later(3600);
    update(&app).send().await.ok();
    let mut again = records();
    for record in &mut again {
        let mark = record.as_object_mut().expect("an object").remove("repeated");
        assert_eq!(mark, Some(true.into()));
    }
    assert_eq!(again, first);
    assert_eq!(counted(), 0);
}

/// The changes are stored, but the function does not find out, and dies or answers 503.
#[tokio::test(start_paused = true)]
async fn a_repeat_records_changes_that_nobody_has_recorded() {
    let (app, update) = update_of_an_expired_service().await;
    let mut sent = 0;
    let (faulty, _, _) = FaultyStore::below(&app, None, move |call| {
        sent += u32::from(call.operation == "TransactWriteItems");
        match sent {
            0 => Fate::Passed.into(),
            1 => Fate::AnswerLost.into(),
            _ => Fate::Dropped.into(),
        }
    });
    faulty.at(60);
    update(&faulty).send().await.refused(503);
    assert_eq!(records(), Vec::<Value>::new());
    update(&app).send().await.ok();
    let records = records();
    let facts = records.iter().map(|record| (&record["change_id"], &record["repeated"]));
    let change_ids: Vec<_> = app.change_ids(30).await.into_iter().map(Value::from).collect();
    assert_eq!(change_ids.len(), 3);
    assert!(facts.eq(change_ids[1..].iter().map(|id| (id, &json!(true)))), "{records:?}");
}

/// A sending whose answer was lost is no repeat: nobody else has recorded its changes.
#[tokio::test(start_paused = true)]
async fn an_update_that_finds_its_own_change_records_and_counts_it_once() {
    let (app, update) = update_of_an_expired_service().await;
    let mut sent = 0;
    let (faulty, _, _) = FaultyStore::below(&app, None, move |call| {
        sent += u32::from(call.operation == "TransactWriteItems");
        match (call.operation.as_str(), sent) {
            ("TransactWriteItems", 1) => Fate::AnswerLost.into(),
            ("TransactWriteItems", _) => Fate::Cancelled("TransactionConflict").into(),
            _ => Fate::Passed.into(),
        }
    });
    faulty.at(60);
    update(&faulty).send().await.ok();
    let records = records();
    let change_ids = app.change_ids(30).await;
    assert!(records.iter().map(|record| &record["change_id"]).eq(&change_ids[1..]), "{records:?}");
    assert!(records.iter().all(|record| record["repeated"].is_null()), "{records:?}");
    assert_eq!(counted(), 2);
}

#[tokio::test]
async fn a_reset_stored_by_the_schedule_is_recorded_with_its_change_id() {
    let app = World::family().start().await;
    app.put(30, json!({"status": "AMBER", "resetStatusIn": 1})).by("editor").send().await.ok();
    app.later(600);
    take_lines();
    assert_eq!(app.run_schedule().await.done, 1);
    let records = records();
    let facts = records.iter().map(|record| (&record["cause"], &record["change_id"]));
    let id = Value::from(app.change_ids(30).await.remove(1));
    assert!(facts.eq([(&json!("reset"), &id)]), "{records:?}");
}
