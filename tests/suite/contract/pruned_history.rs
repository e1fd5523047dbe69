//! GET …/history of a service whose oldest changes are deleted.

use serde_json::{Value, json};

use crate::harness::{App, NOW, World, time};

/// Four changes: RED, its reset at second 60, AMBER, GREEN.
async fn changed_four_times() -> App {
    let app = World::family().start().await;
    for (seconds, status) in [(0, "RED"), (100, "AMBER"), (150, "GREEN")] {
        app.at(seconds);
        let body = json!({"status": status, "resetStatusIn": 1});
        app.put(30, body).by("editor").send().await.ok();
    }
    app.at(200);
    app
}

fn at(seconds: i64) -> String {
    time(NOW + seconds).to_string()
}

async fn versions(app: &App, query: &str) -> Vec<u64> {
    let reply = app.past(30, query).by("reader").send().await;
    let items = reply.ok()["items"].as_array().expect("items");
    items.iter().map(|item| item["version"].as_u64().expect("a version")).collect()
}

/// What the API says of each second, and the pages of all ranges of ten seconds.
async fn answers(app: &App, seconds: std::ops::Range<i64>) -> Vec<Value> {
    let mut answers = Vec::new();
    for second in seconds {
        let ten = format!("from={}&to={}", at(second), at(second + 10));
        for query in [format!("at={}", at(second)), ten] {
            answers.push(app.past(30, &query).by("reader").send().await.ok().clone());
        }
    }
    answers
}

#[tokio::test]
async fn a_time_before_the_oldest_change_left_is_410() {
    let app = changed_four_times().await;
    for (left, oldest) in [(2, 60), (3, 100), (4, 150)] {
        app.delete_changes_before(left, 30).await;
        for seconds in [-86_400, 0, oldest - 1] {
            let reply = app.past(30, &format!("at={}", at(seconds))).by("reader").send().await;
            assert_eq!(reply.refused(410), "HISTORY_PRUNED", "{seconds}");
            let oldest = at(oldest);
            assert_eq!(
                reply.body["detail"],
                format!(
                    "the history of that time was deleted; the oldest change left is of {oldest}"
                )
            );
        }
        app.past(30, &format!("at={}", at(oldest))).by("reader").send().await.ok();
    }
}

#[tokio::test]
async fn what_is_left_reads_as_before() {
    let app = changed_four_times().await;
    for (left, oldest) in [(2, 60), (3, 100), (4, 150)] {
        let before = answers(&app, oldest..170).await;
        app.delete_changes_before(left, 30).await;
        assert_eq!(answers(&app, oldest..170).await, before, "{left}");
    }
}

#[tokio::test]
async fn pages_end_with_the_oldest_change_left() {
    let app = changed_four_times().await;
    let first = app.past(30, "limit=1").by("reader").send().await;
    let next = first.ok()["next"].as_str().expect("a next page").to_owned();
    app.delete_changes_before(3, 30).await;
    assert_eq!(versions(&app, "").await, [4, 3]);
    assert_eq!(versions(&app, "limit=2").await, [4, 3]);
    assert_eq!(versions(&app, &format!("to={}", at(99))).await, [0; 0]);
    assert_eq!(versions(&app, &format!("cursor={next}")).await, [3]);
    app.delete_changes_before(4, 30).await;
    assert_eq!(versions(&app, &format!("cursor={next}")).await, [0; 0]);
}

/// The first change is left, so readers saw GREEN before it.
#[tokio::test]
async fn a_time_before_the_first_change_is_green() {
    let app = changed_four_times().await;
    let reply = app.past(30, &format!("at={}", at(-1))).by("reader").send().await;
    assert_eq!(*reply.ok(), json!({"id": 30, "name": "Pharmacy, High Street", "status": "GREEN"}));
}
