//! `status extend`: what it shows and asks, and what it changes.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::{domain::Timestamp, http::Clock};

use super::{
    ctl::{Ctl, exit_code},
    refusing_engine::{overtaking_by, recording, repeating},
};

pub(super) const EXTEND: [&str; 6] = ["status", "extend", "30", "60", "--as", "editor-name"];
pub(super) const EXTEND_UNASKED: [&str; 7] =
    ["status", "extend", "30", "60", "--as", "editor-name", "--yes"];

/// Service 30 is RED for so many minutes.
pub(super) async fn red(minutes: &str) -> Ctl {
    let ctl = Ctl::start().await;
    let set = ["status", "set", "30", "RED", "--as", "editor-name", "--reset-in", minutes];
    let details = ["--reason", "staffing", "--notes", "full"];
    ctl.text(&[&set[..], &details].concat()).await;
    ctl
}

/// What is stored about the service's status.
pub(super) async fn stored(ctl: &Ctl) -> (HashMap<String, AttributeValue>, Vec<Value>) {
    (ctl.app.row(30).await, ctl.app.history(30).await)
}

pub(super) fn deadline(status: &Value) -> i64 {
    let deadline = status["resetDateTime"].as_str().expect("a deadline");
    deadline.parse::<Timestamp>().expect("a time").epoch_seconds()
}

#[tokio::test]
async fn a_deadline_moves_by_the_minutes_and_nothing_else_changes() {
    let ctl = red("30").await;
    let (row, before) = (ctl.app.row(30).await, ctl.json(&["status", "get", "30"]).await);
    let mut extended = ctl.json(&EXTEND_UNASKED).await;
    assert_eq!(ctl.json(&["status", "get", "30"]).await, extended);
    let moved = deadline(&extended) - deadline(&before);
    assert!((3_600..3_660).contains(&moved), "{moved}");
    for own in ["resetDateTime", "modifiedDate"] {
        extended[own] = before[own].clone();
    }
    assert_eq!(extended, before);
    let after = ctl.app.row(30).await;
    let changed = after.iter().filter(|(name, value)| row.get(*name) != Some(*value));
    let mut changed: Vec<&str> = changed.map(|(name, _)| name.as_str()).collect();
    changed.retain(|name| *name != "modifiedDate");
    changed.sort_unstable();
    assert_eq!(changed, ["resetDateTime", "version"]);
}

#[tokio::test]
async fn history_names_the_operator_who_moved_a_deadline() {
    let ctl = red("30").await;
    ctl.text(&EXTEND_UNASKED).await;
    let history = ctl.app.history(30).await;
    let [_, moved] = history.as_slice() else { panic!("two changes: {history:?}") };
    assert_eq!(
        [&moved["cause"], &moved["status"], &moved["previousStatus"], &moved["username"]],
        ["deadline", "RED", "RED", "editor-name"]
    );
    assert!(moved["operator"].as_str().is_some_and(|name| name.starts_with("local:")), "{moved}");
    let text = ctl.text(&["status", "history", "30"]).await;
    let newest = text.lines().nth(1).expect("a change");
    assert!(newest.contains("deadline") && newest.contains("STAFFING"), "{text}");
}

#[tokio::test]
async fn the_user_is_shown_the_status_and_is_asked() {
    let ctl = red("30").await;
    for answer in ["n\n", "\n", "", "yess\n", "yes please\n", " no\n"] {
        let before = stored(&ctl).await;
        let (result, shown) = ctl.run_answering(answer, &EXTEND).await;
        let failure = result.expect_err("a refusal");
        assert_eq!(failure.to_string(), "nothing was changed: the answer was not yes");
        assert_eq!(exit_code(&failure), "3");
        let status = ctl.text(&["status", "get", "30"]).await;
        assert!(shown.starts_with(&status), "{shown}");
        let until = time(deadline(&ctl.json(&["status", "get", "30"]).await) + 3_600);
        let question = format!(
            "\nwith 60 minutes more it stays RED at least until {until}\nExtend it? [y/N] "
        );
        assert!(shown.ends_with(&question), "{shown}");
        assert_eq!(stored(&ctl).await, before, "{answer:?}");
    }
    for (answer, changes) in [("y\n", 2), ("YES\n", 3), (" y", 4)] {
        ctl.run_answering(answer, &EXTEND).await.0.expect("a change");
        assert_eq!(ctl.app.history(30).await.len(), changes, "{answer:?}");
    }
    let (result, shown) = ctl.run_answering("", &EXTEND_UNASKED).await;
    result.expect("a change");
    assert!(shown.contains("at least until") && !shown.contains('?'), "{shown}");
}

