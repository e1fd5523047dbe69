//! PUT while other writers change the service between its read and its write.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::conditional_writes::import;
use crate::harness::{
    App, Call, Reply, World,
    faulty::{Fate, FaultyStore, Plan, StoreCall, with_others},
};

/// Other writers have their turn before each transaction.
fn before_each_write(call: &StoreCall) -> Plan {
    Plan { others_first: call.operation == "TransactWriteItems", fate: Fate::Passed }
}

/// Each transaction is cancelled, and other writers have their turn before the update reads again.
fn before_the_reload(call: &StoreCall) -> Plan {
    let cancelled = call.operation == "TransactWriteItems";
    let fate = if cancelled { Fate::Cancelled("TransactionConflict") } else { Fate::Passed };
    Plan { others_first: call.operation == "TransactGetItems", fate }
}

/// An update before which other writers write, between its read and its write, at most that many times.
async fn update_after_others(app: &App, times: u32) -> Reply {
    let (slow, _, mut turns) = FaultyStore::below(app, None, before_each_write);
    let mut left = times;
    let others = async || {
        if left > 0 {
            left -= 1;
            let body = json!({"status": "AMBER", "notes": format!("other {left}")});
            app.put(30, body).by("editor").send().await.ok();
        }
    };
    let own = slow.put(30, json!({"status": "RED", "notes": "own"})).by("editor");
    with_others(own.send(), &mut turns, others).await
}

#[tokio::test]
async fn an_update_that_loses_to_others_five_times_is_a_conflict() {
    let app = World::family().start().await;
    let reply = update_after_others(&app, 5).await;
    assert_eq!((reply.refused(409), reply.header("retry-after")), ("CONFLICT", "1"));
    let history = app.history(30).await;
    assert_eq!(history.len(), 5);
    assert!(history.iter().all(|change| change["status"] == "AMBER"), "{history:?}");
    assert_eq!(app.get(30).by("reader").send().await.ok()["status"], "AMBER");
}

#[tokio::test]
async fn an_update_that_loses_to_others_four_times_is_applied_at_the_fifth_attempt() {
    let app = World::family().start().await;
    let reply = update_after_others(&app, 4).await;
    assert_eq!(reply.ok()["status"], "RED");
    assert!(reply.header("etag").starts_with("\"5-"), "{}", reply.header("etag"));
    let history = app.history(30).await;
    assert_eq!(history.len(), 5);
    assert_eq!(
        (&history[4]["status"], &history[4]["previousStatus"]),
        (&json!("RED"), &json!("AMBER"))
    );
}

/// The first sending is still under way when the second is cancelled, and is applied just before the third.
/// Another transaction would then be a second update.
#[tokio::test]
async fn an_update_that_may_still_be_applied_is_sent_again_as_the_same_transaction() {
    let app = World::family().start().await;
    let mut sent = 0;
    let (slow, _, _) = FaultyStore::below(&app, None, move |call| {
        sent += u32::from(call.operation == "TransactWriteItems");
        match (call.operation.as_str(), sent) {
            // The calls until then: the second sending, the reload, the third sending.
            ("TransactWriteItems", 1) => Fate::HeldBack(3).into(),
            ("TransactWriteItems", 2) => Fate::Cancelled("TransactionConflict").into(),
            _ => Fate::Passed.into(),
        }
    });
    let reply = slow.put(30, json!({"status": "RED"})).by("editor").send().await;
    assert_eq!(reply.ok()["status"], "RED");
    assert_eq!(app.history(30).await.len(), 1);
}

/// The first sending is still under way when the service moves, and the service is back before that sending arrives.
/// Another transaction, built for the other place, would not prevent it.
#[tokio::test]
async fn an_update_is_applied_once_though_the_service_moves_away_and_back() {
    let app = World::family().editor("both", &[20, 40]).start().await;
    let (slow, store, mut turns) = FaultyStore::below(&app, None, |call| match call.number {
        // The calls until then: the second sending, the reload, the third sending, and what follows it.
        1 => Fate::HeldBack(4).into(),
        // The second and the third sending: before them, the service moves.
        2 | 4 => Plan { others_first: true, fate: Fate::Passed },
        _ => Fate::Passed.into(),
    });
    let mut parents = [40, 20].into_iter();
    let others = async || {
        let parent = parents.next().expect("two moves");
        import(&app, &format!("30,Pharmacy,13,{parent},,,,true")).await;
    };
    let own = slow.put(30, json!({"status": "RED"})).by("both").send();
    assert_eq!(with_others(own, &mut turns, others).await.ok()["status"], "RED");
    assert_eq!(
        store.counts()[&("TransactWriteItems".into(), "no answer in time, applied later")],
        1
    );
    store.release().await;
    assert_eq!(app.history(30).await.len(), 1);
}

/// A service that was moved can come back, and then a sending of this update may be applied.
#[tokio::test]
async fn an_update_that_may_still_be_applied_is_not_decided_again_for_a_moved_service() {
    let app = World::family().editor("both", &[20, 40]).start().await;
    let (slow, _, mut turns) = FaultyStore::below(&app, None, before_each_write);
    let others = async || import(&app, "30,Pharmacy,13,40,,,,true").await;
    let own = slow.put(30, json!({"status": "RED"})).by("both").send();
    let reply = with_others(own, &mut turns, others).await;
    assert_eq!(reply.refused(503), "STORE_UNAVAILABLE");
    assert_eq!(app.history(30).await.len(), 0);
}

