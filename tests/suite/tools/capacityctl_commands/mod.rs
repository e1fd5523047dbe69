//! `cargo ctl`, command by command: what it prints, what it changes in the tables, and its exit
//! code.

mod audit;
mod audited_imports;
mod ctl;
mod doctor_statuses;
mod extend;
mod extend_refusals;
mod failures;
mod followed_changes;
mod following;
mod history_rights;
mod imports;
mod interrupted_imports;
mod on_aws;
mod optional_columns;
mod pruning;
mod redacted_deadlines;
mod redaction;
mod refused_imports;
mod refusing_engine;
mod results;
mod rights;
mod round_trips;
mod smoke_pages;
mod status_texts;
mod store_failures;
mod stored_texts;
mod users;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use self::ctl::{Ctl, exit_code};
use crate::harness::audit_table;

#[tokio::test]
async fn filters_select_the_listed_services() {
    let ctl = Ctl::start().await;
    let ids = async |words: &[&str]| -> Vec<u64> {
        let listed = ctl.json(&[&["service", "list"], words].concat()).await;
        listed.as_array().expect("a list").iter().filter_map(|entry| entry["id"].as_u64()).collect()
    };
    assert_eq!(ids(&[]).await, [10, 40, 20, 30]);
    assert_eq!(ids(&["--all"]).await, [10, 40, 50, 20, 30]);
    assert_eq!(ids(&["--region", "10"]).await, [10, 20, 30]);
    assert_eq!(ids(&["--parent", "20"]).await, [20, 30]);
    assert_eq!(ids(&["--name", "pharmacy"]).await, [30]);
    assert_eq!(ids(&["--type", "14"]).await, [0_u64; 0]);
}

#[tokio::test]
async fn a_service_is_deactivated_and_activated_again() {
    let ctl = Ctl::start().await;
    ctl.text(&["service", "deactivate", "30"]).await;
    assert_eq!(ctl.app.get(30).by("reader").send().await.status, 404);
    ctl.text(&["service", "activate", "30"]).await;
    assert_eq!(ctl.app.get(30).by("reader").send().await.status, 200);
    let failure = ctl.failure(&["service", "activate", "31"]).await;
    assert_eq!(exit_code(&failure), "4");
    assert_eq!(ctl.app.get(31).by("reader").send().await.status, 404);
}

#[tokio::test]
async fn a_status_is_set_and_shown_as_the_api_does() {
    let ctl = Ctl::start().await;
    let set = ["status", "set", "30", "AMBER", "--as", "editor-name", "--reset-in", "30"];
    let set = ctl.json(&set).await;
    assert_eq!((&set["status"], &set["modifiedBy"]), (&json!("AMBER"), &json!("editor-name")));
    assert_eq!(ctl.json(&["status", "get", "30"]).await, set);
    ctl.text(&["status", "set", "30", "GREEN", "--as", "editor-name"]).await;
    let history = ctl.json(&["status", "history", "30"]).await;
    let statuses: Vec<&Value> =
        history.as_array().expect("entries").iter().map(|entry| &entry["status"]).collect();
    assert_eq!(statuses, ["GREEN", "AMBER"]);
    let newest = ctl.json(&["status", "history", "30", "--limit", "1"]).await;
    assert_eq!(newest[0], history[0]);
}

/// The API's history shows the user, in whose name it is.
#[tokio::test]
async fn history_names_the_operator_of_a_status_that_was_set_beside_the_user() {
    let ctl = Ctl::start().await;
    ctl.app.at_real_time();
    let red = json!({"status": "RED", "resetStatusIn": 0});
    assert_eq!(ctl.app.put(30, red).by("editor").send().await.status, 200);
    ctl.text(&["status", "set", "30", "AMBER", "--as", "editor-name"]).await;
    let stored = ctl.app.history(30).await;
    let [red, reset, amber] = stored.as_slice() else { panic!("three changes: {stored:?}") };
    assert!(red.get("operator").is_none() && reset.get("operator").is_none(), "{red} {reset}");
    let operator = amber["operator"].as_str().expect("an operator");
    assert!(operator.starts_with("local:"), "{operator}");
    assert_eq!(amber["username"], "editor-name");
    let shown = ctl.json(&["status", "history", "30"]).await;
    assert_eq!(
        (&shown[0]["operator"], &shown[0]["modifiedBy"]),
        (&amber["operator"], &json!("editor-name"))
    );
    assert_eq!(shown[1].get("operator"), None);
    assert!(ctl.text(&["status", "history", "30"]).await.contains(operator));
    let public = ctl.app.past(30, "").by("reader").send().await;
    assert_eq!(public.body["items"][0].get("operator"), None, "{}", public.body);
    assert_eq!(public.body["items"][0]["modifiedBy"], "editor-name");
}

/// What was checked and what was found.
fn lines(findings: &Value, verdict: &str) -> Vec<(String, String)> {
    let findings = findings.as_array().expect("findings").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let findings = findings.filter(|one| one["verdict"] == verdict);
    findings.map(|one| (text(&one["what"]), text(&one["found"]))).collect()
}

