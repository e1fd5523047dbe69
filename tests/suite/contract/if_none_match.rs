//! `If-None-Match` on an update: it is refused if the status has one of these entity tags.

use serde_json::{Value, json};

use crate::harness::{
    App, Call, Reply, World,
    faulty::{Fate, FaultyStore, Plan, with_others},
};

fn red(app: &App) -> Call<'_> {
    app.put(30, json!({"status": "RED", "resetStatusIn": 10})).by("editor")
}

async fn current(app: &App) -> String {
    app.get(30).by("reader").send().await.header("etag").to_owned()
}

/// Checks a 412: it says which condition failed, and names the current tag.
fn excluded(reply: &Reply, tag: &str) {
    assert_eq!(reply.refused(412), "PRECONDITION_FAILED");
    assert_eq!(reply.header("etag"), tag);
    let detail = format!("If-None-Match names the current ETag {tag}; nothing was stored");
    assert_eq!(reply.body["detail"], detail);
}

#[tokio::test]
async fn a_tag_that_the_status_has_refuses_an_update() {
    let app = World::family().start().await;
    let never = current(&app).await;
    let put = red(&app).send().await;
    let tag = put.header("etag");
    for named in [
        "*".to_owned(),
        "*, *".to_owned(),
        tag.to_owned(),
        format!("W/{tag}"),
        format!("{never}, W/{tag}"),
        format!("\"a,b\",,{tag}"),
        format!("no tag, {tag}"),
    ] {
        excluded(&red(&app).header("if-none-match", &named).send().await, tag);
        assert_eq!(app.history(30).await.len(), 1, "{named}");
    }
    assert_eq!(app.get(30).by("reader").send().await.ok(), put.ok());
}

/// A service that was never updated has a representation too: GREEN.
#[tokio::test]
async fn a_star_refuses_the_first_update_too() {
    let app = World::family().start().await;
    let tag = current(&app).await;
    excluded(&red(&app).header("if-none-match", "*").send().await, &tag);
    assert_eq!(app.history(30).await.len(), 0);
}

#[tokio::test]
async fn other_and_invalid_tags_do_not_hinder_an_update() {
    let app = World::family().start().await;
    let never = current(&app).await;
    let mut stored = 0;
    for other in ["\"9-00000000\"", "\"\"", "", ",", "9-00000000", "'*'", "W/*", "\"*\"", &never] {
        // The first update leaves the tag of the service without one behind.
        red(&app).send().await.ok();
        red(&app).header("if-none-match", other).send().await.ok();
        stored += 2;
        assert_eq!(app.history(30).await.len(), stored, "{other}");
    }
    let tag = current(&app).await;
    for invalid in [tag.trim_matches('"').to_owned(), format!("w/{tag}"), format!("x{tag}")] {
        red(&app).send().await.ok();
        red(&app).header("if-none-match", &invalid).send().await.ok();
    }
}

#[tokio::test]
async fn both_conditions_must_hold_and_if_match_is_judged_first() {
    let app = World::family().start().await;
    let old = current(&app).await;
    red(&app).send().await.ok();
    let tag = current(&app).await;
    let put = async |if_match: &str, if_none_match: &str| {
        let call = red(&app).header("if-match", if_match).header("if-none-match", if_none_match);
        call.send().await
    };
    for if_none_match in [&tag, "*"] {
        excluded(&put(&tag, if_none_match).await, &tag);
        excluded(&put("*", if_none_match).await, &tag);
    }
    for if_none_match in [&old, &tag, "*"] {
        let reply = put(&old, if_none_match).await;
        assert_eq!(reply.refused(412), "PRECONDITION_FAILED");
        let detail = reply.body["detail"].as_str().expect("a detail");
        assert!(detail.starts_with("the status has changed"), "{detail}");
    }
    assert_eq!(app.history(30).await.len(), 1);
    put(&tag, &old).await.ok();
    assert_eq!(app.history(30).await.len(), 2);
}

#[tokio::test]
async fn a_tag_ends_with_the_deadline_of_its_status() {
    let app = World::family().start().await;
    let put = red(&app).send().await;
    let tag = put.header("etag");
    app.at(599);
    excluded(&red(&app).header("if-none-match", tag).send().await, tag);
    app.at(600);
    let reset = current(&app).await;
    excluded(&red(&app).header("if-none-match", &reset).send().await, &reset);
    red(&app).header("if-none-match", tag).send().await.ok();
    // The first update, its reset, the second update.
    assert_eq!(app.history(30).await.len(), 3);
}

#[tokio::test]
async fn it_comes_after_the_body_and_a_replay_and_before_the_fields() {
    let app = World::family().start().await;
    let put = |body: &str| {
        let call = app.put(30, Value::Null).body(body).by("editor").header("if-none-match", "*");
        call.header("idempotency-key", "k-1")
    };
    assert_eq!(put("[").send().await.refused(400), "MALFORMED_BODY");
    assert_eq!(put("{}").send().await.refused(412), "PRECONDITION_FAILED");
    let body = r#"{"status": "RED"}"#;
    // A refused update does not use its key.
    put(body).send().await.refused(412);
    let call = app.put(30, Value::Null).body(body).by("editor").header("idempotency-key", "k-1");
    let first = call.send().await;
    let repeat = put(body).send().await;
    assert_eq!((repeat.ok(), repeat.header("idempotency-replayed")), (first.ok(), "true"));
    assert_eq!(put("{}").send().await.refused(422), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(app.history(30).await.len(), 1);
}

/// The condition is judged again on what another writer has stored meanwhile.
#[tokio::test]
async fn a_tag_that_the_status_gets_during_the_update_refuses_it() {
    // In another world the same update gets the same tag, so it is known before it is stored.
    let amber = json!({"status": "AMBER", "resetStatusIn": 5});
    let rehearsal = World::family().start().await;
    let tag = {
        let put = rehearsal.put(30, amber.clone()).by("editor").send().await;
        put.header("etag").to_owned()
    };
    let app = World::family().start().await;
    let (slow, _, mut turns) = FaultyStore::below(&app, None, |call| Plan {
        others_first: call.operation == "TransactWriteItems",
        fate: Fate::Passed,
    });
    let others = async || {
        let put = app.put(30, amber.clone()).by("editor").send().await;
        assert_eq!((put.ok()["status"].as_str(), put.header("etag")), (Some("AMBER"), &*tag));
    };
    let update = red(&slow).header("if-none-match", &tag).send();
    let update = with_others(update, &mut turns, others).await;
    excluded(&update, &tag);
    assert_eq!(app.history(30).await.len(), 1);
}
