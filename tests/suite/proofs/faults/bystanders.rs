//! Other clients, while an update is half visible. A read of one row finds it before or after the
//! update; only a page of history reads several rows of a transaction. Writes of one row, such as
//! the importer's, are refused until the transaction has finished.

use serde_json::{Value, json};

use crate::harness::{
    App, World,
    faulty::{Fate, FaultyStore, Hidden},
};

/// What is half visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Amber,
    MovedDeadline,
}

/// A store that answers a change with 503 and hides its rows for that many calls after the SDK's
/// three attempts.
async fn in_flight(
    world: &App,
    change: Change,
    hidden: Hidden,
    seconds: i64,
) -> (App, FaultyStore) {
    let mut sent = 0;
    let hidden = hidden.map(|calls| if calls > 0 { calls + 2 } else { 0 });
    let (app, store, _) = FaultyStore::below(world, None, move |call| {
        sent += u32::from(call.operation == "TransactWriteItems");
        match (call.operation.as_str(), sent) {
            ("TransactWriteItems", 1) => Fate::HalfVisible(hidden).into(),
            _ => Fate::Passed.into(),
        }
    });
    app.at(seconds);
    let call = match change {
        Change::Amber => app.put(30, json!({"status": "AMBER"})),
        Change::MovedDeadline => {
            let get = world.get(30).by("reader").send().await;
            let tag = get.header("etag");
            app.put_deadline(30, json!({"resetStatusIn": 90})).header("if-match", tag)
        }
    };
    call.by("editor").send().await.refused(503);
    (app, store)
}

/// The versions on a page of history, each with its cause.
async fn page(app: &App) -> Vec<(Value, Value)> {
    let page = app.past(30, "").by("reader").send().await;
    let items = page.ok()["items"].as_array().expect("items");
    items.iter().map(|change| (change["version"].clone(), change["cause"].clone())).collect()
}

/// Whichever of its rows are visible, the page is the one before the change or the one after it.
async fn is_all_or_nothing(change: Change, rows: u8) {
    for visible in 1..1_u8 << rows {
        let world = World::family().start().await;
        let red = json!({"status": "RED", "resetStatusIn": 2});
        world.put(30, red).by("editor").send().await.ok();
        let hidden = [0, 1, 2, 3, 4].map(|row| if visible & (1 << row) > 0 { 9 } else { 0 });
        let seconds = if change == Change::Amber { 200 } else { 100 };
        world.at(seconds);
        let before = page(&world).await;
        let (app, store) = in_flight(&world, change, hidden, seconds).await;
        let during = page(&app).await;
        store.release().await;
        let after = page(&app).await;
        assert_ne!(before, after);
        assert!(during == before || during == after, "{hidden:?}: {during:?}");
    }
}

/// A transaction of a reset and an update has three rows.
#[tokio::test(start_paused = true)]
async fn a_page_of_history_never_shows_half_a_transaction() {
    is_all_or_nothing(Change::Amber, 3).await;
}

#[tokio::test(start_paused = true)]
async fn a_page_of_history_never_shows_half_a_move_of_a_deadline() {
    is_all_or_nothing(Change::MovedDeadline, 2).await;
}

/// The service is visible and takes another update before the previous entry is visible: a gap in
/// the versions is not always a reset that is not stored.
#[tokio::test(start_paused = true)]
async fn a_page_of_history_never_invents_a_reset_for_a_change_that_is_not_visible_yet() {
    for (change, cause) in [(Change::Amber, "update"), (Change::MovedDeadline, "deadline")] {
        let world = World::family().start().await;
        let red = json!({"status": "RED", "resetStatusIn": 60});
        world.put(30, red).by("editor").send().await.ok();
        let (app, store) = in_flight(&world, change, [0, 9, 0, 0, 0], 10).await;
        app.put(30, json!({"status": "GREEN"})).by("editor").send().await.ok();
        // It is read again until the entry is visible.
        let during = page(&app).await;
        store.release().await;
        let expected = json!([[3, "update"], [2, cause], [1, "update"]]);
        assert_eq!((json!(during), json!(page(&app).await)), (expected.clone(), expected));
    }
}

/// The directory is imported while an update of one of its services is in flight.
#[tokio::test(start_paused = true)]
async fn an_import_waits_for_an_update_in_flight() {
    let world = World::family().start().await;
    let (app, _) = in_flight(&world, Change::Amber, [3, 0, 0, 0, 0], 0).await;
    let csv = "id,name,typeId,parentId,town,postcode,odsCode,active\n30,Renamed,13,20,,,,true\n";
    let written = capacityctl::services::import(&app.directory(), csv.as_bytes()).await;
    assert_eq!(
        written.map(|written| written.changed).map_err(|failure| failure.to_string()),
        Ok(1)
    );
    let get = app.get(30).by("reader").send().await;
    assert_eq!((&get.ok()["name"], &get.ok()["status"]), (&json!("Renamed"), &json!("AMBER")));
}