/// The first attempt is still on its way when the caller loses the right: it may yet be applied, so
/// a refusal, which says that nothing was stored, would not be true.
#[tokio::test]
async fn an_update_that_may_still_be_applied_is_not_refused_for_a_revoked_right() {
    let app = World::family().start().await;
    let (slow, _, mut turns) = FaultyStore::below(&app, None, before_the_reload);
    let others = async || app.permit("editor", false).await;
    let own = slow.put(30, json!({"status": "RED"})).by("editor").send();
    let reply = with_others(own, &mut turns, others).await;
    assert_eq!(reply.refused(503), "STORE_UNAVAILABLE");
}

/// The same, when the service is closed meanwhile: it can be opened again.
#[tokio::test]
async fn an_update_that_may_still_be_applied_is_not_refused_for_a_closed_service() {
    let app = World::family().start().await;
    let (slow, _, mut turns) = FaultyStore::below(&app, None, before_the_reload);
    let others = async || {
        let update = app.client.update_item().table_name(&app.tables.services);
        let update = update.key("id", AttributeValue::N("30".into()));
        let update = update.update_expression("SET active = :no");
        let update = update.expression_attribute_values(":no", AttributeValue::Bool(false));
        update.send().await.expect("an update");
    };
    let own = slow.put(30, json!({"status": "RED"})).by("editor").send();
    let reply = with_others(own, &mut turns, others).await;
    assert_eq!(reply.refused(503), "STORE_UNAVAILABLE");
    let late = app.put(30, json!({"status": "RED"})).by("editor").send().await;
    assert_eq!(late.refused(404), "SERVICE_NOT_FOUND");
}

/// Another update has taken the version that this one was built on: it can never be applied.
#[tokio::test]
async fn an_update_that_cannot_be_applied_any_more_is_refused_for_a_revoked_right() {
    let app = World::family().editor("colleague", &[30]).start().await;
    let (slow, _, mut turns) = FaultyStore::below(&app, None, before_each_write);
    let others = async || {
        app.put(30, json!({"status": "AMBER"})).by("colleague").send().await.ok();
        app.permit("editor", false).await;
    };
    let own = slow.put(30, json!({"status": "RED"})).by("editor").send();
    assert_eq!(with_others(own, &mut turns, others).await.refused(403), "NOT_PERMITTED");
    assert_eq!(app.history(30).await.len(), 1);
}

/// The client has sent the update twice under one key. The other request stores it, then the right is revoked.
#[tokio::test]
async fn an_update_that_its_own_repeat_has_stored_is_not_refused_for_a_revoked_right() {
    let app = World::family().start().await;
    let (slow, _, mut turns) = FaultyStore::below(&app, None, before_each_write);
    fn update(app: &App) -> Call<'_> {
        app.put(30, json!({"status": "RED"})).by("editor").header("idempotency-key", "k-1")
    }
    let others = async || {
        update(&app).send().await.ok();
        app.permit("editor", false).await;
    };
    let reply = with_others(update(&slow).send(), &mut turns, others).await;
    assert_eq!(reply.refused(503), "STORE_UNAVAILABLE");
    assert_eq!(app.history(30).await.len(), 1);
}

/// Nobody else has changed the service: a sending of this update may still be applied, so "conflict", which
/// says that nothing was stored, would not be true.
#[tokio::test]
async fn an_update_that_is_cancelled_five_times_on_the_same_version_is_not_a_conflict() {
    let app = World::family().start().await;
    let (slow, _, _) = FaultyStore::below(&app, None, |call| match call.operation.as_str() {
        "TransactWriteItems" => Fate::Cancelled("TransactionConflict").into(),
        _ => Fate::Passed.into(),
    });
    let reply = slow.put(30, json!({"status": "RED"})).by("editor").send().await;
    assert_eq!(reply.refused(503), "STORE_UNAVAILABLE");
}

/// The first attempt is applied but gets no answer, so the second is cancelled. Before the service
/// is read again, the caller loses the right.
#[tokio::test]
async fn a_stored_update_is_not_refused_for_a_right_revoked_afterwards() {
    let app = World::family().start().await;
    let mut sent = 0;
    let (slow, _, mut turns) = FaultyStore::below(&app, None, move |call| {
        let transaction = call.operation == "TransactWriteItems";
        sent += u32::from(transaction);
        let fate = match (transaction, sent) {
            (true, 1) => Fate::AnswerLost,
            (true, 2) => Fate::Cancelled("TransactionConflict"),
            _ => Fate::Passed,
        };
        Plan { others_first: !transaction && sent == 2, fate }
    });
    let others = async || app.permit("editor", false).await;
    let own = slow.put(30, json!({"status": "RED"})).by("editor").send();
    assert_eq!(with_others(own, &mut turns, others).await.ok()["status"], "RED");
    assert_eq!(app.history(30).await.len(), 1);
    let late = app.put(30, json!({"status": "GREEN"})).by("editor").send().await;
    assert_eq!(late.refused(403), "NOT_PERMITTED");
}
