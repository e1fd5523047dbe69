//! DynamoDB may answer a batch in part. Unprocessed keys are unknown, not absent: they are asked for again.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef,
    },
    error::BoxError,
};
use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::harness::{
    App, Call, World,
    faulty::{Fate, FaultyStore, StoreCall, Unprocessed},
};

/// The functions of that app, on a store that leaves those keys of that many batches unprocessed.
fn partial(app: &App, keys: Unprocessed, batches: u32) -> (App, FaultyStore) {
    let mut left = batches;
    let (app, store, _) =
        FaultyStore::below(app, None, move |call: &StoreCall| match call.operation.as_str() {
            "BatchGetItem" if left > 0 => {
                left -= 1;
                Fate::Unprocessed(keys).into()
            }
            _ => Fate::Passed.into(),
        });
    (app, store)
}

/// A request of each function that reads a batch.
const REQUESTS: [fn(&App) -> Call<'_>; 6] = [
    |app| app.get(30),
    |app| app.put(30, json!({"status": "GREEN"})),
    // The tag names no status: what matters is that it is compared with the one that is stored.
    |app| app.put_deadline(30, json!({"resetStatusIn": 5})).header("if-match", "\"1-00000000\""),
    |app| app.list("id=30,40"),
    |app| app.list("region=10"),
    |app| app.past(30, ""),
];

#[tokio::test(start_paused = true)]
async fn a_key_that_stays_unprocessed_is_a_503_and_never_a_404() {
    let world = World::family().start().await;
    for request in REQUESTS {
        for table in 0..2 {
            let (app, store) = partial(&world, Unprocessed::FirstOf(table), u32::MAX);
            let reply = request(&app).by("editor").send().await;
            assert_eq!(reply.refused(503), "STORE_UNAVAILABLE");
            assert_eq!(reply.header("retry-after"), "1");
            let batches = ("BatchGetItem".to_owned(), "a key unprocessed");
            assert!(store.counts()[&batches] >= 10, "{:?}", store.counts());
        }
    }
    assert_eq!(world.history(30).await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_processed_at_the_tenth_time_is_found() {
    let world = World::family().start().await;
    for request in REQUESTS {
        let right = request(&world).by("editor").send().await;
        for table in 0..2 {
            let (app, _) = partial(&world, Unprocessed::FirstOf(table), 9);
            let mut reply = request(&app).by("editor").send().await;
            // Each PUT is another version, and shows the same status. The id of a request is its own.
            if reply.status != StatusCode::OK {
                reply.body["requestId"] = right.body["requestId"].clone();
            }
            assert_eq!((reply.status, reply.body), (right.status, right.body.clone()));
        }
    }
}

/// The function has one second, and the pauses could take ten.
#[tokio::test(start_paused = true)]
async fn no_unprocessed_key_is_asked_for_after_the_time_of_the_function() {
    let world = World::family().start().await;
    for request in REQUESTS {
        let (app, _) = partial(&world, Unprocessed::FirstOf(0), u32::MAX);
        let (started, second) = (Instant::now(), Duration::from_secs(1));
        let reply = request(&app).by("editor").within(second).send().await;
        assert_eq!(reply.refused(503), "STORE_UNAVAILABLE");
        assert!(started.elapsed() <= second + Duration::from_millis(1), "{:?}", started.elapsed());
    }
}

/// Records the requests of a client.
#[derive(Clone, Debug, Default)]
struct Requests(Arc<Mutex<Vec<Value>>>);

impl Intercept for Requests {
    fn name(&self) -> &'static str {
        "Requests"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = serde_json::from_slice(context.request().body().bytes().unwrap_or_default())?;
        self.0.lock().expect("no panic while held").push(body);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn only_unprocessed_keys_are_asked_for_again_and_all_answers_count() {
    let world = World::family().start().await;
    let right = world.list("id=40,30,20,10,50").by("reader").send().await;
    let (app, _) = partial(&world, Unprocessed::AllButFirst, u32::MAX);
    let requests = Requests::default();
    let config = app.client.config().to_builder().interceptor(requests.clone());
    let app = app.with_client(Client::from_conf(config.build()));
    let reply = app.list("id=40,30,20,10,50").by("reader").send().await;
    assert_eq!(reply.ok(), right.ok());
    let requests = requests.0.lock().expect("no panic while held").clone();
    let services: Vec<_> = requests
        .iter()
        .filter_map(|request| request["RequestItems"].get(&app.tables.services))
        .map(|asked| (asked["Keys"].as_array().map_or(0, Vec::len), &asked["ConsistentRead"]))
        .collect();
    assert_eq!(services, [5, 4, 3, 2, 1].map(|keys| (keys, &json!(true))));
}
