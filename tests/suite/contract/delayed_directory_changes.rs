//! What a follower of a region is told of the directory if the store delays the change.

use aws_sdk_dynamodb::Client;
use capacityctl::{client::with_unlimited_retries, concurrency::Interrupt, services::Directory};
use serde_json::json;
use shared::http::Clock;
use tokio::time::Instant;

use super::directory_changes::{apply, keys, plan, version};
use crate::harness::{
    NOW, World,
    faulty::{Fate, FaultyStore, RuntimeTime},
    follower::{Follower, ids},
    time,
};

/// The store throttles for five minutes. A follower does not look back as far as to the first attempt, if its clock is
/// behind.
#[tokio::test]
async fn a_change_is_dated_within_the_minute_in_which_it_is_stored() {
    let world = World::family().start().await;
    let began = Instant::now();
    let seconds = move || i64::try_from(began.elapsed().as_secs()).unwrap_or(i64::MAX);
    let mut throttled = true;
    let (app, _, _) = FaultyStore::below(&world, None, move |call| {
        if call.operation != "TransactWriteItems" || !throttled {
            return Fate::Passed.into();
        }
        throttled = seconds() < 300;
        if throttled {
            return Fate::Exceeded.into();
        }
        tokio::time::resume();
        Fate::Passed.into()
    });
    let clock = Clock::from_fn(move || time(NOW + seconds()));
    let client = with_unlimited_retries(&app.client).config().to_builder();
    let client = Client::from_conf(client.sleep_impl(RuntimeTime).build());
    let directory = Directory { client, clock, ..app.directory() };
    let plan = plan(&directory, "30,Renamed,13,20,,,,true").await;
    tokio::time::pause();
    apply(&directory, plan, Interrupt::never()).await.expect("an import");
    let keys = keys(&app, 10).await;
    let [key] = keys.as_slice() else { panic!("one row: {keys:?}") };
    let dated: i64 = key.split('#').next().and_then(|at| at.parse().ok()).expect("a time");
    assert!((300 - 60..=seconds()).contains(&(dated - NOW)), "{key}");
}

/// It is applied, but the connection breaks before the answer, and then the store throttles.
#[tokio::test]
async fn a_change_whose_answer_is_lost_is_told_once() {
    let world = World::family().start().await;
    let mut sent = 0;
    let (app, _, _) = FaultyStore::below(&world, None, move |call| {
        sent += u32::from(call.operation == "TransactWriteItems");
        match (call.operation.as_str(), sent) {
            ("TransactWriteItems", 1) => Fate::AnswerLost,
            ("TransactWriteItems", 2..20) => Fate::Exceeded,
            _ => Fate::Passed,
        }
        .into()
    });
    let directory = Directory { client: with_unlimited_retries(&app.client), ..app.directory() };
    let plan = plan(&directory, "30,Renamed,13,20,,,,true").await;
    apply(&directory, plan, Interrupt::never()).await.expect("an import");
    assert_eq!(keys(&app, 10).await, ["001795251600#30#d2"]);
    assert_eq!(version(&app, 30).await, "2");
    let answer = Follower::begin(&world, 10).await.poll().await;
    assert_eq!((ids(&answer["items"]), &answer["items"][0]["name"]), (vec![30], &json!("Renamed")));
}
