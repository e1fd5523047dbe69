//! PUT of a deadline: the order of its refusals, its conditions, and requests that are repeated.

use serde_json::{Value, json};

use super::{
    idempotency::replayed,
    update_deadline::{moved, red, start},
};
use crate::harness::{
    App, Call, Reply,
    faulty::{Fate, FaultyStore, Plan, with_others},
};

fn ninety() -> Value {
    json!({"resetStatusIn": 90})
}

#[tokio::test]
async fn refusals_come_in_the_order_of_the_contract() {
    let app = start().await;
    let used = moved(&app, ninety(), &red(&app).await).header("idempotency-key", "used");
    used.send().await.ok();
    let green = app.put(30, json!({"status": "GREEN"})).by("editor").send().await;
    let changes = app.history(30).await.len();
    let put = |id: u64, body: &str| app.put_deadline(id, Value::Null).body(body);
    let scope =
        |subject: &str| json!({"sub": subject, "token_use": "access", "scope": "capacity/read"});
    let large = "[".repeat(16_385);
    // Each step fixes what the previous step was refused for.
    let first = |id| put(id, &large).header("content-type", "text/plain");
    assert_eq!(first(60).send().await.refused(401), "UNAUTHENTICATED");
    assert_eq!(first(60).claims(scope("nobody")).send().await.refused(403), "SCOPE_MISSING");
    assert_eq!(first(60).by("nobody").send().await.refused(401), "USER_UNKNOWN");
    assert_eq!(first(60).by("reader").send().await.refused(404), "SERVICE_NOT_FOUND");
    assert_eq!(first(30).by("reader").send().await.refused(403), "NOT_PERMITTED");
    assert_eq!(first(30).by("editor").send().await.refused(413), "BODY_TOO_LARGE");
    let text = put(30, "[").header("content-type", "text/plain").by("editor");
    assert_eq!(text.send().await.refused(415), "UNSUPPORTED_MEDIA_TYPE");
    let put = |body: &str, key: &str| put(30, body).header("idempotency-key", key).by("editor");
    assert_eq!(put("[", "a key").send().await.refused(400), "MALFORMED_BODY");
    assert_eq!(put("{}", "a key").send().await.refused(400), "INVALID_IDEMPOTENCY_KEY");
    assert_eq!(put("{}", "used").send().await.refused(422), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(put("{}", "new").send().await.refused(428), "PRECONDITION_REQUIRED");
    let stale = put("{}", "new").header("if-match", "\"1-00000000\"");
    assert_eq!(stale.send().await.refused(412), "PRECONDITION_FAILED");
    let wrong = put("{}", "new").header("if-match", green.header("etag"));
    assert_eq!(wrong.send().await.refused(400), "VALIDATION_FAILED");
    let right = put(&ninety().to_string(), "new").header("if-match", green.header("etag"));
    assert_eq!(right.send().await.refused(409), "NO_DEADLINE");
    assert_eq!(app.history(30).await.len(), changes);
}

/// Nobody extends what they have not seen.
#[tokio::test]
async fn if_match_must_name_the_tag_of_the_status() {
    let app = start().await;
    let tag = red(&app).await;
    let without = app.put_deadline(30, ninety()).by("editor").send().await;
    assert_eq!(without.refused(428), "PRECONDITION_REQUIRED");
    let unquoted = tag.trim_matches('"');
    for none in ["", " ", ",", "*", " * ", "*,*", unquoted, "'a'", "w/\"a\"", "W/*", "\"a"] {
        let reply = moved(&app, ninety(), none).send().await;
        assert_eq!(reply.refused(428), "PRECONDITION_REQUIRED", "{none}");
    }
    let weak = format!("W/{tag}");
    for other in ["\"a\"", "\"a\", *", "*, \"a\"", "\"\"", "\"*\"", &weak, "\"2-00000000\""] {
        let reply = moved(&app, ninety(), other).send().await;
        assert_eq!(reply.refused(412), "PRECONDITION_FAILED", "{other}");
        assert_eq!(reply.header("etag"), tag);
    }
    assert_eq!(app.history(30).await.len(), 1);
    let list = format!("\"a\",, {weak}, {tag}");
    moved(&app, ninety(), &list).send().await.ok();
    let reply = moved(&app, ninety(), &list).send().await;
    assert_eq!(reply.refused(412), "PRECONDITION_FAILED");
}

#[tokio::test]
async fn if_none_match_must_hold_too() {
    let app = start().await;
    let tag = red(&app).await;
    let put = async |if_match: &str, if_none_match: &str| {
        moved(&app, ninety(), if_match).header("if-none-match", if_none_match).send().await
    };
    for current in ["*", &tag, &format!("W/{tag}")] {
        let reply = put(&tag, current).await;
        assert_eq!(reply.refused(412), "PRECONDITION_FAILED", "{current}");
        let detail = format!("If-None-Match names the current ETag {tag}; nothing was stored");
        assert_eq!(reply.body["detail"], detail);
    }
    assert_eq!(put("*", "*").await.refused(428), "PRECONDITION_REQUIRED");
    put(&tag, "\"1-00000000\"").await.ok();
}

#[tokio::test]
async fn of_two_writers_with_the_same_tag_one_wins() {
    let app = start().await;
    for round in 0..10 {
        let tag = red(&app).await;
        let changes = app.history(30).await.len();
        let update = app.put(30, json!({"status": "AMBER"})).by("first").header("if-match", &tag);
        let other = moved(&app, json!({"resetStatusIn": 30}), &tag);
        let replies = tokio::join!(moved(&app, ninety(), &tag).send(), update.send(), other.send());
        let mut statuses = [replies.0, replies.1, replies.2].map(|reply| reply.status.as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412], "{round}");
        assert_eq!(app.history(30).await.len(), changes + 1);
    }
}

