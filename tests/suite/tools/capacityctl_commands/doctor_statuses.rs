//! What `cargo ctl doctor` says of columns that contradict each other.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::{ctl::Ctl, lines};

/// The warnings and what is bad.
async fn found(ctl: &Ctl) -> Vec<(String, String)> {
    let found = ctl.run(&["doctor"]).await.expect("findings").json.expect("JSON");
    [lines(&found, "warning"), lines(&found, "bad")].concat()
}

fn finding(what: &str, found: &str) -> Vec<(String, String)> {
    vec![(what.to_owned(), found.to_owned())]
}

fn s(text: &str) -> Option<AttributeValue> {
    Some(AttributeValue::S(text.to_owned()))
}

fn n(number: &str) -> Option<AttributeValue> {
    Some(AttributeValue::N(number.to_owned()))
}

/// Sets an attribute of the newest change.
async fn alter_change(ctl: &Ctl, attribute: &str, value: &str) {
    let changes = ctl.app.history(30).await;
    let at = changes.last().and_then(|change| change["at"].as_str()).expect("a change").to_owned();
    let update = ctl.app.client.update_item().table_name(&ctl.app.tables.status_history);
    let update = update.key("serviceId", AttributeValue::N("30".into()));
    let update = update.key("at", AttributeValue::S(at)).update_expression("SET #name = :value");
    let update = update.expression_attribute_names("#name", attribute);
    let value = AttributeValue::S(value.to_owned());
    update.expression_attribute_values(":value", value).send().await.expect("a change");
}

async fn red_with_a_moved_deadline() -> Ctl {
    let ctl = Ctl::start().await;
    let red = json!({"status": "RED", "resetStatusIn": 60, "notes": "full", "reason": "staffing"});
    let tag = ctl.app.put(30, red).by("editor").send().await.header("etag").to_owned();
    let moved = ctl.app.put_deadline(30, json!({"resetStatusIn": 90})).by("editor");
    moved.header("if-match", &tag).send().await.ok();
    assert_eq!(found(&ctl).await, []);
    ctl
}

#[tokio::test]
async fn columns_that_a_status_does_not_have_are_named() {
    let expected =
        finding("columns of statuses", "1 of 5 with columns that their status does not have: 40");
    for (attribute, value) in [
        ("notes", s("full")),
        ("reason", s("IT")),
        ("resetShard", n("0")),
        ("modifiedBy", s("ann")),
        ("modifiedDate", n("1")),
    ] {
        let ctl = Ctl::start().await;
        ctl.alter(40, attribute, value).await;
        assert_eq!(found(&ctl).await, expected, "{attribute}");
    }
}

#[tokio::test]
async fn a_reason_of_a_green_status_is_found_and_the_next_update_removes_it() {
    let ctl = Ctl::start().await;
    let green = async || {
        ctl.app.put(30, json!({"status": "GREEN"})).by("editor").send().await.ok();
    };
    green().await;
    ctl.alter(30, "reason", s("IT")).await;
    let columns =
        finding("columns of statuses", "1 of 5 with columns that their status does not have: 30");
    let newest = finding(
        "newest changes",
        "1 of 1 that are not as the newest change in their history says: 30",
    );
    assert_eq!(found(&ctl).await, [columns, newest].concat());
    green().await;
    assert_eq!(found(&ctl).await, []);
}

/// Another version of the API may have it.
#[tokio::test]
async fn a_reason_that_is_not_in_the_list_is_only_a_warning() {
    let ctl = red_with_a_moved_deadline().await;
    ctl.alter(30, "reason", s("STRIKE")).await;
    alter_change(&ctl, "reason", "STRIKE").await;
    let expected = finding("reasons", "1 of 5 with a reason that is not in the list: 30");
    assert_eq!(found(&ctl).await, expected);
}

#[tokio::test]
async fn a_service_that_is_not_as_its_newest_change_says_is_found() {
    let expected = finding(
        "newest changes",
        "1 of 1 that are not as the newest change in their history says: 30",
    );
    for (attribute, value) in [
        ("status", s("AMBER")),
        ("resetDateTime", n("9999999999")),
        ("reason", s("IT")),
        ("notes", None),
        ("version", n("3")),
    ] {
        let ctl = red_with_a_moved_deadline().await;
        ctl.alter(30, attribute, value).await;
        assert_eq!(found(&ctl).await, expected, "{attribute}");
    }
}

#[tokio::test]
async fn a_moved_deadline_that_changed_the_status_is_found() {
    let expected = finding(
        "newest changes",
        "1 of 1 that are not as the newest change in their history says: 30",
    );
    let ctl = red_with_a_moved_deadline().await;
    alter_change(&ctl, "previousStatus", "AMBER").await;
    assert_eq!(found(&ctl).await, expected);
    let ctl = Ctl::start().await;
    ctl.app.put(30, json!({"status": "GREEN"})).by("editor").send().await.ok();
    alter_change(&ctl, "cause", "deadline").await;
    assert_eq!(found(&ctl).await, expected);
}

#[tokio::test]
async fn a_phone_and_an_interval_that_an_import_refuses_are_found() {
    for (attribute, value) in [
        ("phone", s("ask reception")),
        ("phone", s(" ")),
        ("phone", s(&"1".repeat(61))),
        ("reviewAfterMinutes", n("0")),
        ("reviewAfterMinutes", n("525601")),
    ] {
        let ctl = Ctl::start().await;
        ctl.alter(30, attribute, value).await;
        let expected = finding("limits of services", "1 of 5 that an import refuses: 30");
        assert_eq!(found(&ctl).await, expected, "{attribute}");
    }
    let ctl = Ctl::start().await;
    ctl.alter(30, "reviewAfterMinutes", n("1.5")).await;
    let unreadable = finding("services", "1 of 5 cannot be read: 30");
    assert_eq!(found(&ctl).await.last(), unreadable.last());
}
