//! A store that does not answer: how long a call may take, and the answer to the client in time.

use std::{
    net::TcpListener,
    time::{Duration, SystemTime},
};

use aws_sdk_dynamodb::Client;
use capacityctl::client::local_client;
use local_stack::engine::REGION;
use serde_json::json;
use shared::{http::RemainingTime, runtime::Timeouts};
use tokio::time::Instant;

use crate::harness::{App, World, gateway_settings};

/// It accepts connections and never answers. Paused time advances when all tasks wait.
fn silent_store() -> (Client, TcpListener) {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", silent.local_addr().expect("an address"));
    (local_client(&endpoint, REGION), silent)
}

#[tokio::test]
async fn a_silent_store_is_a_503_before_the_deadline() {
    let app = World::family().start().await;
    let (client, _silent) = silent_store();
    let app = App::new(client, app.tables.clone(), &gateway_settings(&app.tables));
    tokio::time::pause();
    let deadline = app.put_deadline(30, json!({"resetStatusIn": 5}));
    for call in [app.get(30), app.put(30, json!({"status": "GREEN"})), deadline, app.list("")] {
        let reply = call.by("editor").within(Duration::from_secs(2)).send().await;
        assert_eq!((reply.refused(503), reply.header("retry-after")), ("STORE_UNAVAILABLE", "1"));
    }
}

#[test]
fn the_time_for_an_answer_ends_before_the_lambda_deadline() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
    let left = |seconds: u64| {
        let left = RemainingTime::until(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds), now);
        left.map(|RemainingTime(left)| left.as_millis())
    };
    assert_eq!(left(1_010), Some(9_500));
    // The deadline of `cargo lambda watch` and a past deadline are ignored.
    assert_eq!((left(0), left(1_000)), (None, None));
}

/// When successive calls to a silent store end, with that much time for all of them, and how often
/// they connect.
async fn calls_end(left: Option<Duration>) -> ([u64; 3], usize) {
    let (client, silent) = silent_store();
    let timeouts = Timeouts::default();
    let client = Client::from_conf(timeouts.bound(client.config().to_builder()).build());
    let started = Instant::now();
    timeouts.end_within(left);
    let mut ends = [0; 3];
    for end in &mut ends {
        let called = client.get_item().table_name("services").send().await;
        called.expect_err("it does not answer");
        // Timers have millisecond resolution and round up.
        *end = started.elapsed().as_secs_f64().mul_add(100.0, -0.5).round() as u64 * 10;
    }
    silent.set_nonblocking(true).expect("a listener");
    (ends, std::iter::from_fn(|| silent.accept().ok()).count())
}

#[tokio::test(start_paused = true)]
async fn no_store_call_outlives_the_time_that_its_function_has() {
    let within = |milliseconds| calls_end(Some(Duration::from_millis(milliseconds)));
    // The first attempt gets half of the time, so that there is a second one.
    let (ends, connections) = within(2_500).await;
    assert_eq!(ends, [2_500; 3]);
    assert!(connections >= 2, "{connections}");
    assert_eq!(within(100).await.0, [100; 3]);
    assert_eq!(within(0).await.0, [0; 3]);
    // A call with more time, or without a limit, takes up to five seconds: three attempts of one
    // and a half, and random waits.
    for [first, second, third] in [within(60_000).await.0, calls_end(None).await.0] {
        let took = [first, second - first, third - second];
        assert!(took.iter().all(|took| (4_500..=5_000).contains(took)), "{took:?}");
    }
}
