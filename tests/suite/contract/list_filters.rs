//! The list filters `overdue` and `resetBefore`: what is due for review, and what ends soon.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use crate::{
    contract::{
        editable_lists::rest,
        list_services::{directory, set},
        unreadable_rows::{spoil, walk},
    },
    harness::{App, NOW, time},
};

/// Gives a service a review interval.
pub(crate) async fn review_after(app: &App, id: u64, minutes: u32) {
    spoil(app, id, "reviewAfterMinutes", AttributeValue::N(minutes.to_string())).await;
}

pub(crate) async fn listed(app: &App, query: &str, limit: usize) -> Vec<u64> {
    let (items, unavailable) = walk(app, query, limit).await;
    assert_eq!(unavailable, [] as [u64; 0], "{query}");
    items
}

pub(crate) fn reset_before(seconds: i64) -> String {
    format!("resetBefore={}", time(NOW + seconds))
}

/// 111 was never set, 112 and 113 were set at [`NOW`], 113 RED for 30 minutes; they are reviewed after an hour. 114 has
/// no reviews, 999 is closed.
async fn reviewed() -> App {
    let app = directory().await;
    for id in [111, 112, 113, 999] {
        review_after(&app, id, 60).await;
    }
    set(&app, 112, "GREEN", 60).await;
    set(&app, 113, "RED", 30).await;
    set(&app, 114, "RED", 30).await;
    app
}

/// The ways to a list: by the table, by region, by parent, by rights, and with filters that an index has.
const WAYS: [&str; 7] = [
    "",
    "&region=100",
    "&parentId=110",
    "&editable=true",
    "&editable=true&parentId=100",
    "&typeId=13&name=pharm",
    "&region=100&typeId=13&editable=true",
];

#[tokio::test]
async fn what_is_due_for_review_or_was_never_set_is_overdue() {
    let app = reviewed().await;
    for (seconds, overdue) in [
        (0, vec![111]),
        (30 * 60 - 1, vec![111]),
        // Its reset is due for review at once, stored or not.
        (30 * 60, vec![111, 113]),
        (60 * 60 - 1, vec![111, 113]),
        (60 * 60, vec![111, 112, 113]),
    ] {
        app.at(seconds);
        for way in WAYS {
            for limit in [1, 100] {
                let query = format!("overdue=true{way}");
                assert_eq!(listed(&app, &query, limit).await, overdue, "{query} after {seconds} s");
            }
        }
        assert_eq!(listed(&app, "overdue=true&region=200", 25).await, [] as [u64; 0]);
    }
    app.run_schedule().await;
    assert_eq!(listed(&app, "overdue=true", 25).await, [111, 112, 113]);
    set(&app, 112, "GREEN", 60).await;
    set(&app, 113, "GREEN", 60).await;
    // An interval that is null is none.
    spoil(&app, 114, "reviewAfterMinutes", AttributeValue::Null(true)).await;
    assert_eq!(listed(&app, "overdue=true", 25).await, [111]);
}

#[tokio::test]
async fn what_is_overdue_and_red_is_found_by_deadline() {
    let app = reviewed().await;
    review_after(&app, 113, 10).await;
    review_after(&app, 114, 20).await;
    for (seconds, overdue) in [
        (599, vec![]),
        (600, vec![113]),
        (1_199, vec![113]),
        (1_200, vec![113, 114]),
        (1_800, vec![]),
    ] {
        app.at(seconds);
        for way in WAYS {
            for limited in ["status=RED", "status=AMBER,RED", &reset_before(1_800)] {
                let query = format!("overdue=true&{limited}{way}");
                assert_eq!(listed(&app, &query, 1).await, overdue, "{query} after {seconds} s");
            }
        }
    }
    assert_eq!(listed(&app, "overdue=true&status=GREEN", 25).await, [111, 113, 114]);
}

#[tokio::test]
async fn what_ends_at_that_second_or_before_it_is_listed() {
    let app = directory().await;
    for (id, status, minutes) in [
        (111, "RED", 10),
        (112, "AMBER", 20),
        (113, "RED", 30),
        (211, "AMBER", 5),
        (114, "GREEN", 5),
    ] {
        set(&app, id, status, minutes).await;
    }
    for (now, by, ending) in [
        (0, 299, vec![]),
        (0, 300, vec![211]),
        (0, 599, vec![211]),
        (0, 600, vec![111, 211]),
        (0, 1_800, vec![111, 112, 113, 211]),
        (0, 99_999_999, vec![111, 112, 113, 211]),
        (299, 600, vec![111, 211]),
        // What has ended ends no more.
        (300, 600, vec![111]),
        (600, 1_200, vec![112]),
        (600, 600, vec![]),
        (600, 601, vec![]),
        (600, 0, vec![]),
    ] {
        app.at(now);
        for limit in [1, 100] {
            let query = reset_before(by);
            assert_eq!(listed(&app, &query, limit).await, ending, "{query} after {now} s");
        }
    }
}

