//! When a status is due for review. A review date must not reassure: a GREEN that nobody confirmed is due at once.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::{idempotency::replayed, update_deadline::moved};
use crate::harness::{App, Reply, World};

const HOUR: u32 = 60;

/// The status of service 30 is due for review an hour after each change.
async fn reviewed() -> App {
    let app = World::family().start().await;
    app.set_review_after(30, HOUR).await;
    app
}

async fn put(app: &App, body: Value) -> Reply {
    app.put(30, body).by("editor").send().await
}

async fn get(app: &App) -> Reply {
    app.get(30).by("reader").send().await
}

/// The dates of the change and of the review, which are null if there are none.
fn dates(reply: &Reply) -> [Value; 2] {
    ["modifiedDate", "reviewDueDateTime"].map(|name| reply.ok()[name].clone())
}

#[tokio::test]
async fn a_status_is_due_for_review_after_the_interval() {
    let app = reviewed().await;
    for status in ["RED", "AMBER", "GREEN"] {
        let put = put(&app, json!({"status": status})).await;
        assert_eq!(dates(&put), ["2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z"], "{status}");
        assert_eq!(get(&app).await.text, put.text);
    }
    for (minutes, due) in [(1, "2026-11-21T09:01:00Z"), (525_600, "2027-11-21T09:00:00Z")] {
        app.set_review_after(30, minutes).await;
        assert_eq!(dates(&get(&app).await)[1], due);
    }
}

/// There is no date to count from, and nothing says that somebody looked.
#[tokio::test]
async fn a_status_that_was_never_set_has_no_review_date() {
    let app = reviewed().await;
    assert_eq!(
        get(&app).await.text,
        r#"{"id":30,"name":"Pharmacy, High Street","status":"GREEN"}"#
    );
}

#[tokio::test]
async fn a_green_by_a_reset_is_due_at_its_deadline() {
    let app = reviewed().await;
    put(&app, json!({"status": "RED", "resetStatusIn": 5})).await.ok();
    app.at(299);
    assert_eq!(dates(&get(&app).await), ["2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z"]);
    let at_deadline = "2026-11-21T09:05:00Z";
    for seconds in [300, 301, 4_000] {
        app.at(seconds);
        assert_eq!(dates(&get(&app).await), [at_deadline, at_deadline]);
    }
    assert_eq!(app.run_schedule().await.done, 1);
    assert_eq!(dates(&get(&app).await), [at_deadline, at_deadline]);
    // Only a user's GREEN is one that somebody confirmed.
    let green = put(&app, json!({"status": "GREEN"})).await;
    assert_eq!(dates(&green), ["2026-11-21T10:06:40Z", "2026-11-21T11:06:40Z"]);
}

#[tokio::test]
async fn a_green_by_reset_in_0_minutes_is_due_at_once() {
    let app = reviewed().await;
    let put = put(&app, json!({"status": "RED", "resetStatusIn": 0})).await;
    assert_eq!(put.ok()["status"], "GREEN");
    assert_eq!(dates(&put), ["2026-11-21T09:00:00Z"; 2]);
}

#[tokio::test]
async fn a_moved_deadline_is_a_review() {
    let app = reviewed().await;
    let red = put(&app, json!({"status": "RED"})).await;
    app.at(600);
    let put = moved(&app, json!({"resetStatusIn": 5}), red.header("etag")).send().await;
    assert_eq!(dates(&put), ["2026-11-21T09:10:00Z", "2026-11-21T10:10:00Z"]);
}

/// Everything that a reader can see of service 30, with the entity tag.
async fn seen(app: &App) -> Vec<(String, String)> {
    let mut seen = Vec::new();
    for call in [
        app.get(30),
        app.list("id=30"),
        app.list("region=10"),
        app.past(30, ""),
        app.past(30, "at=2026-11-21T09:04:59Z"),
        app.past(30, "at=2026-11-21T09:05:00Z"),
    ] {
        let reply = call.by("reader").send().await;
        reply.ok();
        seen.push((reply.text.clone(), reply.header("etag").to_owned()));
    }
    seen
}

#[tokio::test]
async fn readers_see_the_same_bytes_at_any_hour_and_before_and_after_a_reset_is_stored() {
    let app = reviewed().await;
    let body = json!({"status": "RED", "resetStatusIn": 5, "reason": "IT", "notes": "full"});
    put(&app, body).await.ok();
    let red = get(&app).await;
    // Before the review is due, when it is, and after.
    for seconds in [1, 299] {
        app.at(seconds);
        let later = get(&app).await;
        assert_eq!((&later.text, later.header("etag")), (&red.text, red.header("etag")));
    }
    app.at(300);
    let ended = seen(&app).await;
    for seconds in [301, 4_000, 86_400 * 1_000] {
        app.at(seconds);
        assert_eq!(seen(&app).await, ended, "{seconds}");
    }
    assert_eq!(app.run_schedule().await.done, 1);
    assert_eq!(seen(&app).await, ended);
    assert_eq!(ended.iter().filter(|(text, _)| text.contains("reviewDueDateTime")).count(), 5);
}

