//! PUT: what an update stores and returns, and which of several writers wins.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use crate::harness::{NOW, World};

#[tokio::test]
async fn red_is_stored_with_its_deadline_and_its_history() {
    let app = World::family().start().await;
    let body =
        json!({"status": "red", "resetStatusIn": 45, "notes": "  two nurses away ", "colour": 1});
    let call = app.put(30, body).by("editor").header("x-request-id", "r1");
    let put = call.send().await;
    let expected = json!({
        "id": 30, "name": "Pharmacy, High Street", "status": "RED",
        "resetDateTime": "2026-11-21T09:45:00Z",
        "notes": "Capacity status set by Capacity Status API - two nurses away",
        "modifiedBy": "editor-name", "modifiedDate": "2026-11-21T09:00:00Z",
    });
    assert_eq!(*put.ok(), expected);

    let get = app.get(30).by("reader").send().await;
    assert_eq!((get.ok(), get.header("etag")), (&expected, put.header("etag")));
    assert_eq!(
        app.history(30).await,
        [json!({
            "serviceId": 30, "at": format!("{NOW:012}#000000000001"), "version": 1,
            "status": "RED", "previousStatus": "GREEN", "date": NOW, "resetDateTime": NOW + 45 * 60,
            "notes": "Capacity status set by Capacity Status API - two nurses away",
            "subject": "editor", "username": "editor-name", "cause": "update",
            "recordedAt": NOW, "requestId": "r1",
        })]
    );
    assert!(!app.row(30).await.contains_key("colour"));
}

#[tokio::test]
async fn an_update_to_green_removes_the_deadline_and_the_index_entry() {
    let app = World::family().start().await;
    app.put(30, json!({"status": "AMBER"})).by("editor").send().await.ok();
    assert!(app.row(30).await.contains_key("resetShard"));
    app.at(5);
    let put =
        app.put(30, json!({"status": "GREEN", "resetStatusIn": "7"})).by("editor").send().await;
    assert_eq!(
        *put.ok(),
        json!({
            "id": 30, "name": "Pharmacy, High Street", "status": "GREEN",
            "notes": "Capacity status set by Capacity Status API",
            "modifiedBy": "editor-name", "modifiedDate": "2026-11-21T09:00:05Z",
        })
    );
    let row = app.row(30).await;
    assert!(!row.contains_key("resetDateTime") && !row.contains_key("resetShard"));
}

