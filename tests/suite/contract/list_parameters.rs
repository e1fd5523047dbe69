//! The parameters of GET /services: which values are valid, and the errors for all others.

use crate::contract::list_services::{directory, set};

#[tokio::test]
async fn all_errors_of_list_parameters_are_reported_together() {
    let app = directory().await;
    let bad = [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=+5",
        "limit=%2B5",
        "limit=%205",
        "limit=x",
        "limit=",
        "limit=1.0",
        "limit=1&limit=1",
        "status=BLUE",
        "status=",
        "status=RED,",
        "status=RED&status=",
        "status=RED&status=BLUE",
        "region=1&region=1",
        "name=a&name=a",
        "cursor=a&cursor=a",
        "region=x",
        "region=",
        "region=0",
        "parentId=01",
        "id=",
        "id=1,,2",
        "id=x",
        "id=1&limit=2",
        "id=1&region=1",
        "id=1&cursor=x",
        "id=1&id=",
        "id=1&id=x",
        "id=1&id=2&region=1",
        "typeId=-1",
        "typeId=",
        "typeId=1234567890123456789",
        "name=",
        "name=%00",
        "name=a%1B",
        "name=%C2%AD%E2%80%8B",
        "name=%20",
        "name=%C2%A0%09",
        "name=%FF",
        "name=%C3",
        "name=%EF%BF%BD",
        "%FF=1",
        "editable=false",
        "editable=",
        "editable=TRUE",
        "id=1&editable=true",
        "overdue=false",
        "overdue=",
        "overdue=1",
        "overdue=true&overdue=true",
        "id=1&overdue=true",
        "resetBefore=",
        "resetBefore=60",
        "resetBefore=2026-11-21T10:00:00Z&resetBefore=2026-11-21T10:00:00Z",
        "id=1&resetBefore=2026-11-21T10:00:00Z",
        "colour=1",
        "Limit=5",
        "%00=1",
        "",
    ];
    for query in bad {
        let reply = app.list(query).by("lead").send().await;
        if query.is_empty() {
            reply.ok();
        } else {
            assert_eq!(reply.refused(400), "INVALID_QUERY", "{query}");
        }
    }
    let reply = app.list("limit=0&colour=1&region=x").by("lead").send().await;
    let detail = reply.body["detail"].as_str().expect("a detail");
    for name in ["limit", "colour", "region"] {
        assert!(detail.contains(name), "{detail}");
    }
}

/// A name filter may be as long as the limit allows, counted in characters.
#[tokio::test]
async fn a_name_filter_has_at_most_100_characters() {
    let app = directory().await;
    let part = |length| format!("name={}", "%C3%A9".repeat(length));
    app.list(&part(100)).by("lead").send().await.ok();
    assert_eq!(app.list(&part(101)).by("lead").send().await.refused(400), "INVALID_QUERY");
}

#[tokio::test]
async fn ids_and_statuses_may_be_repeated_or_separated_by_commas() {
    let app = directory().await;
    for (id, status) in [(111, "RED"), (112, "AMBER"), (113, "RED")] {
        set(&app, id, status, 60).await;
    }
    for query in ["id=214,111,7", "id=214&id=111&id=7", "id=214&id=111,7", "id=214,111&id=111,7"] {
        let page = app.list(query).by("lead").send().await;
        assert_eq!(page.ids(), [214, 111], "{query}");
        assert_eq!(page.body["missing"], serde_json::json!([7]), "{query}");
    }
    for query in ["status=RED&status=amber", "status=AMBER,RED", "status=RED&status=RED,AMBER"] {
        let mut ids = app.list(query).by("lead").send().await.ids();
        ids.sort_unstable();
        assert_eq!(ids, [111, 112, 113], "{query}");
    }
    let repeated = |count| (0..count).map(|_| "id=1").collect::<Vec<_>>().join("&");
    app.list(&repeated(100)).by("lead").send().await.ok();
    let one_more = app.list(&format!("{},1", repeated(100))).by("lead").send().await;
    assert_eq!(one_more.refused(400), "INVALID_QUERY");
}

/// A cursor has the statuses in a fixed order.
#[tokio::test]
async fn a_cursor_goes_with_its_statuses_in_either_form() {
    let app = directory().await;
    for id in [111, 112] {
        set(&app, id, "RED", 60).await;
    }
    let page = app.list("region=100&status=RED&status=GREEN&limit=1").by("lead").send().await;
    let next = page.ok()["next"].as_str().expect("a cursor");
    for same in ["status=GREEN,RED", "status=GREEN&status=RED"] {
        app.list(&format!("region=100&{same}&cursor={next}")).by("lead").send().await.ok();
    }
    let other = app.list(&format!("region=100&status=GREEN&cursor={next}")).by("lead").send().await;
    assert_eq!(other.refused(400), "INVALID_CURSOR");
}
