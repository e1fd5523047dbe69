//! `cargo ctl history redact`: nobody reads the notes any more, and nothing else changes.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::{
    audit::shown,
    ctl::{Ctl, exit_code},
    refusing_engine::{overtaking, overtaking_by},
};
use crate::harness::{Reply, time};

const REDACTED: &str =
    "Capacity status set by Capacity Status API - notes redacted by an operator at ";
const NAME: &str = "Mr Smith waits in room 4";

async fn put(ctl: &Ctl, key: &str, notes: Option<&str>) -> Reply {
    let mut body = json!({"status": "RED", "resetStatusIn": 60});
    if let Some(notes) = notes {
        body["notes"] = notes.into();
    }
    let reply = ctl.app.put(30, body).by("editor").header("idempotency-key", key).send().await;
    reply.ok();
    reply
}

async fn redact(ctl: &Ctl, change: &str) -> Value {
    ctl.json(&["history", "redact", "30", change, "--reason", "a patient's name"]).await
}

/// The answer with other notes.
fn with_notes(answer: &Value, notes: &Value) -> Value {
    let mut answer = answer.clone();
    answer["notes"] = notes.clone();
    answer
}

#[tokio::test]
async fn the_notes_of_the_current_status_are_redacted_wherever_they_are_read() {
    let ctl = Ctl::start().await;
    let first = put(&ctl, "k-1", Some(NAME)).await;
    let (row, entry) = (ctl.app.row(30).await, ctl.app.history(30).await.remove(0));
    let notes = redact(&ctl, "1").await["notes"].clone();
    let text = notes.as_str().expect("a text");

    let expected = with_notes(first.ok(), &notes);
    assert_eq!(*ctl.app.get(30).by("reader").send().await.ok(), expected);
    let list = ctl.app.list("id=30").by("reader").send().await;
    assert_eq!(list.ok()["items"][0]["notes"], notes);
    let past = ctl.app.past(30, "").by("reader").send().await;
    assert_eq!(past.ok()["items"][0]["notes"], notes);
    // By the machine's clock, the status has been reset.
    assert_eq!(ctl.json(&["status", "history", "30"]).await[1]["notes"], notes);
    let repeat = put(&ctl, "k-1", Some(NAME)).await;
    assert_eq!((repeat.ok(), repeat.header("idempotency-replayed")), (&expected, "true"));

    let mut redacted = ctl.app.row(30).await;
    assert_eq!(redacted.insert("notes".into(), row["notes"].clone()), Some(s(text)));
    let version = redacted.insert("directoryVersion".into(), row["directoryVersion"].clone());
    assert_eq!(version, Some(AttributeValue::N("2".to_owned())));
    assert_eq!(redacted, row);
    let mut redacted = ctl.app.history(30).await.remove(0);
    let at = redacted.as_object_mut().expect("an entry").remove("redactedAt").expect("a time");
    assert_eq!(text, format!("{REDACTED}{}", time(at.as_i64().expect("seconds"))));
    assert_eq!(redacted, with_notes(&entry, &notes));
}

/// Otherwise a client that asks for news would keep the notes.
#[tokio::test]
async fn redacted_notes_have_another_entity_tag() {
    let ctl = Ctl::start().await;
    let tag = put(&ctl, "k-1", Some(NAME)).await.header("etag").to_owned();
    let known = || ctl.app.get(30).by("reader").header("if-none-match", &tag);
    assert_eq!(known().send().await.status, 304);
    redact(&ctl, "1").await;
    assert!(known().send().await.ok()["notes"].as_str().expect("notes").starts_with(REDACTED));
    let green = || ctl.app.put(30, json!({"status": "GREEN"})).by("editor");
    let reply = green().header("if-match", &tag).send().await;
    assert_eq!(reply.refused(412), "PRECONDITION_FAILED");
    green().header("if-match", reply.header("etag")).send().await.ok();
}

