//! `cargo ctl history prune`: what is left reads as before, and has no gap.

use std::sync::Arc;

use capacityctl::{Error, concurrency::Interrupt};
use serde_json::{Value, json};

use super::{
    audit::shown,
    ctl::{Ctl, exit_code},
    refusing_engine::{Refusal, noticing, refusing_after},
};
use crate::harness::{NOW, World, time};

/// Six years before the other tests.
const THEN: i64 = -200_000_000;
const SERVICES: [u64; 3] = [20, 30, 40];

fn at(seconds: i64) -> String {
    time(NOW + THEN + seconds).to_string()
}

async fn put(ctl: &Ctl, id: u64, seconds: i64, status: &str) {
    ctl.app.at(THEN + seconds);
    let body = json!({"status": status, "resetStatusIn": 1});
    ctl.app.put(id, body).by("boss").send().await.ok();
}

/// Three services with some changes each, some of them reset.
async fn some_history(random: &mut fastrand::Rng) -> Ctl {
    let ctl = Ctl::start_with(World::family().editor("boss", &[10, 40])).await;
    for seconds in (0..300).step_by(10) {
        for id in SERVICES {
            let status = random.choice(["RED", "AMBER", "GREEN", "", ""]).expect("one");
            if !status.is_empty() {
                put(&ctl, id, seconds, status).await;
            }
        }
    }
    ctl.app.at(THEN + 1000);
    ctl.app.run_schedule().await;
    ctl
}

/// What the API says from this second on: the status at each time, and the changes.
async fn answers(ctl: &Ctl, id: u64, from: i64) -> Vec<Value> {
    let mut answers = Vec::new();
    let times = (from..400).step_by(13).map(|seconds| format!("at={}", at(seconds)));
    for query in times.chain([format!("from={}", at(from))]) {
        answers.push(ctl.app.past(id, &query).by("reader").send().await.ok().clone());
    }
    answers
}

/// The versions in a service's history, oldest first.
async fn versions(ctl: &Ctl, id: u64) -> Vec<u64> {
    let changes = ctl.app.history(id).await.into_iter();
    changes.map(|change| change["version"].as_u64().expect("a version")).collect()
}

#[tokio::test]
async fn what_tells_the_status_since_the_time_is_left() {
    let mut random = fastrand::Rng::with_seed(16);
    for before in [0, 130, 399] {
        let ctl = some_history(&mut random).await;
        let (mut stored, mut read) = (Vec::new(), Vec::new());
        for id in SERVICES {
            stored.push(ctl.app.history(id).await);
            read.push(answers(&ctl, id, before).await);
        }
        let pruned = ctl.json(&["history", "prune", "--before", &at(before), "--all"]).await;
        let mut deleted = 0;
        for ((id, stored), read) in SERVICES.into_iter().zip(stored).zip(read) {
            let is_old = |change: &&Value| change["date"].as_i64() <= Some(NOW + THEN + before);
            let old = stored.iter().filter(is_old).count().saturating_sub(1);
            assert_eq!(ctl.app.history(id).await, stored[old..], "{before}");
            assert_eq!(answers(&ctl, id, before).await, read, "{before}");
            deleted += old;
            let too_early = ctl.app.past(id, &format!("at={}", at(-1))).by("reader").send().await;
            let expected = if old == 0 { 200 } else { 410 };
            assert_eq!(too_early.status, expected, "{before}");
        }
        assert_eq!((&pruned["changes"], &pruned["before"]), (&json!(deleted), &json!(at(before))));
    }
}

#[tokio::test]
async fn the_newest_change_stays_and_other_services_are_left_alone() {
    let ctl = some_history(&mut fastrand::Rng::with_seed(17)).await;
    let (before, other) = (versions(&ctl, 30).await, ctl.app.history(20).await);
    let status = ctl.app.get(30).by("reader").send().await.ok().clone();
    let prune = ["history", "prune", "--before", &at(100_000), "--service", "30"];
    let (old, dry_run) = (before.len() - 1, [prune.as_slice(), &["--dry-run"]].concat());
    let expected = |dry_run: bool, services: usize, changes: usize| {
        json!({"table": ctl.app.tables.status_history, "dryRun": dry_run, "before": at(100_000),
            "services": services, "changes": changes})
    };
    assert_eq!(ctl.json(&dry_run).await, expected(true, 1, old));
    assert_eq!(versions(&ctl, 30).await, before);
    assert_eq!(ctl.json(&prune).await, expected(false, 1, old));
    assert_eq!(versions(&ctl, 30).await, before[old..]);
    assert_eq!(*ctl.app.get(30).by("reader").send().await.ok(), status);
    assert_eq!(ctl.json(&prune).await, expected(false, 0, 0));
    assert_eq!(ctl.app.history(20).await, other);
    put(&ctl, 30, 2000, "RED").await;
    assert_eq!(versions(&ctl, 30).await, [before[old], before[old] + 1]);
    assert!(ctl.run(&["doctor"]).await.expect("findings").healthy);
}

