//! The audit record: one log event for each stored change, and none for anything else.

use serde_json::{Value, json};

use crate::harness::{World, log::take_lines};

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

#[tokio::test]
async fn a_change_is_recorded_with_who_where_and_what_but_not_the_notes() {
    let app = World::family().start().await;
    take_lines();
    let body =
        json!({"status": "red", "resetStatusIn": 30, "notes": " closed until \u{1F6D1} noon "});
    let call = app.put(30, body).by("editor").header("x-request-id", "r-1");
    call.header("x-correlation-id", "c-1").send().await.ok();
    assert_eq!(
        records(),
        [json!({
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
