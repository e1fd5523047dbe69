//! `/web/board/{id}/changes`: a board that is followed is as true as one that is read.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::store::Changed;

use super::followed_board::{Followed, attribute, statuses};
use crate::harness::{App, Meter, World, page_text::links};

/// 10 > 20 > 30, 31 and 32; 33 is below 10 alone.
fn family() -> World {
    let world = World::family().service(31, "Pharmacy, Low Road", Some(20));
    let world = world.service(32, "Pharmacy, Mill Lane", Some(20));
    world.service(33, "Pharmacy, Station", Some(10)).editor("lead", &[10])
}

async fn red(app: &App, id: u64) {
    app.put(id, json!({"status": "RED", "resetStatusIn": 300})).by("lead").send().await.ok();
}

/// One thing changes, or only the time.
async fn change(app: &App, rng: &mut fastrand::Rng) -> String {
    let id = [10, 20, 30, 31, 32, 33][rng.usize(..6)];
    match rng.u8(..4) {
        0 | 1 => {
            let status = ["RED", "AMBER", "GREEN"][rng.usize(..3)];
            let body = json!({"status": status, "resetStatusIn": rng.u32(1..200)});
            app.put(id, body).by("lead").send().await.ok();
            format!("{id} is {status}")
        }
        2 => {
            let seconds = [1, 10, 100, 1_000, 5_000][rng.usize(..5)];
            app.later(seconds);
            format!("{seconds} s later")
        }
        _ => {
            app.run_schedule().await;
            "resets are stored".to_owned()
        }
    }
}

#[tokio::test]
async fn a_board_that_is_followed_shows_what_one_that_is_read_shows() {
    let app = family().start().await;
    app.set_review_after(31, 60).await;
    let (mut reads, mut polls) = (0, 0);
    for seed in 0..4 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut boards = Vec::new();
        for address in ["20", "10?type=13", "20?status=RED&status=AMBER", "10?name=pharmacy"] {
            boards.push(Followed::open(&app, address).await);
        }
        for _ in 0..20 {
            let what = change(&app, &mut rng).await;
            for board in &mut boards {
                board.follow(&app).await;
                board.assert_is_as_read(&what).await;
                polls += 1;
            }
        }
        reads += boards.iter().map(|board| board.reads).sum::<usize>();
    }
    assert!(reads > 10 && reads * 2 < polls, "{reads} of {polls}");
}

#[tokio::test]
async fn a_change_replaces_the_status_of_its_service_alone() {
    let app = family().start().await;
    let mut board = Followed::open(&app, "20").await;
    for id in [30, 33] {
        red(&app, id).await;
    }
    let page = board.ask().await;
    assert_eq!(statuses(&page).into_keys().collect::<Vec<_>>(), [30]);
    assert_eq!(attribute(&page.text, "data-others").expect("others"), "33");
    board.follow(&app).await;
    board.assert_is_as_read("RED").await;
    let again = board.ask().await;
    assert!(statuses(&again).is_empty() && again.text.len() < 600, "{}", again.text);
    assert_eq!((board.reads, again.header("x-as-at")), (0, page.header("x-as-at")));
}

/// A filter that leaves out the board's own service does not make each of its changes one of all.
#[tokio::test]
async fn a_filtered_board_does_not_follow_what_it_does_not_show() {
    let app = family().start().await;
    let mut board = Followed::open(&app, "20?name=pharmacy").await;
    red(&app, 20).await;
    board.follow(&app).await;
    board.assert_is_as_read("RED").await;
    assert_eq!(board.reads, 0);
    app.set_attribute(20, "active", AttributeValue::Bool(false)).await;
    let id = "20".parse().expect("an id");
    app.set_attribute(20, "directoryVersion", AttributeValue::N("1".to_owned())).await;
    app.record_change(10, Changed::Directory(id, 1), 0).await;
    assert!(board.ask().await.text.contains("data-all"));
}

