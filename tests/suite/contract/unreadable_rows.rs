//! Rows that cannot be read: a list goes on and names them, whatever its filters.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::{
    contract::list_services::{directory, set},
    harness::{
        App, NOW,
        log::{keep_secret, take_lines, take_metrics},
        time,
    },
};

const NOTES: &str = "canary in a row that cannot be read";

fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// Sets an attribute of a service's row.
pub(crate) async fn spoil(app: &App, id: u64, attribute: &str, value: AttributeValue) {
    app.client
        .update_item()
        .table_name(&app.tables.services)
        .key("id", number(id))
        .update_expression("SET #attribute = :value")
        .expression_attribute_names("#attribute", attribute)
        .expression_attribute_values(":value", value)
        .send()
        .await
        .expect("an update");
}

/// A row with this key, and what the indexes need.
async fn put(app: &App, id: AttributeValue, more: &[(&str, AttributeValue)]) {
    let put = app.client.put_item().table_name(&app.tables.services).item("id", id);
    let put = more.iter().fold(put, |put, (name, value)| put.item(*name, value.clone()));
    put.send().await.expect("a row");
}

/// All pages of a list: the ids of its items, and the ids that are unavailable.
pub(crate) async fn walk(app: &App, query: &str, limit: usize) -> (Vec<u64>, Vec<u64>) {
    let (mut items, mut unavailable, mut cursor) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..200 {
        let page = app.list(&format!("{query}&limit={limit}{cursor}")).by("lead").send().await;
        items.extend(page.ids());
        let ids = page.body["unavailable"].as_array().cloned().unwrap_or_default();
        unavailable.extend(ids.iter().filter_map(Value::as_u64));
        let Some(next) = page.body["next"].as_str() else {
            items.sort_unstable();
            return (items, unavailable);
        };
        cursor = format!("&cursor={next}");
    }
    panic!("a list without an end: {query}");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_by_every_list_that_may_have_it() {
    let since = format!("changedSince={}", time(NOW));
    let lists = [
        "",
        "region=100",
        "parentId=100",
        "parentId=110",
        "parentId=112",
        "typeId=13",
        "name=Pharm",
        "status=RED",
        "status=AMBER,GREEN",
        "status=RED&region=100",
        "status=RED&parentId=110",
        "status=RED&editable=true",
        "editable=true",
        "editable=true&parentId=110",
        &since,
    ];
    for (attribute, value) in [
        ("status", text("PURPLE")),
        ("version", text("one")),
        ("modifiedDate", number("99999999999999")),
        ("town", number(5)),
        ("notes", AttributeValue::Ss(vec![NOTES.to_owned()])),
    ] {
        let app = directory().await;
        set(&app, 111, "RED", 60).await;
        set(&app, 112, "RED", 60).await;
        let mut before = Vec::new();
        for query in lists {
            before.push(walk(&app, query, 4).await);
        }
        spoil(&app, 112, attribute, value).await;
        for (query, (mut items, none)) in lists.into_iter().zip(before) {
            assert_eq!(none, [] as [u64; 0]);
            items.retain(|id| *id != 112);
            assert_eq!(walk(&app, query, 4).await, (items, vec![112]), "{query} {attribute}");
        }
        for elsewhere in ["region=200", "parentId=120", "typeId=14", "name=Region", "parentId=111"]
        {
            assert_eq!(walk(&app, elsewhere, 4).await.1, [] as [u64; 0], "{elsewhere} {attribute}");
        }
        assert_eq!(app.get(112).by("lead").send().await.refused(500), "INTERNAL");
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_not_missing() {
    let app = directory().await;
    spoil(&app, 112, "name", number(5)).await;
    let page = app.list("id=7,112,111").by("lead").send().await;
    assert_eq!(page.ids(), [111]);
    assert_eq!((&page.body["missing"], &page.body["unavailable"]), (&json!([7]), &json!([112])));
}

/// Its deadline cannot be moved, and is not reset.
#[tokio::test]
async fn a_row_whose_reason_or_review_cannot_be_read_is_named_and_stays_as_it_is() {
    for (attribute, value) in [
        ("reason", AttributeValue::Ss(vec!["IT".to_owned()])),
        ("reviewAfterMinutes", text("60")),
        ("reviewAfterMinutes", number("1.5")),
        ("phone", number(5)),
    ] {
        let app = directory().await;
        set(&app, 112, "RED", 1).await;
        let tag = app.get(112).by("lead").send().await.header("etag").to_owned();
        spoil(&app, 112, attribute, value).await;
        let stored = app.row(112).await;
        let lists = ["parentId=112", "status=RED", "status=GREEN", "overdue=true"];
        // Only services with a review interval can be overdue.
        let count = if attribute == "reviewAfterMinutes" { 4 } else { 3 };
        for query in lists.into_iter().take(count) {
            assert_eq!(walk(&app, query, 4).await.1, [112], "{query} {attribute}");
        }
        let moved = app.put_deadline(112, json!({"resetStatusIn": 5})).by("lead");
        let moved = moved.header("if-match", &tag).send().await;
        assert_eq!(moved.refused(500), "INTERNAL");
        app.at(600);
        assert_eq!(app.run_schedule().await.failed, 1);
        assert_eq!(app.row(112).await, stored);
    }
}

/// Its path says where it is in the index, and where the next page starts.
#[tokio::test]
async fn a_list_goes_on_after_a_path_that_is_none() {
    for path in ["/100/110/;%/", "/100/110/x", "/100/110/111/", "/100/110/007/"] {
        let app = directory().await;
        spoil(&app, 112, "path", text(path)).await;
        for (query, items) in [
            ("parentId=110", vec![110, 111, 113, 114]),
            ("region=100&name=Pharm", vec![111, 113, 114, 121, 122, 123, 124, 131, 132, 133, 134]),
            ("editable=true&parentId=110", vec![110, 111, 113, 114]),
        ] {
            for limit in [1, 2, 3, 100] {
                let expected = (items.clone(), vec![112]);
                assert_eq!(walk(&app, query, limit).await, expected, "{query} {limit} {path}");
            }
        }
        // Nobody knows what is below it.
        assert_eq!(walk(&app, "parentId=112", 4).await, (vec![], vec![112]), "{path}");
    }
}

/// Not every number is an id, but every row has a number as its key.
#[tokio::test]
async fn a_list_goes_on_after_a_key_that_is_no_id() {
    let app = directory().await;
    let keys = ["0", "-5", "110.5", "99999999999999999999999999999999999999"];
    let expected = walk(&app, "", 100).await;
    for key in keys {
        let path = ("path", text("/100/110/"));
        let deadline = ("resetDateTime", number(NOW + 60));
        let shard = ("resetShard", number(0));
        put(&app, number(key), &[("region", number(100)), path, shard, deadline]).await;
    }
    for limit in [1, 7, 100] {
        assert_eq!(walk(&app, "", limit).await, expected, "{limit}");
        let provider = (vec![110, 111, 112, 113, 114], vec![]);
        assert_eq!(walk(&app, "parentId=110", limit).await, provider, "{limit}");
        assert_eq!(walk(&app, "status=RED,AMBER", limit).await, (vec![], vec![]), "{limit}");
    }
    take_lines();
    take_metrics();
    walk(&app, "", 100).await;
    let [line] = take_lines().try_into().expect("one line");
    for key in keys {
        assert!(line["rows"].as_str().is_some_and(|rows| rows.contains(&format!("service {key}"))));
    }
    assert!(take_metrics().iter().any(|document| document["UnreadableRows"] == 4));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_logged_by_id_and_counted() {
    let app = directory().await;
    keep_secret(NOTES);
    spoil(&app, 112, "status", text(NOTES)).await;
    spoil(&app, 113, "name", AttributeValue::Ss(vec![NOTES.to_owned()])).await;
    for (query, rows) in [
        ("parentId=110", "service 112, service 113"),
        ("id=113,111,112", "service 113, service 112"),
    ] {
        take_lines();
        take_metrics();
        let page = app.list(query).by("lead").header("x-request-id", "r-1").send().await;
        page.ok();
        let [line] = take_lines().try_into().expect("one line");
        assert_eq!(
            (&line["level"], &line["message"], &line["request_id"], &line["rows"]),
            (&json!("ERROR"), &json!("rows_unreadable"), &json!("r-1"), &json!(rows))
        );
        let counted: Vec<Value> = take_metrics();
        let counts: Vec<_> =
            counted.iter().filter_map(|one| one["UnreadableRows"].as_u64()).collect();
        assert_eq!(counts, [2], "{query}");
    }
}

/// A page of due resets has 25 entries. All of these are in one shard, and the first ones cannot be read.
#[tokio::test]
async fn a_run_of_resets_names_entries_that_it_cannot_read_and_goes_on() {
    let app = directory().await;
    set(&app, 112, "RED", 1).await;
    for entry in 0..30 {
        let deadline = ("resetDateTime", number(format!("{}.5", NOW + entry)));
        put(&app, number(10_000 + entry * 8), &[("resetShard", number(0)), deadline]).await;
    }
    app.at(600);
    take_lines();
    take_metrics();
    let run = app.run_schedule().await;
    assert_eq!((run.done, run.failed, run.complete), (1, 0, true));
    let lines = take_lines();
    let named = lines.iter().filter(|line| line["message"] == "rows_unreadable");
    let named: Vec<_> = named.filter_map(|line| line["rows"].as_str()).collect();
    assert!(named[0].starts_with("service 10000, service 10008, "), "{named:?}");
    let counts = take_metrics();
    let counts: u64 = counts.iter().filter_map(|one| one["UnreadableRows"].as_u64()).sum();
    assert_eq!((named.len(), counts), (2, 30));
}