#[tokio::test]
async fn a_healthy_system_is_described_line_by_line() {
    let ctl = Ctl::start().await;
    let healthy = ctl.run(&["doctor"]).await.expect("findings");
    assert!(healthy.healthy, "{}", healthy.text);
    let tables = &ctl.app.tables;
    let table =
        |name: &String, items| (format!("table {name}"), format!("active, about {items} items"));
    let line = |what: &str, found: &str| (what.to_owned(), found.to_owned());
    let mut found = lines(&healthy.json.expect("JSON"), "ok");
    let clock = found.iter().position(|(what, _)| what == "clock").expect("the clock");
    let (_, clock) = found.remove(clock);
    // A second may begin between the answer and the look at the clock.
    let same = ["the same time as DynamoDB's", "1 second ahead of DynamoDB's"];
    assert!(same.contains(&clock.as_str()), "{clock}");
    assert_eq!(
        found,
        [
            line("tables", "those of the local stack"),
            line("limits of resets", "from 0 to 1440 minutes, by default 240"),
            table(&tables.services, 5),
            table(&tables.status_history, 0),
            table(&tables.users, 2),
            table(&tables.changes, 5),
            table(&tables.idempotency, 0),
            table(&audit_table(tables), 0),
            line("indexes", "each service is where lists look for it"),
            line("limits of services", "an import takes each"),
            line("columns of statuses", "each has the columns of its status"),
            line("reasons", "each is in the list"),
            line("services", "all 5 can be read"),
            line("hierarchy", "each service is below its parent"),
            line("users", "all 2 can be read"),
            line("usernames", "each belongs to one user"),
            line("limits of users", "an import takes each"),
            line("assignments", "each is to a service that exists"),
            line("newest changes", "each service is as its newest change says"),
        ]
    );
}

#[tokio::test]
async fn the_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let ctl = Ctl::start().await;
    ctl.interrupted_move().await;
    ctl.alter(40, "name", None).await;
    let listed = ctl.run(&["service", "list"]).await.expect("a list");
    assert!(!listed.healthy && listed.text.contains("service 40"), "{}", listed.text);
    let unknown = AttributeValue::Ns(vec!["98".to_owned(), "99".to_owned(), "30".to_owned()]);
    put_user(&ctl, "ann", "ann-name", Some(("services", unknown))).await;
    put_user(&ctl, "eve", "ann-name", None).await;
    put_user(&ctl, "bob", "bob-name", Some(("active", text("yes")))).await;
    let unhealthy = ctl.run(&["doctor"]).await.expect("findings");
    assert!(!unhealthy.healthy, "{}", unhealthy.text);
    let found = unhealthy.json.expect("JSON");
    let line = |what: &str, found: &str| (what.to_owned(), found.to_owned());
    assert_eq!(
        lines(&found, "bad"),
        [
            line("services", "1 of 5 cannot be read: 40"),
            line("hierarchy", "1 of 5 not below the parent: 30"),
            line("users", "1 of 5 cannot be read"),
            line("usernames", "several users have the name ann-name"),
        ]
    );
    let assignments = "to services that do not exist: ann-name (98, 99)";
    assert_eq!(lines(&found, "warning"), [line("assignments", assignments)]);
    let (ill, advised) =
        (|one: &&Value| one["verdict"] != "ok", |one: &Value| one["advice"].is_string());
    assert!(found.as_array().expect("findings").iter().filter(ill).all(advised), "{found}");
}

/// An operator put rows back by hand, without all that belongs to a status and a place.
#[tokio::test]
async fn the_doctor_finds_services_that_lists_miss() {
    let ctl = Ctl::start().await;
    ctl.text(&["status", "set", "30", "RED", "--as", "editor-name"]).await;
    assert!(ctl.run(&["doctor"]).await.expect("findings").healthy);
    ctl.alter(30, "resetShard", None).await;
    ctl.alter(20, "region", Some(AttributeValue::N("40".to_owned()))).await;
    let found = ctl.run(&["doctor"]).await.expect("findings").json.expect("JSON");
    let expected = ("indexes".to_owned(), "2 of 5 missed by lists: 20, 30".to_owned());
    assert_eq!(lines(&found, "bad"), [expected]);
    // No list of the region has it: the index cannot know of it.
    ctl.alter(20, "path", None).await;
    ctl.alter(20, "region", Some(AttributeValue::N("10".to_owned()))).await;
    let page = ctl.app.list("region=10").by("reader").send().await;
    assert_eq!((page.ids(), &page.body["unavailable"]), (vec![10, 30], &Value::Null));
    let found = ctl.json(&["doctor"]).await;
    let bad = lines(&found, "bad");
    assert!(bad.contains(&("indexes".to_owned(), "2 of 5 missed by lists: 20, 30".to_owned())));
    assert!(bad.contains(&("services".to_owned(), "1 of 5 cannot be read: 20".to_owned())));
}

#[tokio::test]
async fn the_doctor_says_what_readers_see_of_a_service_that_cannot_be_read() {
    let ctl = Ctl::start().await;
    ctl.alter(40, "name", None).await;
    let list = ctl.app.list("id=40").by("reader").send().await;
    assert_eq!(list.ok()["unavailable"], json!([40]));
    assert_eq!(ctl.app.get(40).by("reader").send().await.status, 500);
    let found = ctl.json(&["doctor"]).await;
    let mut findings = found.as_array().expect("findings").iter();
    let services = findings.find(|one| one["what"] == "services").expect("a finding");
    assert_eq!(
        services["advice"],
        "lists only name them in `unavailable`, and reading one alone returns 500; import them again, or restore \
         the table"
    );
}

/// Writes a user past all checks.
async fn put_user(
    ctl: &Ctl,
    subject: &str,
    username: &str,
    attribute: Option<(&str, AttributeValue)>,
) {
    let put = ctl.app.client.put_item().table_name(&ctl.app.tables.users);
    let put = put.item("subject", text(subject)).item("username", text(username));
    let put = put.item("active", AttributeValue::Bool(true));
    let put = match attribute {
        Some((name, value)) => put.item(name, value),
        None => put,
    };
    put.send().await.expect("a user");
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
