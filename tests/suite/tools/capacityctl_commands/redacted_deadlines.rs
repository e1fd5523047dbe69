//! `cargo ctl history redact` and moved deadlines: they copy the notes of the change before them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::{audit::shown, ctl::Ctl, lines, refusing_engine::overtaking_by};
use crate::harness::App;

const REDACTED: &str =
    "Capacity status set by Capacity Status API - notes redacted by an operator at ";
const NAME: &str = "Mr Smith waits in room 4";

/// Sets RED with a patient's name in the notes, then moves the deadline that often.
async fn red_with_deadlines(app: &App, deadlines: usize) {
    let red = json!({"status": "RED", "resetStatusIn": 60, "notes": NAME});
    app.put(30, red).by("editor").send().await.ok();
    for _ in 0..deadlines {
        move_deadline(app).await;
    }
}

async fn move_deadline(app: &App) {
    let tag = app.get(30).by("reader").send().await.header("etag").to_owned();
    let moved = app.put_deadline(30, json!({"resetStatusIn": 90})).by("editor");
    moved.header("if-match", &tag).send().await.ok();
}

async fn redact(ctl: &Ctl, version: &str) -> Value {
    ctl.json(&["history", "redact", "30", version, "--reason", "a name"]).await
}

/// The notes of each version, without the time of a redaction.
async fn notes(ctl: &Ctl) -> Vec<String> {
    let notes = |change: Value| {
        let notes = change["notes"].as_str().expect("notes").to_owned();
        if notes.starts_with(REDACTED) { "redacted".to_owned() } else { notes }
    };
    ctl.app.history(30).await.into_iter().map(notes).collect()
}