fn time(epoch_seconds: i64) -> Timestamp {
    Timestamp::from_epoch_seconds(epoch_seconds).expect("a time")
}

#[tokio::test]
async fn a_dry_run_shows_the_new_deadline_and_only_reads() {
    let ctl = red("30").await;
    let (endpoint, sent) = recording().await;
    ctl.point_to(&endpoint);
    let dry_run = [&EXTEND[..], &["--dry-run"]].concat();
    let text = ctl.text(&dry_run).await;
    let services = &ctl.app.tables.services;
    let last = format!("dry run: nothing was changed in table {services} of the local stack");
    assert_eq!(text.lines().last(), Some(last.as_str()));
    let current = ctl.json(&["status", "get", "30"]).await;
    let until = time(deadline(&current) + 3_600).to_string();
    assert_eq!(
        ctl.json(&dry_run).await,
        json!({"dryRun": true, "current": current, "atLeastUntil": until})
    );
    let sent = sent.lock().expect("no panic while held");
    assert!(
        sent.iter()
            .all(|(action, _)| ["Scan", "BatchGetItem", "GetItem"].contains(&action.as_str()))
    );
}

/// What another client stores, after the status was shown.
#[derive(Clone, Copy)]
struct Meanwhile<'a> {
    /// It does so before the last operation of this kind.
    before: &'static str,
    attribute: &'a str,
    value: &'a AttributeValue,
    changes: u8,
}

/// The endpoint of an engine on which that happens.
async fn changing(ctl: &Ctl, meanwhile: Meanwhile<'_>) -> String {
    let Meanwhile { before, attribute, value, changes } = meanwhile;
    let update = ctl.app.client.update_item().table_name(&ctl.app.tables.services);
    let update = update.key("id", AttributeValue::N("30".to_owned()));
    let update = update.expression_attribute_names("#attribute", attribute);
    let update = update.update_expression("SET #attribute = :value, version = version + :changes");
    let update = update.expression_attribute_values(":value", value.clone());
    let changes = AttributeValue::N(changes.to_string());
    let update = update.expression_attribute_values(":changes", changes);
    // One to show the status, one to change it
    let last = if before == "BatchGetItem" { 1 } else { 0 };
    let seen = Arc::new(AtomicU32::new(0));
    let other = move || {
        let (update, number) = (update.clone(), seen.fetch_add(1, Ordering::SeqCst));
        async move {
            if number == last {
                update.send().await.expect("an update");
            }
        }
    };
    overtaking_by(before, other).await
}

#[tokio::test]
async fn a_status_that_was_not_shown_is_not_extended() {
    let amber = &AttributeValue::S("AMBER".to_owned());
    let renamed = &AttributeValue::S("Other".to_owned());
    let past = Clock::system().now().minus_seconds(1).epoch_seconds();
    let past = &AttributeValue::N(past.to_string());
    let (read, write) = ("BatchGetItem", "TransactWriteItems");
    for (before, attribute, value, changes, current) in [
        (read, "status", amber, 1, "AMBER until "),
        (write, "status", amber, 1, "AMBER until "),
        (read, "resetDateTime", past, 0, "GREEN, set "),
        (read, "name", renamed, 0, "RED until "),
    ] {
        let ctl = red("30").await;
        let meanwhile = Meanwhile { before, attribute, value, changes };
        ctl.point_to(&changing(&ctl, meanwhile).await);
        let (result, shown) = ctl.run_answering("yes\n", &EXTEND).await;
        let failure = result.expect_err("a refusal");
        let text = format!("nothing was changed: service 30 has changed, it is now {current}");
        assert!(failure.to_string().starts_with(&text), "{attribute}: {failure}");
        assert_eq!(exit_code(&failure), "6");
        assert!(shown.contains("stays RED"), "{shown}");
        assert_eq!(ctl.app.history(30).await.len(), 1, "{attribute}");
    }
}

/// The answer to the first sending is lost.
#[tokio::test]
async fn a_deadline_whose_answer_was_lost_moves_once() {
    let ctl = red("30").await;
    let before = ctl.json(&["status", "get", "30"]).await;
    ctl.point_to(&repeating().await);
    let extended = ctl.json(&EXTEND_UNASKED).await;
    let moved = deadline(&extended) - deadline(&before);
    assert!((3_600..3_660).contains(&moved), "{moved}");
    assert_eq!(ctl.app.history(30).await.len(), 2);
}