#[tokio::test]
async fn an_earlier_change_is_redacted_by_its_id_without_the_current_notes() {
    let ctl = Ctl::start().await;
    for (key, notes) in [("k-1", NAME), ("k-2", "full")] {
        put(&ctl, key, Some(notes)).await;
    }
    let row = ctl.app.row(30).await;
    let id = change_id(&ctl, 1).await;
    let redacted = redact(&ctl, &id).await;
    assert_eq!((&redacted["id"], &redacted["version"]), (&json!(30), &json!(1)));
    assert_eq!(ctl.app.row(30).await, row);
    let past = ctl.app.past(30, "").by("reader").send().await;
    let notes = |index: usize| past.ok()["items"][index]["notes"].as_str().expect("notes");
    assert_eq!(notes(0), "Capacity status set by Capacity Status API - full");
    assert!(notes(1).starts_with(REDACTED));
    let details = json!({"version": 1, "changeId": id, "reason": "a patient's name"});
    let row = json!({"action": "history redact", "resource": "service:30", "details": details});
    assert_eq!(shown(&ctl, &["--service", "30"]).await, [row]);
}

async fn change_id(ctl: &Ctl, version: u64) -> String {
    let rows = ctl.app.client.scan().table_name(&ctl.app.tables.status_history).send().await;
    let rows = rows.expect("history").items.unwrap_or_default();
    let version = AttributeValue::N(version.to_string());
    let row = rows.into_iter().find(|row| row["version"] == version).expect("the change");
    row["changeId"].as_s().expect("an id").clone()
}

#[tokio::test]
async fn a_second_redaction_says_when_the_first_was_and_changes_nothing() {
    let ctl = Ctl::start().await;
    put(&ctl, "k-1", Some(NAME)).await;
    let first = redact(&ctl, "1").await;
    let (row, entries) = (ctl.app.row(30).await, ctl.app.history(30).await);
    assert_eq!(redact(&ctl, "1").await, first);
    let text = ctl.text(&["history", "redact", "30", "1", "--reason", "again"]).await;
    let at = first["notes"].as_str().expect("notes").trim_start_matches(REDACTED);
    let said = format!("these notes were redacted at {at}; nothing was changed");
    assert_eq!(text.lines().last(), Some(said.as_str()));
    assert_eq!((ctl.app.row(30).await, ctl.app.history(30).await), (row, entries));
    assert_eq!(shown(&ctl, &[]).await.len(), 1);
}

#[tokio::test]
async fn what_has_no_notes_cannot_be_redacted() {
    let ctl = Ctl::start().await;
    put(&ctl, "k-1", None).await;
    ctl.app.at(100_000);
    ctl.app.run_schedule().await;
    let before = (ctl.app.row(30).await, ctl.app.history(30).await);
    let (none, unknown) =
        ("CHANGE: has no notes of its own", "CHANGE: history has no stored change");
    for (id, change, code, said) in [
        ("30", "1", "3", none),
        ("30", "2", "3", none),
        ("30", "3", "3", unknown),
        ("30", "11111111-2222-4333-8444-555555555555", "3", unknown),
        ("20", "1", "3", unknown),
        ("31", "1", "4", "service 31 does not exist"),
    ] {
        let words = ["history", "redact", id, change, "--reason", "a name"];
        let failure = ctl.failure(&words).await;
        assert_eq!(exit_code(&failure), code, "{words:?}: {failure}");
        assert!(failure.to_string().contains(said), "{words:?}: {failure}");
    }
    for (change, reason, said) in [
        ("1", " ", "must not be blank"),
        ("first", "a name", "must be a version such as 7, or the id of a change"),
    ] {
        let finished = ctl.execute(&["history", "redact", "30", change, "--reason", reason]).await;
        assert!(finished.code == 2 && finished.stderr.contains(said), "{finished:?}");
    }
    assert_eq!((ctl.app.row(30).await, ctl.app.history(30).await), before);
    assert_eq!(shown(&ctl, &[]).await, [Value::Null; 0]);
}

