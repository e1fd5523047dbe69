//! GET /changes: what a follower of a region is told.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::{domain::ServiceId, store::Changed};

use crate::harness::{
    App, Meter, NOW, World,
    follower::{Follower, NONE, ids},
    time,
};

async fn red(app: &App, id: u64) {
    app.put(id, json!({"status": "RED"})).by("editor").send().await.ok();
}

#[tokio::test]
async fn a_follower_is_told_each_change_of_its_region_and_nothing_while_there_is_none() {
    let app = World::family().editor("elsewhere", &[40]).start().await;
    let mut follower = Follower::begin(&app, 10).await;
    assert_eq!(follower.polled().await, NONE);
    red(&app, 30).await;
    app.put(40, json!({"status": "RED"})).by("elsewhere").send().await.ok();
    let answer = follower.poll().await;
    let listed = app.list("id=30").by("reader").send().await;
    assert_eq!(answer["items"], listed.ok()["items"]);
    assert_eq!(answer["asOf"], time(NOW).to_string());
    for _ in 0..3 {
        app.later(10);
        assert_eq!(follower.polled().await, NONE);
    }
    red(&app, 20).await;
    assert_eq!(follower.polled().await, [20]);
    // Long after the rows have left the time that a poll looks back.
    app.later(3600);
    assert_eq!(follower.polled().await, NONE);
    assert_eq!(follower.polled().await, NONE);
}

/// The update settles the reset that was due: two changes, and one row.
#[tokio::test]
async fn every_change_has_one_row_also_if_it_settles_a_reset() {
    let app = World::family().start().await;
    let body = json!({"status": "AMBER", "resetStatusIn": 1});
    app.put(30, body).by("editor").send().await.ok();
    app.later(120);
    red(&app, 30).await;
    let rows = app.recent_changes(10).await;
    let keys: Vec<_> = rows.iter().map(|row| row["at"].as_s().expect("a key")).collect();
    assert_eq!(keys, ["001795251600#30#1", "001795251720#30#3"]);
    let expiry = rows[0]["expiresAt"].as_n().expect("a number").parse::<i64>();
    assert!((172_800..=172_920).contains(&(expiry.expect("seconds") - NOW)));
}

/// Deadlines that users move, and resets once they are stored.
#[tokio::test]
async fn a_moved_deadline_and_a_stored_reset_are_changes() {
    let app = World::family().start().await;
    red(&app, 30).await;
    let mut follower = Follower::begin(&app, 10).await;
    // A follower begins before it reads the list, so it is told again what the list said.
    assert_eq!(follower.polled().await, [30]);
    assert_eq!(follower.polled().await, NONE);
    let tag = app.get(30).by("reader").send().await.header("etag").to_owned();
    let moved = app.put_deadline(30, json!({"resetStatusIn": 5})).header("if-match", &tag);
    moved.by("editor").send().await.ok();
    assert_eq!(follower.polled().await, [30]);
    app.later(1200);
    app.run_schedule().await;
    let answer = follower.poll().await;
    assert_eq!((ids(&answer["items"]), &answer["items"][0]["status"]), (vec![30], &json!("GREEN")));
}

#[tokio::test]
async fn what_is_closed_or_unreadable_is_named() {
    let app = World::family().start().await;
    let mut follower = Follower::begin(&app, 10).await;
    for id in [20, 30] {
        red(&app, id).await;
    }
    app.spoil(20).await;
    app.set_attribute(30, "active", AttributeValue::Bool(false)).await;
    let answer = follower.poll().await;
    assert_eq!((ids(&answer["items"]), ids(&answer["removed"])), (vec![], vec![30]));
    assert_eq!(ids(&answer["unavailable"]), [20]);
}

/// The row of a change can be visible when the change itself is not: then it comes again until it is.
#[tokio::test]
async fn a_change_that_is_half_visible_comes_again() {
    let app = World::family().start().await;
    let mut follower = Follower::begin(&app, 10).await;
    red(&app, 30).await;
    app.set_attribute(30, "version", AttributeValue::N("0".to_owned())).await;
    for _ in 0..2 {
        assert_eq!(ids(&follower.poll().await["unavailable"]), [30]);
    }
    app.set_attribute(30, "version", AttributeValue::N("1".to_owned())).await;
    assert_eq!(follower.polled().await, [30]);
    assert_eq!(follower.polled().await, NONE);
}

fn service(id: u64) -> ServiceId {
    id.to_string().parse().expect("an id")
}