/// Another writer comes between the read and the write: the new tag is not the one that the client has seen.
#[tokio::test]
async fn a_deadline_is_not_moved_for_a_status_that_changed_meanwhile() {
    let app = start().await;
    for (other, version) in [("GREEN", 2), ("RED", 4)] {
        let tag = red(&app).await;
        let (slow, _, mut turns) = FaultyStore::below(&app, None, |call| Plan {
            others_first: call.operation == "TransactWriteItems",
            fate: Fate::Passed,
        });
        let others = async || {
            app.put(30, json!({"status": other})).by("first").send().await.ok();
        };
        let put = with_others(moved(&slow, ninety(), &tag).send(), &mut turns, others).await;
        assert_eq!(put.refused(412), "PRECONDITION_FAILED");
        let get = app.get(30).by("reader").send().await;
        assert_eq!(
            (get.ok()["status"].as_str(), get.header("etag")),
            (Some(other), put.header("etag"))
        );
        assert_eq!(app.history(30).await.len(), version);
    }
}

fn keyed<'a>(app: &'a App, tag: &str) -> Call<'a> {
    moved(app, ninety(), tag).header("idempotency-key", "k-1")
}

fn assert_same(repeat: &Reply, first: &Reply) {
    assert!(replayed(repeat));
    assert_eq!(repeat.status, first.status);
    assert_eq!((&repeat.text, repeat.header("etag")), (&first.text, first.header("etag")));
}

#[tokio::test]
async fn a_replay_changes_nothing_and_returns_the_first_answer() {
    let app = start().await;
    let tag = red(&app).await;
    app.at(50);
    let first = keyed(&app, &tag).send().await;
    assert!(!replayed(&first) && first.ok()["resetDateTime"] == "2026-11-21T10:30:50Z");
    // Whatever happens in between: time, other deadlines, other updates, the deadline, its reset.
    for between in 0..6 {
        match between {
            1 => app.at(3_000),
            2 => {
                let other = json!({"resetStatusIn": 1});
                moved(&app, other, first.header("etag")).send().await.ok();
            }
            3 => drop(app.put(30, json!({"status": "GREEN"})).by("first").send().await),
            4 => drop(red(&app).await),
            5 => {
                app.at(20_000);
                assert_eq!(app.run_schedule().await.done, 1);
            }
            _ => {}
        }
        let changes = app.history(30).await.len();
        // The tag that the client has seen last does not matter for a replay.
        for tag in [&tag, "*", "\"9-00000000\""] {
            assert_same(&keyed(&app, tag).send().await, &first);
        }
        assert_eq!(app.history(30).await.len(), changes, "{between}");
    }
    let by_another = keyed(&app, &tag).by("reader").send().await;
    assert_eq!(by_another.refused(403), "NOT_PERMITTED");
}

/// Also for a body that both operations take.
#[tokio::test]
async fn a_key_is_valid_for_one_body_and_one_operation() {
    let app = start().await;
    let both = json!({"status": "RED", "resetStatusIn": 90});
    let update = |key| app.put(30, both.clone()).by("editor").header("idempotency-key", key);
    let deadline = |key, tag: &str| moved(&app, both.clone(), tag).header("idempotency-key", key);
    let red = update("u-1").send().await;
    let tag = red.header("etag");
    assert_eq!(deadline("u-1", tag).send().await.refused(422), "IDEMPOTENCY_KEY_REUSED");
    let first = deadline("d-1", tag).send().await;
    first.ok();
    assert_eq!(update("d-1").send().await.refused(422), "IDEMPOTENCY_KEY_REUSED");
    for other in [json!({"resetStatusIn": 91}), json!({"resetStatusIn": "90"}), json!({})] {
        let reply = moved(&app, other, tag).header("idempotency-key", "d-1").send().await;
        assert_eq!(reply.refused(422), "IDEMPOTENCY_KEY_REUSED");
    }
    assert_same(&deadline("d-1", tag).send().await, &first);
    assert_same(&update("u-1").send().await, &red);
    assert_eq!(app.history(30).await.len(), 2);
}

#[tokio::test]
async fn a_refused_request_does_not_use_its_key() {
    let app = start().await;
    let tag = red(&app).await;
    let keyed = |body, tag: &str| moved(&app, body, tag).header("idempotency-key", "k-1");
    keyed(ninety(), "*").send().await.refused(428);
    keyed(ninety(), "\"a\"").send().await.refused(412);
    keyed(json!({}), &tag).send().await.refused(400);
    let green = app.put(30, json!({"status": "GREEN"})).by("first").send().await;
    keyed(ninety(), green.header("etag")).send().await.refused(409);
    let tag = red(&app).await;
    assert!(!replayed(&keyed(json!({"resetStatusIn": 5}), &tag).send().await));
}

#[tokio::test]
async fn of_two_concurrent_repeats_one_is_applied_and_both_get_its_answer() {
    let app = start().await;
    for round in 0..10 {
        let tag = red(&app).await;
        let changes = app.history(30).await.len();
        let call = || {
            let key = format!("k-{round}");
            moved(&app, ninety(), &tag).header("idempotency-key", &key).send()
        };
        let (one, two) = tokio::join!(call(), call());
        assert_eq!((one.ok(), one.header("etag")), (two.ok(), two.header("etag")));
        assert!(replayed(&one) != replayed(&two), "{round}");
        assert_eq!(app.history(30).await.len(), changes + 1);
    }
}
