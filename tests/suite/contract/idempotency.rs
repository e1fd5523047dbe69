//! `Idempotency-Key`: a repeated update is applied once.

use serde_json::{Value, json};

use crate::harness::{
    App, Reply, World,
    faulty::{Fate, FaultyStore, Plan, with_others},
};

const DAY: i64 = 24 * 60 * 60;

pub(super) async fn put(app: &App, key: &str, body: &str) -> Reply {
    app.put(30, Value::Null).body(body).by("editor").header("idempotency-key", key).send().await
}

pub(super) fn replayed(reply: &Reply) -> bool {
    reply.header("idempotency-replayed") == "true"
}

#[tokio::test]
async fn a_replay_changes_nothing_and_returns_the_first_answer() {
    let app = World::family().start().await;
    let body = r#"{"status": "RED", "resetStatusIn": 5, "notes": "full"}"#;
    let first = put(&app, "k-1", body).await;
    assert!(!replayed(&first) && first.ok()["status"] == "RED");
    // Whatever happens in between: other updates, the deadline, a new name in the directory.
    for between in 0..4 {
        match between {
            1 => drop(app.put(30, json!({"status": "GREEN"})).by("editor").send().await),
            2 => app.at(1000),
            3 => {
                let csv = "id,name,typeId,parentId,town,postcode,odsCode,active\n\
                           30,Renamed,13,20,,,,true\n";
                capacityctl::services::import(&app.directory(), csv.as_bytes())
                    .await
                    .expect("an import");
            }
            _ => {}
        }
        let changes = app.history(30).await.len();
        let repeat = put(&app, "k-1", body).await;
        assert!(replayed(&repeat), "{between}");
        assert_eq!((repeat.ok(), repeat.header("etag")), (first.ok(), first.header("etag")));
        assert_eq!(app.history(30).await.len(), changes, "{between}");
    }
}

#[tokio::test]
async fn a_replay_of_an_update_with_reset_in_0_minutes_returns_the_same_green() {
    let app = World::family().start().await;
    let body = r#"{"status": "RED", "resetStatusIn": 0}"#;
    let first = put(&app, "k-1", body).await;
    app.at(50);
    let repeat = put(&app, "k-1", body).await;
    assert!(replayed(&repeat));
    assert_eq!((repeat.ok(), repeat.header("etag")), (first.ok(), first.header("etag")));
    assert_eq!(repeat.body["status"], "GREEN");
}