/// By another clock the row comes before rows that were delivered.
#[tokio::test]
async fn a_row_that_appears_among_older_ones_is_delivered() {
    let app = World::family().start().await;
    let mut follower = Follower::begin(&app, 10).await;
    red(&app, 30).await;
    assert_eq!(follower.polled().await, [30]);
    app.record_change(10, Changed::Status(service(20), 0), -389).await;
    assert_eq!(follower.polled().await, [20, 30]);
    assert_eq!(follower.polled().await, NONE);
}

/// A poll by a clock that is five minutes ahead, then one by a clock that is five minutes behind.
#[tokio::test]
async fn the_time_of_a_cursor_never_goes_back() {
    let app = World::family().start().await;
    let mut follower = Follower::begin(&app, 10).await;
    app.later(300);
    assert_eq!(follower.polled().await, NONE);
    app.later(-600);
    red(&app, 30).await;
    assert_eq!(follower.polled().await, [30]);
    assert_eq!(follower.polled().await, NONE);
}

/// Each follower reads the list once, not as long as the row is found.
#[tokio::test]
async fn a_row_for_many_changes_is_one_resync() {
    let app = World::family().start().await;
    app.record_change(10, Changed::Many, -60).await;
    let mut follower = Follower::begin(&app, 10).await;
    assert_eq!(follower.poll().await.get("resync"), None);
    app.record_change(10, Changed::Many, 0).await;
    assert_eq!(follower.poll().await["resync"], true);
    for _ in 0..3 {
        assert_eq!(follower.poll().await.get("resync"), None);
    }
}

#[tokio::test]
async fn more_than_500_rows_are_a_resync_until_they_are_old() {
    let app = World::family().start().await;
    let mut follower = Follower::begin(&app, 10).await;
    for version in 1..=500 {
        app.record_change(10, Changed::Status(service(30), version), 0).await;
    }
    assert_eq!(follower.poll().await.get("resync"), None);
    app.record_change(10, Changed::Status(service(30), 501), 0).await;
    assert_eq!(follower.poll().await["resync"], true);
    app.later(691);
    follower.poll().await;
    assert_eq!(follower.poll().await.get("resync"), None);
}

/// 450 services change at once. Every one is delivered, by answers of at most 200 services and 250 read units, even if
/// the follower comes an hour later.
#[tokio::test]
async fn many_services_come_by_several_answers() {
    let mut world = World::family();
    for id in 1001..=1450 {
        world = world.service(id, "Dentist", Some(20));
    }
    let (app, meter) = Meter::below(&world.start().await);
    let mut follower = Follower::begin(&app, 10).await;
    for id in 1001..=1450 {
        red(&app, id).await;
    }
    app.later(3600);
    let mut told = Vec::new();
    for answers in 1.. {
        meter.take();
        let answer = follower.poll().await;
        assert!(meter.take().units <= 250.0);
        assert_eq!(answer.get("resync"), None);
        told.extend(ids(&answer["items"]));
        if answer["pollAfterSeconds"] == 10 {
            assert_eq!(answers, 3);
            break;
        }
    }
    told.sort_unstable();
    assert_eq!(told, (1001..=1450).collect::<Vec<_>>());
    assert_eq!(follower.polled().await, NONE);
}

#[tokio::test]
async fn a_poll_without_change_is_two_calls_two_units_and_600_bytes() {
    let (app, meter) = Meter::below(&World::family().start().await);
    let mut follower = Follower::begin(&app, 10).await;
    red(&app, 30).await;
    follower.poll().await;
    meter.take();
    let reply = follower.ask().await;
    let reads = meter.take();
    assert_eq!((reads.calls, reads.units), (2, 1.5));
    assert!(reply.body.to_string().len() <= 600, "{}", reply.body);
}

#[tokio::test]
async fn a_cursor_counts_for_a_day_and_its_own_region() {
    let app = World::family().start().await;
    let follower = Follower::begin(&app, 10).await;
    app.later(24 * 3600);
    follower.ask().await.ok();
    app.later(1);
    assert_eq!(follower.ask().await.refused(410), "CURSOR_EXPIRED");
    let other = format!("region=40&cursor={}", follower.cursor);
    let other = app.changes(&other).by("reader").send().await;
    assert_eq!(other.refused(400), "INVALID_CURSOR");
    for query in ["", "region=x", "region=10&region=10", "region=10&limit=5"] {
        let reply = app.changes(query).by("reader").send().await;
        assert_eq!(reply.refused(400), "INVALID_QUERY", "{query}");
    }
    // Who may not use the API learns no more.
    app.changes("region=x").by("nobody").send().await.refused(401);
}
