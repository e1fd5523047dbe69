//! PUT of a deadline: what it stores and returns, and what it refuses.

use serde_json::{Value, json};

use super::idempotency::replayed;
use crate::harness::{App, Call, NOW, World, gateway_settings};

/// Service 30 is RED for an hour, set by `first`. Returns its tag.
pub(super) async fn red(app: &App) -> String {
    let body =
        json!({"status": "RED", "resetStatusIn": 60, "notes": "no doctor", "reason": "STAFFING"});
    app.put(30, body).by("first").send().await.header("etag").to_owned()
}

pub(super) async fn start() -> App {
    World::family().editor("first", &[30]).start().await
}

/// The deadline of service 30, moved by `editor`.
pub(super) fn moved<'a>(app: &'a App, body: Value, tag: &str) -> Call<'a> {
    app.put_deadline(30, body).by("editor").header("if-match", tag)
}

fn minutes(minutes: i64) -> Value {
    json!({"resetStatusIn": minutes})
}

#[tokio::test]
async fn a_moved_deadline_keeps_status_notes_and_reason() {
    let app = start().await;
    let tag = red(&app).await;
    let mut before = app.row(30).await;
    app.at(50);
    let put = moved(&app, minutes(90), &tag).header("x-request-id", "r1").send().await;
    let expected = json!({
        "id": 30, "name": "Pharmacy, High Street", "status": "RED",
        "resetDateTime": "2026-11-21T10:30:50Z", "reason": "STAFFING",
        "notes": "Capacity status set by Capacity Status API - no doctor",
        "modifiedBy": "editor-name", "modifiedDate": "2026-11-21T09:00:50Z",
    });
    assert_eq!(*put.ok(), expected);
    assert!(put.header("etag").starts_with("\"2-"), "{}", put.header("etag"));
    assert!(!replayed(&put));

    let get = app.get(30).by("reader").send().await;
    assert_eq!((&get.text, get.header("etag")), (&put.text, put.header("etag")));
    assert_eq!(
        app.history(30).await[1],
        json!({
            "serviceId": 30, "at": format!("{:012}#000000000002", NOW + 50), "version": 2,
            "status": "RED", "previousStatus": "RED", "date": NOW + 50,
            "resetDateTime": NOW + 50 + 90 * 60, "reason": "STAFFING",
            "notes": "Capacity status set by Capacity Status API - no doctor",
            "subject": "editor", "username": "editor-name", "cause": "deadline",
            "recordedAt": NOW + 50, "requestId": "r1",
        })
    );
    let mut after = app.row(30).await;
    for name in ["version", "resetDateTime", "modifiedDate", "modifiedBy"] {
        assert_ne!(before.remove(name), after.remove(name), "{name}");
    }
    assert_eq!(before, after);
}

#[tokio::test]
async fn its_history_entry_has_the_cause_deadline() {
    let app = start().await;
    let tag = red(&app).await;
    app.at(50);
    moved(&app, minutes(1), &tag).send().await.ok();
    app.at(110);
    let history = app.past(30, "").by("reader").send().await;
    let entry = |entry: &Value| {
        ["version", "cause", "status", "previousStatus", "resetDateTime", "modifiedBy"]
            .map(|name| entry[name].clone())
    };
    let entries = history.ok()["items"].as_array().expect("items").iter();
    assert_eq!(
        entries.map(entry).collect::<Vec<_>>(),
        [
            [
                json!(3),
                json!("reset"),
                json!("GREEN"),
                json!("RED"),
                json!(null),
                json!("automatic reset")
            ],
            [
                json!(2),
                json!("deadline"),
                json!("RED"),
                json!("RED"),
                json!("2026-11-21T09:01:50Z"),
                json!("editor-name")
            ],
            [
                json!(1),
                json!("update"),
                json!("RED"),
                json!("GREEN"),
                json!("2026-11-21T10:00:00Z"),
                json!("first-name")
            ],
        ]
    );
    let at = app.past(30, "at=2026-11-21T09:01:49Z").by("reader").send().await;
    assert_eq!(at.ok()["resetDateTime"], "2026-11-21T09:01:50Z");
}