/// The update that comes first has the service's notes, and they stay.
#[tokio::test]
async fn an_update_that_comes_in_between_keeps_its_notes() {
    let ctl = Ctl::start().await;
    put(&ctl, "k-1", Some(NAME)).await;
    let update = ctl.app.client.update_item().table_name(&ctl.app.tables.services);
    let update = update.key("id", AttributeValue::N("30".into()));
    let update = update.update_expression("SET notes = :notes ADD version :one");
    let update = update.expression_attribute_values(":notes", s("full"));
    let update = update.expression_attribute_values(":one", AttributeValue::N("1".into()));
    ctl.point_to(&overtaking("TransactWriteItems", update).await);
    redact(&ctl, "1").await;
    assert_eq!(ctl.app.row(30).await["notes"], s("full"));
    let entry = ctl.app.history(30).await.remove(0);
    assert!(entry["notes"].as_str().expect("notes").starts_with(REDACTED));
}

/// Its notes are the service's: they must not stay there.
#[tokio::test]
async fn a_change_stored_after_the_service_was_read_is_redacted_in_both_tables() {
    let ctl = Ctl::start().await;
    put(&ctl, "k-1", Some(NAME)).await;
    put(&ctl, "k-2", Some(NAME)).await;
    let version = |number: &str| AttributeValue::N(number.to_owned());
    ctl.alter(30, "version", Some(version("1"))).await;
    let update = ctl.app.client.update_item().table_name(&ctl.app.tables.services);
    let update = update.key("id", version("30")).update_expression("SET version = :two");
    let update = update.expression_attribute_values(":two", version("2"));
    ctl.point_to(&overtaking("Query", update).await);
    let notes = redact(&ctl, "2").await["notes"].clone();
    assert_eq!(ctl.app.row(30).await["notes"], s(notes.as_str().expect("a text")));
    assert_eq!(ctl.app.history(30).await[1]["notes"], notes);
}

#[tokio::test]
async fn of_two_redactions_at_the_same_time_one_is_recorded() {
    let ctl = Ctl::start().await;
    put(&ctl, "k-1", Some(NAME)).await;
    let table = ctl.app.tables.status_history.clone();
    let at = ctl.app.history(30).await[0]["at"].as_str().expect("a sort key").to_owned();
    let update = ctl.app.client.update_item().table_name(&table);
    let update = update.key("serviceId", AttributeValue::N("30".into())).key("at", s(&at));
    let update = update.update_expression("SET notes = :notes, redactedAt = :time");
    let update = update.expression_attribute_values(":notes", s("theirs"));
    let update = update.expression_attribute_values(":time", AttributeValue::N("0".into()));
    ctl.point_to(&overtaking("TransactWriteItems", update).await);
    let text = ctl.text(&["history", "redact", "30", "1", "--reason", "a name"]).await;
    let said = "these notes were redacted at 1970-01-01T00:00:00Z; nothing was changed";
    assert_eq!(text.lines().last(), Some(said));
    assert_eq!(ctl.app.history(30).await[0]["notes"], "theirs");
    assert_eq!(shown(&ctl, &[]).await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_change_that_is_deleted_meanwhile_does_not_come_back() {
    let ctl = Ctl::start().await;
    put(&ctl, "k-1", Some(NAME)).await;
    put(&ctl, "k-2", None).await;
    let at = ctl.app.history(30).await[0]["at"].as_str().expect("a sort key").to_owned();
    let delete = ctl.app.client.delete_item().table_name(&ctl.app.tables.status_history);
    let delete = delete.key("serviceId", AttributeValue::N("30".into())).key("at", s(&at));
    let other = move || {
        let delete = delete.clone();
        async move { drop(delete.send().await.expect("a deletion")) }
    };
    ctl.point_to(&overtaking_by("TransactWriteItems", other).await);
    let failure = ctl.failure(&["history", "redact", "30", "1", "--reason", "a name"]).await;
    assert_eq!(exit_code(&failure), "3", "{failure}");
    assert_eq!(ctl.app.history(30).await.len(), 1);
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