#[tokio::test]
async fn an_update_with_reset_in_0_minutes_returns_green() {
    let app = World::family().start().await;
    for zero in ["0", "-0", "0.0e5", "\" -0 \""] {
        let body = format!(r#"{{"status": "RED", "resetStatusIn": {zero}, "notes": "x"}}"#);
        let put = app.put(30, json!(null)).body(&body).by("editor").send().await;
        let expected = json!({
            "id": 30, "name": "Pharmacy, High Street", "status": "GREEN",
            "modifiedBy": "automatic reset", "modifiedDate": "2026-11-21T09:00:00Z",
        });
        assert_eq!(*put.ok(), expected, "{zero}");
        let get = app.get(30).by("reader").send().await;
        assert_eq!((get.ok(), get.header("etag")), (&expected, put.header("etag")));
    }
}

#[tokio::test]
async fn an_update_after_the_deadline_stores_the_reset_too() {
    let app = World::family().start().await;
    app.put(30, json!({"status": "RED", "resetStatusIn": 1})).by("editor").send().await.ok();
    app.at(100);
    let put = app.put(30, json!({"status": "AMBER"})).by("editor").header("x-request-id", "r2");
    let put = put.send().await;
    assert!(put.header("etag").starts_with("\"3-"), "{}", put.header("etag"));
    let history = app.history(30).await;
    assert_eq!(history.len(), 3);
    assert_eq!(
        history[1],
        json!({
            "serviceId": 30, "at": format!("{:012}#000000000002", NOW + 60), "version": 2,
            "status": "GREEN", "previousStatus": "RED", "date": NOW + 60,
            "username": "automatic reset", "cause": "reset",
            "recordedAt": NOW + 100, "requestId": "r2",
        })
    );
    assert_eq!(history[2]["previousStatus"], "GREEN");
    assert_eq!(history[2]["version"], 3);
}

#[tokio::test]
async fn dates_never_decrease_although_clocks_differ() {
    let app = World::family().start().await;
    app.at(300);
    app.put(30, json!({"status": "GREEN"})).by("editor").send().await.ok();
    app.at(0);
    for minutes in [0, 1, 10] {
        let body = json!({"status": "RED", "resetStatusIn": minutes});
        let put = app.put(30, body).by("editor").send().await;
        // The deadline counts from this clock, but a reset cannot be dated before its update.
        let deadline = if minutes == 10 { "2026-11-21T09:10:00Z" } else { "2026-11-21T09:05:00Z" };
        assert_eq!(put.ok()["modifiedDate"], "2026-11-21T09:05:00Z");
        assert_eq!(put.body["resetDateTime"], deadline);
        let get = app.get(30).by("reader").send().await;
        assert_eq!((get.ok(), get.header("etag")), (put.ok(), put.header("etag")));
    }
}

#[tokio::test]
async fn if_match_allows_an_update_of_the_named_version_only() {
    let app = World::family().start().await;
    let red = json!({"status": "RED", "resetStatusIn": 10});
    let first = app.get(30).by("editor").send().await.header("etag").to_owned();
    let put = app.put(30, red.clone()).by("editor").header("if-match", &first).send().await;
    let second = put.header("etag").to_owned();

    for stale in [
        first.clone(),
        format!("W/{second}"),
        "\"\"".to_owned(),
        second.trim_matches('"').to_owned(),
        String::new(),
    ] {
        let reply = app
            .put(30, json!({"status": "GREEN"}))
            .by("editor")
            .header("if-match", &stale)
            .send()
            .await;
        assert_eq!(reply.refused(412), "PRECONDITION_FAILED", "{stale}");
        assert_eq!(reply.header("etag"), second);
    }
    assert_eq!(app.history(30).await.len(), 1);

    let list = format!("{first}, {second}");
    app.put(30, red.clone()).by("editor").header("if-match", &list).send().await.ok();
    let put = app.put(30, red.clone()).by("editor").header("if-match", "*").send().await;
    // After the deadline the old tag no longer matches, whether the reset is stored or not.
    app.at(600);
    let reply =
        app.put(30, red.clone()).by("editor").header("if-match", put.header("etag")).send().await;
    assert_eq!(reply.refused(412), "PRECONDITION_FAILED");
    app.put(30, red).by("editor").header("if-match", reply.header("etag")).send().await.ok();
    assert_eq!(app.history(30).await.len(), 5);
}

#[tokio::test]
async fn of_two_writers_with_the_same_tag_one_wins() {
    let app = World::family().start().await;
    let tag = app.get(30).by("editor").send().await.header("etag").to_owned();
    let write = |status| {
        let call = app.put(30, json!({"status": status})).by("editor").header("if-match", &tag);
        call.send()
    };
    let (red, amber) = tokio::join!(write("RED"), write("AMBER"));
    let mut statuses = [red.status.as_u16(), amber.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    assert_eq!(app.history(30).await.len(), 1);
}

#[tokio::test]
async fn without_a_tag_each_update_is_applied_on_the_newest_version() {
    let app = World::family().start().await;
    let write =
        |notes: u32| app.put(30, json!({"status": "RED", "notes": notes})).by("editor").send();
    // Each lost attempt means that another update won, so three writers need at most three attempts
    // each.
    let first = tokio::join!(write(1), write(2), write(3));
    let second = tokio::join!(write(4), write(5), write(6));
    for reply in [first.0, first.1, first.2, second.0, second.1, second.2] {
        reply.ok();
    }
    let history = app.history(30).await;
    let versions: Vec<_> = history.iter().map(|change| change["version"].as_u64()).collect();
    assert_eq!(versions, (1..=6).map(Some).collect::<Vec<_>>());
    let mut notes: Vec<_> = history.iter().map(|change| change["notes"].to_string()).collect();
    notes.sort();
    let expected =
        (1..=6).map(|number| format!("\"Capacity status set by Capacity Status API - {number}\""));
    assert_eq!(notes, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn an_existing_history_entry_is_never_overwritten() {
    let app = World::family().start().await;
    // The history entry already exists: no update can be stored until it is gone.
    let key = [
        ("serviceId", AttributeValue::N("30".into())),
        ("at", AttributeValue::S(format!("{NOW:012}#000000000001"))),
    ];
    let mut put = app.client.put_item().table_name(&app.tables.status_history);
    for (name, value) in key {
        put = put.item(name, value);
    }
    put.item("changeId", AttributeValue::S("0".repeat(36))).send().await.expect("an entry");
    let reply = app.put(30, json!({"status": "RED"})).by("editor").send().await;
    assert_eq!((reply.refused(503), reply.header("retry-after")), ("STORE_UNAVAILABLE", "1"));
    assert!(!app.row(30).await.contains_key("version"));
    assert_eq!(
        app.history(30).await,
        [json!({"serviceId": 30, "at": format!("{NOW:012}#000000000001")})]
    );
}