#[tokio::test]
async fn what_ends_soon_is_listed_with_every_other_filter() {
    let app = directory().await;
    for (id, status, minutes) in [
        (111, "RED", 10),
        (112, "AMBER", 10),
        (113, "RED", 30),
        (121, "RED", 10),
        (211, "AMBER", 5),
    ] {
        set(&app, id, status, minutes).await;
    }
    review_after(&app, 112, 60).await;
    let (soon, none) = (reset_before(600), Vec::<u64>::new());
    for (filters, ending) in [
        ("region=100", vec![111, 112, 121]),
        ("parentId=110", vec![111, 112]),
        ("editable=true", vec![111, 112, 121, 211]),
        ("editable=true&region=100&parentId=120", vec![121]),
        ("typeId=13&name=PHARM", vec![111, 112, 121, 211]),
        ("name=region", none.clone()),
        ("typeId=14", none.clone()),
        ("changedSince=2026-11-21T09:00:00Z", vec![111, 112, 121, 211]),
        ("changedSince=2026-11-21T09:00:01Z", none.clone()),
        ("overdue=true", none.clone()),
        ("status=RED", vec![111, 121]),
        ("status=AMBER,GREEN", vec![112, 211]),
        ("status=RED,AMBER,GREEN", vec![111, 112, 121, 211]),
        ("status=GREEN", none),
    ] {
        for limit in [1, 100] {
            let query = format!("{soon}&{filters}");
            assert_eq!(listed(&app, &query, limit).await, ending, "{query}");
        }
    }
}

/// A moved deadline is stored in the row before the index shows it.
#[tokio::test]
async fn a_moved_deadline_is_judged_by_the_row() {
    let app = directory().await;
    set(&app, 111, "RED", 10).await;
    let tag = app.get(111).by("lead").send().await.header("etag").to_owned();
    let moved = app.put_deadline(111, json!({"resetStatusIn": 30})).by("lead");
    moved.header("if-match", &tag).send().await.ok();
    for way in WAYS {
        let soon = |seconds| format!("{}{way}", reset_before(seconds));
        assert_eq!(listed(&app, &soon(1_799), 25).await, [] as [u64; 0], "{way}");
        assert_eq!(listed(&app, &soon(1_800), 25).await, [111], "{way}");
    }
}

/// The first page is read before 113 is due for review, or before 111 ends.
#[tokio::test]
async fn what_becomes_due_between_two_pages_does_not_end_a_list() {
    let app = reviewed().await;
    for way in WAYS {
        app.at(1_799);
        let first = app.list(&format!("overdue=true&limit=1{way}")).by("lead").send().await;
        assert_eq!(first.ids(), [111], "{way}");
        app.at(1_800);
        assert_eq!(rest(&app, first.ok()).await, [113], "{way}");
    }
    let app = directory().await;
    let services = [(111, 40), (112, 20), (114, 30), (120, 10)];
    for (id, minutes) in services {
        set(&app, id, "RED", minutes).await;
    }
    for now in [0, 10, 20, 30, 39, 40, 999] {
        app.at(0);
        let query = format!("{}&limit=1", reset_before(40 * 60));
        let first = app.list(&query).by("lead").send().await;
        app.at(60 * i64::from(now));
        let mut rest = rest(&app, first.ok()).await;
        rest.sort_unstable();
        let ends = services.map(|(id, minutes)| (id, now < minutes && first.ids() != [id]));
        let ends = ends.into_iter().filter(|(_, ends)| *ends).map(|(id, _)| id);
        assert_eq!(rest, ends.collect::<Vec<_>>(), "after {now} minutes");
    }
}

/// The column may be of another type, and the interval may be no interval; a service without it is never overdue.
#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_if_it_may_be_overdue_or_end_soon() {
    let app = reviewed().await;
    set(&app, 113, "RED", 30).await;
    spoil(&app, 111, "reviewAfterMinutes", AttributeValue::S("often".to_owned())).await;
    spoil(&app, 113, "town", AttributeValue::N("5".to_owned())).await;
    spoil(&app, 114, "town", AttributeValue::N("5".to_owned())).await;
    app.at(60 * 20);
    for way in WAYS {
        let (items, mut unavailable) = walk(&app, &format!("overdue=true{way}"), 1).await;
        unavailable.sort_unstable();
        assert_eq!((items, unavailable), (vec![], vec![111, 113]), "{way}");
        let (items, unavailable) = walk(&app, &format!("overdue=true&status=RED{way}"), 25).await;
        assert!(items.is_empty() && unavailable.contains(&113), "{way}: {unavailable:?}");
        let (items, unavailable) = walk(&app, &format!("{}{way}", reset_before(1_800)), 25).await;
        assert!(items.is_empty(), "{way}");
        assert!([113, 114].iter().all(|id| unavailable.contains(id)), "{way}: {unavailable:?}");
    }
}