#[tokio::test]
async fn changes_of_the_last_35_days_are_never_deleted() {
    let ctl = some_history(&mut fastrand::Rng::with_seed(18)).await;
    let before = versions(&ctl, 30).await;
    let now = shared::http::Clock::system().now();
    let day = 24 * 60 * 60;
    for ago in [0, 34 * day, 35 * day - 60] {
        let time = now.minus_seconds(ago).to_string();
        let failure = ctl.failure(&["history", "prune", "--before", &time, "--all"]).await;
        assert_eq!(exit_code(&failure), "3");
        let said = "nothing was changed\n  --before: must be at least 35 days ago, so ";
        assert!(failure.to_string().starts_with(said), "{failure}");
    }
    let unknown = ["history", "prune", "--before", &at(0), "--service", "31"];
    assert_eq!(exit_code(&ctl.failure(&unknown).await), "4");
    assert_eq!(versions(&ctl, 30).await, before);
    let time = now.minus_seconds(35 * day).to_string();
    ctl.json(&["history", "prune", "--before", &time, "--service", "30"]).await;
    assert_eq!(versions(&ctl, 30).await.len(), 1);
}

#[tokio::test]
async fn a_pruning_that_fails_leaves_no_gap_and_the_next_one_deletes_the_rest() {
    let ctl = some_history(&mut fastrand::Rng::with_seed(19)).await;
    let mut before = Vec::new();
    for id in SERVICES {
        before.push(versions(&ctl, id).await);
    }
    let (code, message) = ("AccessDeniedException", "no dynamodb:DeleteItem");
    let refusal = Refusal { operation: "DeleteItem", code, message };
    ctl.point_to(&refusing_after(7, refusal).await);
    let prune = ["history", "prune", "--before", &at(100_000), "--all"];
    let failure = ctl.failure(&prune).await;
    assert_eq!(exit_code(&failure), "1");
    let all: usize = before.iter().map(|before| before.len() - 1).sum();
    let said = format!(
        "\nat least 7 of {all} changes were deleted; run the same command again to delete the rest: what is left has \
         no gap"
    );
    assert!(failure.to_string().ends_with(&said), "{failure}");
    let mut deleted = 0;
    for (id, before) in SERVICES.into_iter().zip(&before) {
        let left = versions(&ctl, id).await;
        assert!(before.ends_with(&left), "{left:?}");
        deleted += before.len() - left.len();
        ctl.app.past(id, "limit=100").by("reader").send().await.ok();
    }
    assert_eq!(deleted, 7);
    ctl.point_to(&crate::harness::endpoint());
    ctl.json(&prune).await;
    for id in SERVICES {
        assert_eq!(versions(&ctl, id).await.len(), 1);
    }
}

/// Of 40 services, 32 are handled at the same time.
#[tokio::test]
async fn an_interrupted_pruning_says_what_it_deleted() {
    let world = (100..140).fold(World::default(), |world, id| world.service(id, "Ward", None));
    let ctl = Ctl::start_with(world.editor("boss", &(100..140).collect::<Vec<_>>())).await;
    for id in 100..140 {
        put(&ctl, id, 0, "RED").await;
        put(&ctl, id, 1, "GREEN").await;
    }
    let (endpoint, deletion) = noticing("DeleteItem").await;
    ctl.point_to(&endpoint);
    let interrupt = Arc::clone(&deletion);
    let interrupt = Interrupt::when(async move { interrupt.notified().await });
    let prune = ["history", "prune", "--before", &at(10), "--all"];
    let failure = ctl.run_until(interrupt, &prune).await.expect_err("an interrupt");
    assert_eq!(exit_code(&failure), "130");
    let Error::Partial { done: said, total: 40, .. } = failure else { panic!("{failure}") };
    let mut left = 0;
    for id in 100..140 {
        left += versions(&ctl, id).await.len() - 1;
    }
    assert!(said > 0 && left >= 8, "{said} deleted, {left} left");
    let rest = ctl.json(&prune).await;
    assert_eq!((&rest["services"], &rest["changes"]), (&json!(left), &json!(left)));
}

/// Before the first deletion, so that a run that fails has a row too.
#[tokio::test]
async fn each_pruning_is_recorded_with_the_number_of_changes_before_and_after() {
    let ctl = Ctl::start_with(World::family().editor("boss", &[10, 40])).await;
    for (seconds, id) in [(0, 30), (1, 30), (2, 30), (3, 20), (4, 20), (5, 40)] {
        put(&ctl, id, seconds, "GREEN").await;
    }
    let prune = |services: &[&'static str]| {
        let time = at(10);
        let words = ["history", "prune", "--before"].map(str::to_owned).into_iter().chain([time]);
        words.chain(services.iter().map(|word| (*word).to_owned())).collect::<Vec<_>>()
    };
    let run = async |words: Vec<String>| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        ctl.run(&words).await
    };
    let (code, message) = ("AccessDeniedException", "no dynamodb:DeleteItem");
    let refusal = Refusal { operation: "DeleteItem", code, message };
    ctl.point_to(&refusing_after(0, refusal).await);
    run(prune(&["--service", "30"])).await.expect_err("a failure");
    ctl.point_to(&crate::harness::endpoint());
    run(prune(&["--all", "--dry-run"])).await.expect("counts");
    for _ in 0..2 {
        run(prune(&["--all"])).await.expect("a pruning");
    }
    let row = |resource: &str, services: u64, before: u64| {
        json!({"action": "history prune", "resource": resource, "before": {"changes": before},
            "after": {"changes": services}, "details": {"before": at(10), "services": services}})
    };
    assert_eq!(shown(&ctl, &[]).await, [row("services", 2, 5), row("service:30", 1, 3)]);
}
