//! The parameters of GET /services: which values are valid, and the errors for all others.

use crate::contract::list_services::directory;

#[tokio::test]
async fn all_errors_of_list_parameters_are_reported_together() {
    let app = directory().await;
    let bad = [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=+5",
        "limit=x",
        "limit=",
        "limit=1.0",
        "limit=1&limit=1",
        "status=BLUE",
        "status=",
        "status=RED,",
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
        "id=1&id=2",
        "typeId=-1",
        "typeId=",
        "typeId=1234567890123456789",
        "name=",
        "changedSince=yesterday",
        "changedSince=2026-11-21",
        "changedSince=2026-11-21T09:00:00.5Z",
        "changedSince=2026-02-29T09:00:00Z",
        "changedSince=",
        "editable=false",
        "editable=",
        "editable=TRUE",
        "id=1&editable=true",
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