#[tokio::test]
async fn the_deadline_counts_from_now_and_may_be_nearer() {
    let app = start().await;
    let mut tag = red(&app).await;
    for (given, expected) in
        [("1", 1), ("1440", 1_440), ("\" +7 \"", 7), ("30.0", 30), ("3e1", 30), ("\"5.\"", 5)]
    {
        app.later(30);
        let body = format!(r#"{{"resetStatusIn": {given}}}"#);
        let put = moved(&app, Value::Null, &tag).body(&body).send().await;
        let row = app.row(30).await;
        let seconds = |name: &str| row[name].as_n().expect("a number").parse::<i64>();
        let (set, end) = (seconds("modifiedDate"), seconds("resetDateTime"));
        assert_eq!(set.map(|set| set + expected * 60), end, "{given}");
        tag = put.header("etag").to_owned();
        assert_eq!(put.ok()["status"], "RED");
    }
}

#[tokio::test]
async fn the_minutes_are_required_and_at_least_one() {
    let app = start().await;
    let tag = red(&app).await;
    for (body, code) in [
        (json!({}), "VAL-0008"),
        (json!({"resetstatusin": 5}), "VAL-0008"),
        (json!({"resetStatusIn": null}), "VAL-0003"),
        (json!({"resetStatusIn": 1.5}), "VAL-0003"),
        (json!({"resetStatusIn": "soon"}), "VAL-0003"),
        (json!({"resetStatusIn": [5]}), "VAL-0003"),
        (minutes(0), "VAL-0004"),
        (json!({"resetStatusIn": " -0. "}), "VAL-0004"),
        (minutes(-5), "VAL-0004"),
        (minutes(1_441), "VAL-0004"),
    ] {
        let reply = moved(&app, body.clone(), &tag).send().await;
        assert_eq!(reply.refused(400), "VALIDATION_FAILED", "{body}");
        let [error] = reply.body["errors"].as_array().expect("errors").as_slice() else {
            panic!("not one error: {}", reply.body)
        };
        assert_eq!([&error["pointer"], &error["code"]], ["/resetStatusIn", code], "{body}");
    }
    assert_eq!(app.get(30).by("reader").send().await.header("etag"), tag);
    assert_eq!(app.history(30).await.len(), 1);
}

/// Also those that an update has.
#[tokio::test]
async fn other_members_are_ignored() {
    let app = start().await;
    let tag = red(&app).await;
    let body = json!({"resetStatusIn": 5, "status": "BLUE", "notes": "", "reason": null, "x": 1});
    let put = moved(&app, body, &tag).send().await;
    let shown = ["status", "reason", "notes"].map(|name| put.ok()[name].clone());
    assert_eq!(
        shown,
        ["RED", "STAFFING", "Capacity status set by Capacity Status API - no doctor"]
    );
}

#[tokio::test]
async fn the_limits_are_those_of_the_deployment_but_at_least_one_minute() {
    let app = start().await;
    for (min, max, least) in [("0", "1440", 1), ("30", "45", 30)] {
        let mut settings = gateway_settings(&app.tables);
        let limits = [("RESET_MIN_MINUTES", min), ("RESET_MAX_MINUTES", max)];
        let limits = limits.into_iter().chain([("RESET_DEFAULT_MINUTES", "40")]);
        settings.extend(limits.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let limited = App::new(app.client.clone(), app.tables.clone(), &settings);
        let mut tag = red_for(&limited, 40).await;
        let max: i64 = max.parse().expect("a number");
        for (given, is_valid) in [(least - 1, false), (least, true), (max, true), (max + 1, false)]
        {
            let reply = moved(&limited, minutes(given), &tag).send().await;
            if is_valid {
                reply.ok();
                tag = reply.header("etag").to_owned();
            } else {
                reply.refused(400);
                let detail = format!("resetStatusIn must be from {least} to {max} minutes");
                assert_eq!(reply.body["errors"][0]["detail"], detail, "{given}");
            }
        }
    }
}

async fn red_for(app: &App, minutes: u32) -> String {
    let body = json!({"status": "RED", "resetStatusIn": minutes});
    app.put(30, body).by("editor").send().await.header("etag").to_owned()
}

#[tokio::test]
async fn green_has_no_deadline_whether_somebody_set_it_or_the_deadline_passed() {
    let app = start().await;
    let refused = async || {
        let tag = app.get(30).by("editor").send().await.header("etag").to_owned();
        let changes = app.history(30).await.len();
        let reply = moved(&app, minutes(30), &tag).send().await;
        assert_eq!(reply.refused(409), "NO_DEADLINE");
        // Trying again does not help.
        assert_eq!(reply.header("retry-after"), "");
        assert_eq!(app.history(30).await.len(), changes);
    };
    // Never updated.
    refused().await;
    let expired = red_for(&app, 1).await;
    app.at(59);
    let last_second = moved(&app, minutes(1), &expired).send().await;
    last_second.ok();
    app.at(119);
    // From the second of the deadline on the tag of RED names what nobody is shown.
    let reply = moved(&app, minutes(30), last_second.header("etag")).send().await;
    assert_eq!(reply.refused(412), "PRECONDITION_FAILED");
    refused().await;
    app.at(119 + 300);
    assert_eq!(app.run_schedule().await.done, 1);
    refused().await;
    app.put(30, json!({"status": "GREEN"})).by("editor").send().await.ok();
    refused().await;
}
