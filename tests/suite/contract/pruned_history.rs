//! GET …/history of a service whose oldest changes are deleted.

use serde_json::{Value, json};

use super::{
    moved_deadlines::move_deadline,
    status_history::{at, put, versions},
};
use crate::harness::{App, World};

/// Five changes: RED, its deadline moved from second 60 to 110, its reset, AMBER, GREEN.
async fn changed_five_times() -> App {
    let app = World::family().start().await;
    put(&app, 0, "RED", 1).await;
    move_deadline(&app, 50, 1).await.ok();
    put(&app, 120, "AMBER", 1).await;
    put(&app, 150, "GREEN", 1).await;
    app.at(200);
    app
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
    let app = changed_five_times().await;
    for (left, oldest) in [(2, 50), (3, 110), (5, 150)] {
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
    let app = changed_five_times().await;
    for (left, oldest) in [(2, 50), (3, 110), (5, 150)] {
        let before = answers(&app, oldest..170).await;
        app.delete_changes_before(left, 30).await;
        assert_eq!(answers(&app, oldest..170).await, before, "{left}");
    }
}

#[tokio::test]
async fn pages_end_with_the_oldest_change_left() {
    let app = changed_five_times().await;
    let first = app.past(30, "limit=1").by("reader").send().await;
    let next = first.ok()["next"].as_str().expect("a next page").to_owned();
    app.delete_changes_before(2, 30).await;
    assert_eq!(versions(&app, "").await, [5, 4, 3, 2]);
    assert_eq!(versions(&app, "limit=4").await, [5, 4, 3, 2]);
    assert_eq!(versions(&app, &format!("to={}", at(49))).await, [0; 0]);
    assert_eq!(versions(&app, &format!("cursor={next}")).await, [4, 3, 2]);
    app.delete_changes_before(5, 30).await;
    assert_eq!(versions(&app, &format!("cursor={next}")).await, [0; 0]);
}

/// The first change is left, so readers saw GREEN before it.
#[tokio::test]
async fn a_time_before_the_first_change_is_green() {
    let app = changed_five_times().await;
    let reply = app.past(30, &format!("at={}", at(-1))).by("reader").send().await;
    assert_eq!(*reply.ok(), json!({"id": 30, "name": "Pharmacy, High Street", "status": "GREEN"}));
}