#[tokio::test]
async fn a_status_of_the_past_has_the_review_date_that_it_had_then() {
    let app = reviewed().await;
    put(&app, json!({"status": "RED", "resetStatusIn": 5})).await.ok();
    let red = get(&app).await;
    app.at(300);
    let green = get(&app).await;
    put(&app, json!({"status": "AMBER"})).await.ok();
    for (at, then) in [("09:00:00", &red), ("09:04:59", &red), ("09:05:00", &green)] {
        // At 09:05:00 the update came second.
        let past = app.past(30, &format!("at=2026-11-21T{at}Z")).by("reader").send().await;
        if at == "09:05:00" {
            assert_eq!(dates(&past), ["2026-11-21T09:05:00Z", "2026-11-21T10:05:00Z"]);
            assert_ne!(past.text, then.text);
        } else {
            assert_eq!(past.text, then.text, "{at}");
        }
    }
    let never = app.past(30, "at=2026-11-21T08:59:59Z").by("reader").send().await;
    assert!(never.ok()["reviewDueDateTime"].is_null());
    let changes = app.past(30, "").by("reader").send().await;
    assert!(!changes.text.contains("reviewDue"), "{}", changes.text);
}

/// The interval is not stored with the status, so it applies to the status that is shown now.
#[tokio::test]
async fn another_interval_is_another_representation() {
    let app = reviewed().await;
    let tag = put(&app, json!({"status": "RED"})).await.header("etag").to_owned();
    app.set_review_after(30, 2 * HOUR).await;
    let shown = get(&app).await;
    assert_eq!(dates(&shown)[1], "2026-11-21T11:00:00Z");
    assert_ne!(shown.header("etag"), tag);
    let stale = moved(&app, json!({"resetStatusIn": 5}), &tag).send().await;
    assert_eq!(stale.refused(412), "PRECONDITION_FAILED");
    assert_eq!(stale.header("etag"), shown.header("etag"));
}

/// The first answer is repeated to the byte, with the review date that it had.
#[tokio::test]
async fn a_replay_has_the_interval_of_the_first_answer() {
    for before in [Some(HOUR), None] {
        let app = World::family().start().await;
        if let Some(minutes) = before {
            app.set_review_after(30, minutes).await;
        }
        let body = json!({"status": "RED", "resetStatusIn": 30, "reason": "IT"});
        let update = || app.put(30, body.clone()).by("editor").header("idempotency-key", "u");
        let tag = app.put(30, json!({"status": "RED"})).by("editor").send().await;
        let tag = tag.header("etag").to_owned();
        let deadline =
            || moved(&app, json!({"resetStatusIn": 5}), &tag).header("idempotency-key", "d");
        let first = [deadline().send().await, update().send().await];
        assert_eq!(first[0].ok()["reviewDueDateTime"].is_null(), before.is_none());
        for after in [Some(1), Some(HOUR), None] {
            match after {
                Some(minutes) => app.set_review_after(30, minutes).await,
                None => app.remove_attribute(30, "reviewAfterMinutes").await,
            }
            app.later(1_000);
            let again = [deadline().send().await, update().send().await];
            for (again, first) in again.iter().zip(&first) {
                assert!(replayed(again));
                assert_eq!(
                    (&again.text, again.header("etag")),
                    (&first.text, first.header("etag"))
                );
            }
        }
    }
}

/// For professionals, where they look for a service.
#[tokio::test]
async fn a_phone_number_is_in_list_entries_alone() {
    let app = reviewed().await;
    let number = "+44 1632 960123 (option 2)";
    app.set_attribute(30, "phone", AttributeValue::S(number.to_owned())).await;
    let put = put(&app, json!({"status": "RED"})).await;
    assert!(put.ok()["phone"].is_null());
    app.at(300);
    for (text, _) in seen(&app).await {
        let is_list = text.contains("typeId");
        assert_eq!(text.contains(number), is_list, "{text}");
    }
    let listed = app.list("id=30,20").by("reader").send().await;
    let phones = [0, 1].map(|number| listed.ok()["items"][number]["phone"].clone());
    assert_eq!(phones, [json!(number), Value::Null]);
}
