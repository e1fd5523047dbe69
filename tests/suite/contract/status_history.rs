//! GET …/history: the changes page by page.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::harness::{App, NOW, World, time};

pub(super) fn at(seconds: i64) -> String {
    time(NOW + seconds).to_string()
}

pub(super) async fn put(app: &App, seconds: i64, status: &str, minutes: u32) {
    app.at(seconds);
    let body = json!({"status": status, "resetStatusIn": minutes, "notes": seconds});
    app.put(30, body).by("editor").send().await.ok();
}

/// GREEN → RED (10 min) → AMBER (1 min) → reset → RED (1 min) → reset. The last reset is not
/// stored.
async fn eventful() -> App {
    let app = World::family().start().await;
    put(&app, 0, "RED", 10).await;
    put(&app, 30, "AMBER", 1).await;
    put(&app, 100, "RED", 1).await;
    app.at(200);
    app
}

async fn items(app: &App, query: &str) -> Vec<Value> {
    let reply = app.past(30, query).by("reader").send().await;
    reply.ok()["items"].as_array().expect("items").clone()
}

pub(super) async fn versions(app: &App, query: &str) -> Vec<u64> {
    let items = items(app, query).await;
    items.iter().map(|item| item["version"].as_u64().expect("a version")).collect()
}

#[tokio::test]
async fn history_is_newest_first_and_includes_resets() {
    let app = eventful().await;
    let update = |version: u64, status, previous: &str, seconds: i64, deadline: i64| {
        json!({
            "version": version, "cause": "update", "status": status, "previousStatus": previous,
            "resetDateTime": at(deadline),
            "notes": format!("Capacity status set by Capacity Status API - {seconds}"),
            "modifiedBy": "editor-name", "modifiedDate": at(seconds),
        })
    };
    let reset = |version: u64, previous: &str, deadline: i64| {
        json!({
            "version": version, "cause": "reset", "status": "GREEN", "previousStatus": previous,
            "modifiedBy": "automatic reset", "modifiedDate": at(deadline),
        })
    };
    let expected = [
        reset(5, "RED", 160),
        update(4, "RED", "GREEN", 100, 160),
        reset(3, "AMBER", 90),
        update(2, "AMBER", "RED", 30, 90),
        update(1, "RED", "GREEN", 0, 600),
    ];
    assert_eq!(items(&app, "").await, expected);
    let reply = app.past(30, "").by("reader").send().await;
    assert_eq!(reply.body["next"], Value::Null);
    assert_eq!(reply.header("link"), "");
}

#[tokio::test]
async fn a_resets_entry_appears_with_its_deadline() {
    let app = World::family().start().await;
    put(&app, 0, "RED", 1).await;
    app.at(59);
    assert_eq!(versions(&app, "").await, [1]);
    app.at(60);
    assert_eq!(versions(&app, "").await, [2, 1]);
}

#[tokio::test]
async fn pages_of_any_size_list_every_change_once() {
    let app = eventful().await;
    for limit in 1..=6 {
        let (mut met, mut query) = (Vec::new(), format!("limit={limit}"));
        let mut pages = 0;
        loop {
            let reply = app.past(30, &query).by("reader").send().await;
            let items = reply.ok()["items"].as_array().expect("items").clone();
            assert!(items.len() <= limit);
            met.extend(items.iter().map(|item| item["version"].as_u64().expect("a version")));
            pages += 1;
            let Some(next) = reply.body["next"].as_str() else { break };
            assert_eq!(
                reply.header("link"),
                format!("<?limit={limit}&cursor={next}>; rel=\"next\"")
            );
            query = format!("limit={limit}&cursor={next}");
        }
        assert_eq!((met, pages), (vec![5, 4, 3, 2, 1], 5_usize.div_ceil(limit)), "{limit}");
    }
}

#[tokio::test]
async fn a_reset_stored_between_two_pages_is_listed_once() {
    let app = eventful().await;
    for limit in 1..=5 {
        let first = app.past(30, &format!("limit={limit}")).by("reader").send().await;
        let Some(next) = first.ok()["next"].as_str() else { continue };
        app.at(1000);
        app.run_schedule().await;
        app.at(200);
        let rest = versions(&app, &format!("cursor={next}")).await;
        assert_eq!(rest, (1..=5 - limit).rev().collect::<Vec<_>>());
    }
}