/// Closed, renamed so that the filter no longer has it, not readable, and among many changes at once.
#[tokio::test]
async fn what_the_board_cannot_tell_by_its_parts_makes_it_read_all() {
    let app = family().start().await;
    let id = |id: u64| id.to_string().parse().expect("an id");
    let mut board = Followed::open(&app, "10?name=pharmacy").await;
    for (reads, service) in [(1, 31), (2, 32)] {
        let closed = AttributeValue::Bool(false);
        let renamed = AttributeValue::S("Dentist".to_owned());
        let (name, value) = if service == 31 { ("active", closed) } else { ("name", renamed) };
        app.set_attribute(service, name, value).await;
        app.set_attribute(service, "directoryVersion", AttributeValue::N("1".to_owned())).await;
        app.record_change(10, Changed::Directory(id(service), 1), 0).await;
        board.follow(&app).await;
        assert_eq!(board.reads, reads, "{service}");
    }
    assert_eq!(board.statuses.keys().copied().collect::<Vec<_>>(), [30, 33]);
    app.record_change(10, Changed::Many, 0).await;
    board.follow(&app).await;
    assert_eq!(board.reads, 3);
    board.follow(&app).await;
    assert_eq!(board.reads, 3);
    app.spoil(33).await;
    app.record_change(10, Changed::Status(id(33), 0), 0).await;
    board.follow(&app).await;
    assert_eq!(board.reads, 4);
    assert!(board.statuses[&33].contains("Not known") && !board.statuses[&33].contains("GREEN"));
}

/// Nothing of the other pages, and all of its own.
#[tokio::test]
async fn each_page_of_a_board_follows_its_own_services() {
    let mut world = World::family().editor("lead", &[10]);
    for id in 1001..=1250 {
        world = world.service(id, "Dentist", Some(20));
    }
    let app = world.start().await;
    let first = Followed::open(&app, "20").await;
    let page = first.browser.get(&first.address).send().await;
    let [next] = &links(&page.text, "Next page")[..] else { panic!("one link") };
    let second = Followed::open(&app, &format!("20{next}")).await;
    let (last, after) =
        (*first.statuses.keys().last().expect("one"), *second.statuses.keys().nth(1).expect("one"));
    assert_eq!((last, after), (1199, 1200));
    for id in [1001, last, after, 1250] {
        red(&app, id).await;
    }
    for (board, own) in [(first, [1001, last]), (second, [after, 1250])] {
        let changed: Vec<u64> = statuses(&board.ask().await).into_keys().collect();
        assert_eq!(changed, own);
    }
}

/// The session, the user, and the query for what has changed.
#[tokio::test]
async fn a_board_on_which_nothing_changes_takes_three_calls_and_two_and_a_half_units() {
    let (app, meter) = Meter::below(&family().start().await);
    let board = Followed::open(&app, "20").await;
    meter.take();
    assert_eq!(board.ask().await.status, 200);
    let reads = meter.take();
    assert_eq!((reads.calls, reads.units), (3, 2.5));
}

#[tokio::test]
async fn an_address_that_is_not_a_pages_own_is_refused() {
    let app = family().start().await;
    let board = Followed::open(&app, "20").await;
    let browser = app.signed_in("reader").await;
    let since = board.changes.split("since=").nth(1).expect("a cursor");
    for (query, status) in [
        (format!("since={since}"), 200),
        (String::new(), 400),
        (format!("since={since}x"), 400),
        (format!("since={since}&until={since}"), 400),
        (format!("since={since}&cursor={since}"), 400),
        (format!("since={since}&since={since}"), 400),
        (format!("since={since}&region=10"), 400),
    ] {
        let page = browser.get(&format!("/web/board/20/changes?{query}")).send().await;
        assert_eq!(page.status, status, "{query}");
    }
    app.later(24 * 60 * 60 + 61);
    let browser = app.signed_in("reader").await;
    assert_eq!(browser.get(&board.changes).send().await.status, 400);
}
