//! GET …/history?at=: the status that readers saw at a time.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::{
    moved_deadlines::move_deadline,
    status_history::{at, put, versions},
};
use crate::harness::{App, World};

#[tokio::test]
async fn history_at_a_time_is_what_readers_saw_then() {
    let app = World::family().start().await;
    let mut shown = Vec::new();
    for seconds in 0..170 {
        match seconds {
            5 => put(&app, seconds, "RED", 10).await,
            30 => put(&app, seconds, "AMBER", 1).await,
            40 | 115 => {
                move_deadline(&app, seconds, 1).await.ok();
            }
            110 => put(&app, seconds, "RED", 10).await,
            120 => put(&app, seconds, "GREEN", 1).await,
            _ => app.at(seconds),
        }
        shown.push(app.get(30).by("reader").send().await.ok().clone());
    }
    for stored in [false, true] {
        for (seconds, expected) in (0_i64..).zip(&shown) {
            let reply = app.past(30, &format!("at={}", at(seconds))).by("reader").send().await;
            assert_eq!((reply.ok(), reply.header("etag")), (expected, ""), "{seconds} {stored}");
        }
        app.at(1000);
        app.run_schedule().await;
    }
}

#[tokio::test]
async fn a_service_never_updated_has_no_history_and_was_always_green() {
    let app = World::family().start().await;
    assert_eq!(versions(&app, "").await, [0; 0]);
    let reply = app.past(30, &format!("at={}", at(-86_400))).by("reader").send().await;
    assert_eq!(*reply.ok(), json!({"id": 30, "name": "Pharmacy, High Street", "status": "GREEN"}));
    for id in [50, 31] {
        let reply = app.past(id, "").by("reader").send().await;
        assert_eq!(reply.refused(404), "SERVICE_NOT_FOUND");
    }
}

/// History was lost, or restored to an earlier time than the services: what is left does not say what readers saw.
#[tokio::test]
async fn a_status_of_the_past_is_not_answered_from_a_history_that_lacks_it() {
    let app = World::family().start().await;
    put(&app, 0, "RED", 5).await;
    put(&app, 60, "AMBER", 5).await;
    let answer =
        async |seconds| app.past(30, &format!("at={}", at(seconds))).by("reader").send().await;
    assert_eq!(answer(60).await.ok()["status"], "AMBER");
    delete_last_change(&app).await;
    assert_eq!(answer(60).await.refused(503), "STORE_UNAVAILABLE");
    assert_eq!(answer(59).await.ok()["status"], "RED");
    delete_last_change(&app).await;
    for seconds in [-1, 0, 60] {
        assert_eq!(answer(seconds).await.refused(503), "STORE_UNAVAILABLE", "{seconds}");
    }
}

async fn delete_last_change(app: &App) {
    let history = app.history(30).await;
    let last = history.last().expect("a change")["at"].as_str().expect("a sort key");
    let delete = app.client.delete_item().table_name(&app.tables.status_history);
    let delete = delete.key("serviceId", AttributeValue::N("30".into()));
    delete.key("at", AttributeValue::S(last.into())).send().await.expect("a deletion");
}

/// The deadline passes of the change before the one that is lost. Its reset would have the same version, and was never
/// shown: an update or a moved deadline came first.
#[tokio::test]
async fn a_reset_does_not_stand_for_a_change_that_history_lacks() {
    for moves_deadline in [false, true] {
        let app = World::family().start().await;
        put(&app, 0, "RED", 1).await;
        if moves_deadline {
            move_deadline(&app, 30, 20).await.ok();
        } else {
            put(&app, 30, "RED", 20).await;
        }
        app.at(90);
        let answer = async || app.past(30, &format!("at={}", at(70))).by("reader").send().await;
        assert_eq!(answer().await.ok()["status"], "RED");
        delete_last_change(&app).await;
        assert_eq!(answer().await.refused(503), "STORE_UNAVAILABLE");
        let page = app.past(30, "").by("reader").send().await;
        assert_eq!(page.refused(503), "STORE_UNAVAILABLE");
    }
}