#[tokio::test]
async fn a_body_is_the_same_whatever_its_spaces_and_order() {
    let app = World::family().start().await;
    let first = r#"{"status": "RED", "resetStatusIn": 5, "x": [1, {"a": null, "b": "c"}]}"#;
    put(&app, "k-1", first).await.ok();
    let same = [first, r#"{"x":[1,{"b":"\u0063","a":null}],"resetStatusIn":5,"status":"RED"}"#];
    for body in same {
        assert!(replayed(&put(&app, "k-1", body).await), "{body}");
    }
    for other in [
        r#"{"status": "AMBER", "resetStatusIn": 5, "x": [1, {"a": null, "b": "c"}]}"#,
        r#"{"status": "RED", "resetStatusIn": 6, "x": [1, {"a": null, "b": "c"}]}"#,
        r#"{"status": "RED", "resetStatusIn": "5", "x": [1, {"a": null, "b": "c"}]}"#,
        r#"{"status": "RED", "resetStatusIn": 5}"#,
        r#"{"status": "RED", "resetStatusIn": 5, "x": [[1], {"a": null, "b": "c"}]}"#,
        r#"{"status": "RED", "resetStatusIn": 5, "x": [1, {"a": false, "b": "c"}]}"#,
        r#"{"status": "BLUE"}"#,
        "{}",
    ] {
        let reply = put(&app, "k-1", other).await;
        assert_eq!(reply.refused(422), "IDEMPOTENCY_KEY_REUSED", "{other}");
    }
    assert_eq!(app.history(30).await.len(), 1);
}

#[tokio::test]
async fn a_replay_is_answered_before_conditions_and_fields_are_checked() {
    let app = World::family().start().await;
    let tag = app.get(30).by("editor").send().await.header("etag").to_owned();
    let call = || {
        let call = app.put(30, json!({"status": "RED"})).by("editor");
        call.header("idempotency-key", "k-1").header("if-match", &tag).send()
    };
    assert!(!replayed(&call().await));
    // Without the key this would be a 412 that does not say whether the update was stored.
    let repeat = call().await;
    assert!(replayed(&repeat) && repeat.ok()["status"] == "RED");
    // Authorisation and body are checked before the key.
    let call = |subject, body| {
        app.put(30, Value::Null).body(body).by(subject).header("idempotency-key", "k-1").send()
    };
    assert_eq!(call("reader", "{\"status\": \"RED\"}").await.refused(403), "NOT_PERMITTED");
    assert_eq!(call("editor", "[]").await.refused(400), "MALFORMED_BODY");
}

#[tokio::test]
async fn a_key_belongs_to_one_caller_and_one_service() {
    let app = World::family().editor("second", &[20]).start().await;
    let body = json!({"status": "RED"});
    for (subject, id) in [("editor", 30), ("second", 30), ("editor", 20)] {
        let call = app.put(id, body.clone()).by(subject).header("idempotency-key", "k-1");
        assert!(!replayed(&call.send().await), "{subject} {id}");
    }
    assert!(!replayed(&put(&app, "k-2", &body.to_string()).await));
    assert_eq!(app.history(30).await.len(), 3);
}

#[tokio::test]
async fn a_key_is_valid_for_exactly_one_day() {
    let app = World::family().start().await;
    let body = r#"{"status": "AMBER"}"#;
    put(&app, "k-1", body).await.ok();
    app.at(DAY - 1);
    assert!(replayed(&put(&app, "k-1", body).await));
    app.at(DAY);
    assert!(!replayed(&put(&app, "k-1", r#"{"status": "GREEN"}"#).await));
    app.at(2 * DAY - 1);
    assert!(replayed(&put(&app, "k-1", r#"{"status": "GREEN"}"#).await));
}

#[tokio::test]
async fn a_refused_update_does_not_use_its_key() {
    let app = World::family().start().await;
    assert_eq!(put(&app, "k-1", r#"{"status": "BLUE"}"#).await.refused(400), "VALIDATION_FAILED");
    let stale = app.put(30, json!({"status": "RED"})).by("editor").header("if-match", "\"9-0\"");
    stale.header("idempotency-key", "k-1").send().await.refused(412);
    assert!(!replayed(&put(&app, "k-1", r#"{"status": "RED"}"#).await));
}

#[tokio::test]
async fn of_two_concurrent_repeats_one_is_applied_and_both_get_its_answer() {
    let app = World::family().start().await;
    for round in 0..20 {
        let (key, body) =
            (format!("k-{round}"), json!({"status": "RED", "notes": round}).to_string());
        let (one, two) = tokio::join!(put(&app, &key, &body), put(&app, &key, &body));
        assert_eq!((one.ok(), one.header("etag")), (two.ok(), two.header("etag")));
        assert!(replayed(&one) != replayed(&two), "{round}");
        assert_eq!(app.history(30).await.len(), round + 1);
    }
}

/// A client repeats an update without waiting, while the first attempt loses to other writers.
/// "Conflict" would wrongly say that nothing was stored.
#[tokio::test]
async fn an_update_that_loses_to_its_own_repeat_returns_the_answer_of_the_repeat() {
    let app = World::family().start().await;
    let (slow, _, mut turns) = FaultyStore::below(&app, None, |call| Plan {
        others_first: call.operation == "TransactWriteItems",
        fate: Fate::Passed,
    });
    let body = r#"{"status": "RED", "notes": "own"}"#;
    let mut turn = 0;
    let mut repeat = None;
    let others = async || {
        turn += 1;
        if turn < 5 {
            app.put(30, json!({"status": "AMBER"})).by("editor").send().await.ok();
        } else {
            repeat = Some(put(&app, "k-1", body).await);
        }
    };
    let first = with_others(put(&slow, "k-1", body), &mut turns, others).await;
    let repeat = repeat.expect("a fifth turn");
    assert_eq!((first.ok(), first.header("etag")), (repeat.ok(), repeat.header("etag")));
    assert!(replayed(&first) && !replayed(&repeat));
    assert_eq!(app.history(30).await.len(), 5);
}

/// A limit of keys. A passing deadline writes nothing, so it does not stop an attempt in flight
/// whose repeat was refused by `If-Match`.
#[tokio::test]
async fn a_sending_without_an_answer_may_land_after_a_deadline_that_refused_its_repeat() {
    let app = World::family().start().await;
    let red = app.put(30, json!({"status": "RED", "resetStatusIn": 1})).by("editor").send().await;
    let (slow, store, _) = FaultyStore::below(&app, None, |call| match call.number {
        0 => Fate::Passed.into(),
        1 => Fate::HeldBack(9).into(),
        _ => Fate::TimedOut.into(),
    });
    let send = async |app: &App| {
        let call = app.put(30, json!({"status": "AMBER"})).by("editor");
        let call = call.header("idempotency-key", "k-1").header("if-match", red.header("etag"));
        call.send().await
    };
    assert_eq!(send(&slow).await.refused(503), "STORE_UNAVAILABLE");
    app.at(60);
    let refused = send(&app).await;
    assert_eq!(refused.refused(412), "PRECONDITION_FAILED");
    store.release().await;
    // The client can find out: the key gives a replay, and a GET another tag than the refusal's.
    assert!(replayed(&send(&app).await));
    let get = app.get(30).by("reader").send().await;
    assert_eq!(get.ok()["status"], "AMBER");
    assert_ne!(get.header("etag"), refused.header("etag"));
}