async fn current_notes(ctl: &Ctl) -> AttributeValue {
    ctl.app.row(30).await["notes"].clone()
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

#[tokio::test]
async fn the_notes_of_a_change_are_redacted_in_every_deadline_that_copied_them() {
    for version in ["1", "2", "3"] {
        let ctl = Ctl::start().await;
        red_with_deadlines(&ctl.app, 2).await;
        let redacted = redact(&ctl, version).await;
        assert_eq!(redacted["versions"], json!([1, 2, 3]));
        assert_eq!(notes(&ctl).await, ["redacted"; 3]);
        assert_eq!(current_notes(&ctl).await, s(redacted["notes"].as_str().expect("notes")));
        let past = ctl.app.past(30, "").by("reader").send().await;
        let answers = [past, ctl.app.get(30).by("reader").send().await];
        assert!(answers.iter().all(|reply| !reply.body.to_string().contains(NAME)));
        let rows = shown(&ctl, &["--service", "30"]).await;
        let copies: Vec<u64> = (1..=3).filter(|one: &u64| one.to_string() != version).collect();
        assert_eq!((rows.len(), &rows[0]["details"]["copies"]), (1, &json!(copies)));
    }
}

#[tokio::test]
async fn other_changes_keep_their_notes() {
    let ctl = Ctl::start().await;
    let put = async |notes: &str| {
        let red = json!({"status": "RED", "notes": notes});
        ctl.app.put(30, red).by("editor").send().await.ok();
        move_deadline(&ctl.app).await;
    };
    for text in ["before", NAME, "after"] {
        put(text).await;
    }
    let row = ctl.app.row(30).await;
    assert_eq!(redact(&ctl, "3").await["versions"], json!([3, 4]));
    let stored = |text: &str| format!("Capacity status set by Capacity Status API - {text}");
    let (before, after, redacted) = (stored("before"), stored("after"), "redacted".to_owned());
    assert_eq!(
        notes(&ctl).await,
        [&before, &before, &redacted, &redacted, &after, &after].map(Clone::clone)
    );
    assert_eq!(ctl.app.row(30).await, row);
}

#[tokio::test]
async fn a_dry_run_names_the_changes_without_their_notes_and_changes_nothing() {
    let ctl = Ctl::start().await;
    red_with_deadlines(&ctl.app, 2).await;
    let before = (ctl.app.row(30).await, ctl.app.history(30).await);
    let words = ["history", "redact", "30", "1", "--reason", "a name", "--dry-run"];
    assert_eq!(
        ctl.text(&words).await,
        "service 30, version 1 has notes\nthe same notes, as a deadline was moved: version 2, 3\n\
         dry run: nothing was changed"
    );
    let shown_json = ctl.json(&words).await;
    assert_eq!((&shown_json["versions"], &shown_json["notes"]), (&json!([1, 2, 3]), &Value::Null));
    assert_eq!((ctl.app.row(30).await, ctl.app.history(30).await), before);
    assert_eq!(shown(&ctl, &[]).await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_deadline_moved_after_the_redaction_needs_none() {
    let ctl = Ctl::start().await;
    red_with_deadlines(&ctl.app, 1).await;
    redact(&ctl, "1").await;
    move_deadline(&ctl.app).await;
    let before = (ctl.app.row(30).await, ctl.app.history(30).await);
    for version in ["1", "3"] {
        let words = ["history", "redact", "30", version, "--reason", "again"];
        let text = ctl.text(&words).await;
        assert!(text.ends_with("; nothing was changed"), "{text}");
    }
    assert_eq!((ctl.app.row(30).await, ctl.app.history(30).await), before);
}

#[tokio::test]
async fn a_deadline_moved_during_the_redaction_is_redacted_too() {
    let ctl = Ctl::start().await;
    red_with_deadlines(&ctl.app, 0).await;
    let app = Arc::new(ctl.app.with_client(ctl.app.client.clone()));
    let is_moved = Arc::new(AtomicBool::new(false));
    let other = move || {
        let (app, is_moved) = (Arc::clone(&app), Arc::clone(&is_moved));
        async move {
            if !is_moved.swap(true, Ordering::SeqCst) {
                move_deadline(&app).await;
            }
        }
    };
    ctl.point_to(&overtaking_by("TransactWriteItems", other).await);
    assert_eq!(redact(&ctl, "1").await["versions"], json!([1, 2]));
    assert_eq!(notes(&ctl).await, ["redacted"; 2]);
}

/// One that was decided before the redaction, and stored after it, still has the notes.
#[tokio::test]
async fn a_late_deadline_is_found_by_the_doctor_and_redacted_by_the_same_command() {
    let ctl = Ctl::start().await;
    red_with_deadlines(&ctl.app, 1).await;
    redact(&ctl, "1").await;
    let at = ctl.app.history(30).await[1]["at"].as_str().expect("a sort key").to_owned();
    let update = ctl.app.client.update_item().table_name(&ctl.app.tables.status_history);
    let update = update.key("serviceId", AttributeValue::N("30".into())).key("at", s(&at));
    let update = update.update_expression("SET notes = :notes REMOVE redactedAt");
    update.expression_attribute_values(":notes", s(NAME)).send().await.expect("a late change");
    let doctor = ctl.run(&["doctor"]).await.expect("findings").json.expect("JSON");
    let found = "1 of 1 that are not as the newest change in their history says: 30";
    assert_eq!(lines(&doctor, "bad"), [("newest changes".to_owned(), found.to_owned())]);
    redact(&ctl, "1").await;
    assert_eq!(notes(&ctl).await, ["redacted"; 2]);
    assert_eq!(
        s(ctl.app.history(30).await[1]["notes"].as_str().expect("notes")),
        current_notes(&ctl).await
    );
    assert!(ctl.run(&["doctor"]).await.expect("findings").healthy);
}

#[tokio::test]
async fn more_copies_than_one_transaction_can_write_are_all_redacted() {
    let ctl = Ctl::start().await;
    red_with_deadlines(&ctl.app, 100).await;
    let redacted = redact(&ctl, "40").await;
    assert_eq!(redacted["versions"].as_array().map(Vec::len), Some(101));
    assert_eq!(notes(&ctl).await, vec!["redacted"; 101]);
    assert_eq!(current_notes(&ctl).await, s(redacted["notes"].as_str().expect("notes")));
    assert_eq!(shown(&ctl, &["--service", "30"]).await.len(), 2);
}