/// A query is isolated only by item: of a reset and an update in one transaction it may find the
/// update alone.
#[tokio::test]
async fn history_shows_a_reset_that_the_query_missed() {
    let app = eventful().await;
    let whole = items(&app, "").await;
    let key = ("at", AttributeValue::S(format!("{:012}#000000000003", NOW + 90)));
    let delete = app.client.delete_item().table_name(&app.tables.status_history);
    let delete = delete.key("serviceId", AttributeValue::N("30".into())).key(key.0, key.1);
    delete.send().await.expect("a deletion");
    assert_eq!(app.history(30).await.len(), 3);
    assert_eq!(items(&app, "").await, whole);
    for limit in 1..=4 {
        let first = app.past(30, &format!("limit={limit}")).by("reader").send().await;
        let next = first.ok()["next"].as_str().expect("a next page").to_owned();
        assert_eq!(first.body["items"], json!(whole[..limit]));
        assert_eq!(items(&app, &format!("limit=100&cursor={next}")).await, whole[limit..]);
    }
}

#[tokio::test]
async fn a_time_range_includes_the_changes_at_both_ends() {
    let app = eventful().await;
    for (query, expected) in [
        (format!("from={}", at(160)), vec![5]),
        (format!("from={}", at(161)), vec![]),
        (format!("from={}", at(101)), vec![5]),
        (format!("to={}", at(159)), vec![4, 3, 2, 1]),
        (format!("to={}", at(99)), vec![3, 2, 1]),
        (format!("to={}", at(89)), vec![2, 1]),
        (format!("from={}&to={}", at(30), at(90)), vec![3, 2]),
        (format!("from={}&to={}", at(31), at(89)), vec![]),
        (format!("to={}", at(-1)), vec![]),
        (format!("from={}", at(-1)), vec![5, 4, 3, 2, 1]),
    ] {
        assert_eq!(versions(&app, &query).await, expected, "{query}");
    }
    let first = app.past(30, &format!("limit=1&from={}", at(30))).by("reader").send().await;
    let next = first.ok()["next"].as_str().expect("a next page").to_owned();
    assert_eq!(versions(&app, &format!("cursor={next}")).await, [4, 3, 2]);
}

#[tokio::test]
async fn all_errors_of_a_query_are_reported_together() {
    let app = eventful().await;
    let (now, later) = (at(200), at(201));
    app.past(30, &format!("at={now}")).by("reader").send().await.ok();
    for query in [
        format!("at={later}"),
        format!("at={now}&limit=5"),
        format!("from={later}&to={now}"),
        "from=yesterday".to_owned(),
        "to=2026-11-21".to_owned(),
        "at=2026-11-21T09:00:00+00:00".to_owned(),
        "at=2026-13-21T09:00:00Z".to_owned(),
        "at=".to_owned(),
        "limit=0".to_owned(),
        "limit=101".to_owned(),
        "sort=up".to_owned(),
        "limit=1&limit=2".to_owned(),
    ] {
        let reply = app.past(30, &query).by("reader").send().await;
        assert_eq!(reply.refused(400), "INVALID_QUERY", "{query}");
    }
    let reply = app.past(30, "limit=x&from=y&colour=red").by("reader").send().await;
    assert_eq!(
        reply.body["detail"],
        "\"colour\" is not a parameter of this operation; \
         \"from\" must be a time with its offset, such as 2026-11-21T09:05:00Z or \
         2026-11-21T10:05:00+01:00; write + as %2B in a URL; \
         \"limit\" must be a whole number from 1 to 100"
    );
    assert_eq!(reply.body["instance"], "/services/30/capacitystatus/history");
}

#[tokio::test]
async fn a_cursor_is_valid_for_its_own_service_and_time_range_only() {
    let app = eventful().await;
    let first = app.past(30, &format!("limit=1&to={}", at(150))).by("reader").send().await;
    let next = first.ok()["next"].as_str().expect("a next page").to_owned();
    app.past(30, &format!("cursor={next}&to={}", at(150))).by("reader").send().await.ok();
    let refused = async |id: u64, query: String| {
        let reply = app.past(id, &query).by("reader").send().await;
        assert_eq!(reply.refused(400), "INVALID_CURSOR", "{query}");
    };
    refused(20, format!("cursor={next}")).await;
    refused(30, format!("cursor={next}&to={}", at(151))).await;
    refused(30, format!("cursor={next}&from={}", at(0))).await;
    refused(30, format!("cursor={}", &next[1..])).await;
    refused(30, "cursor=".to_owned()).await;
    let list = app.list("limit=1").by("reader").send().await;
    let of_a_list = list.ok()["next"].as_str().expect("a next page").to_owned();
    refused(30, format!("cursor={of_a_list}")).await;
    let reply = app.list(&format!("cursor={next}")).by("reader").send().await;
    assert_eq!(reply.refused(400), "INVALID_CURSOR");
}
