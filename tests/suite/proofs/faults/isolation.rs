//! The store that the proofs assume: what each kind of read finds of a transaction in flight. The
//! engine alone is atomic and would prove nothing.

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    types::{AttributeValue, Get, KeysAndAttributes, TransactGetItem},
};
use serde_json::json;
use shared::store::TableNames;

use crate::harness::{
    App, World,
    faulty::{Fate, FaultyStore, Lie},
};

/// Service 30 is RED in version 1 and on its way to AMBER in version 2. The service is hidden for
/// the first of these reads, the change for the first two.
async fn in_flight(lie: Option<Lie>) -> App {
    let world = World::family().start().await;
    let red = json!({"status": "RED"});
    world.put(30, red).by("editor").send().await.ok();
    let mut sent = 0;
    let (app, _, _) = FaultyStore::below(&world, lie, move |call| {
        sent += u32::from(call.operation == "TransactWriteItems");
        match (call.operation.as_str(), sent) {
            // The SDK sends three times.
            ("TransactWriteItems", 1) => Fate::HalfVisible([3, 4, 0, 0, 0]).into(),
            _ => Fate::Passed.into(),
        }
    });
    let own = app.put(30, json!({"status": "AMBER"})).by("editor").send().await;
    assert_eq!(own.refused(503), "STORE_UNAVAILABLE");
    app
}

/// The version of service 30, by `BatchGetItem`.
async fn batched(client: &Client, tables: &TableNames) -> String {
    let keys = KeysAndAttributes::builder().keys(key(&[("id", number(30))])).consistent_read(true);
    let batch =
        client.batch_get_item().request_items(&tables.services, keys.build().expect("keys"));
    let found = batch.send().await.expect("a batch").responses.unwrap_or_default();
    found[&tables.services][0]["version"].as_n().expect("a number").clone()
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn key(parts: &[(&str, AttributeValue)]) -> std::collections::HashMap<String, AttributeValue> {
    parts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// The version of service 30, by a `TransactGetItems` of that row alone, or the error.
async fn in_transaction(client: &Client, tables: &TableNames) -> Result<String, String> {
    let get = Get::builder().table_name(&tables.services).key("id", number(30));
    let item = TransactGetItem::builder().get(get.build().expect("a get")).build();
    let sent = client.transact_get_items().transact_items(item).send().await;
    match sent.map_err(SdkError::into_service_error) {
        Ok(found) => {
            let item = found.responses.unwrap_or_default()[0].item.clone().expect("an item");
            Ok(item["version"].as_n().expect("a number").clone())
        }
        Err(error) => Err(format!("{error:?}")),
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_by_itself_finds_the_rows_of_a_transaction_one_after_another() {
    let app = in_flight(None).await;
    assert_eq!(batched(&app.client, &app.tables).await, "1");
    assert_eq!(app.history(30).await.len(), 1);
    let app = in_flight(None).await;
    assert_eq!(app.row(30).await["version"], number(1));
    assert_eq!(app.row(30).await["version"], number(2));
    assert_eq!(app.history(30).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_read_in_a_transaction_waits_for_the_one_in_flight() {
    let app = in_flight(None).await;
    let refused = in_transaction(&app.client, &app.tables).await.expect_err("a conflict");
    assert!(refused.contains("TransactionConflict"), "{refused}");
    assert_eq!(in_transaction(&app.client, &app.tables).await, Ok("2".to_owned()));
}

/// What the controls take away.
#[tokio::test(start_paused = true)]
async fn a_read_in_a_transaction_that_is_not_isolated_finds_rows_as_they_were() {
    let app = in_flight(Some(Lie::ReadsNotIsolated)).await;
    assert_eq!(in_transaction(&app.client, &app.tables).await, Ok("1".to_owned()));
}
