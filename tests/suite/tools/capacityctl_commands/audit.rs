//! What `cargo ctl` records about operators, and shows of it.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::{
    ctl::{Ctl, exit_code},
    refusing_engine::overtaking,
};
use crate::harness::audit_table;

/// The rows that `audit` shows, without ids, times, operators and versions, which are checked here.
pub(super) async fn shown(ctl: &Ctl, words: &[&str]) -> Vec<Value> {
    let rows = ctl.json(&[&["audit"], words].concat()).await;
    let rows = rows.as_array().expect("rows").iter().map(|row| {
        let mut row = row.as_object().expect("a row").clone();
        let mut take = |name: &str| row.remove(name).and_then(|one| Some(one.as_str()?.to_owned()));
        assert_eq!(take("at").expect("a time").len(), "2026-11-21T09:00:00Z".len());
        assert_eq!(take("id").expect("an id").len(), 36);
        assert!(take("operator").expect("an operator").starts_with("local:"));
        assert_eq!(take("version").as_deref(), Some(env!("CARGO_PKG_VERSION")));
        Value::Object(row)
    });
    rows.collect()
}

fn user(username: &str, active: bool, services: &[u64]) -> Value {
    json!({"subject": "ann", "username": username, "active": active, "permissions": ["editCapacity"],
        "services": services})
}

#[tokio::test]
async fn every_change_of_a_user_is_recorded_with_what_was_before_and_after() {
    let ctl = Ctl::start().await;
    let add = ["user", "add", "ann-name", "--subject", "ann", "--permission", "editCapacity"];
    for words in [
        &[&add[..], &["--service", "40"]].concat()[..],
        &["user", "grant", "ann-name", "--service", "30", "--service", "40"],
        &["user", "revoke", "ann-name", "--service", "40"],
        &["user", "deactivate", "ann-name"],
        &["user", "rename", "ann-name", "eve"],
        &["user", "activate", "eve"],
    ] {
        ctl.text(words).await;
    }
    let row = |action: &str, before: Value, after: Value| json!({"action": action, "resource": "user:ann", "before": before, "after": after});
    let added = user("ann-name", true, &[40]);
    let granted = user("ann-name", true, &[30, 40]);
    let revoked = user("ann-name", true, &[30]);
    let inactive = user("ann-name", false, &[30]);
    let (renamed, active) = (user("eve", false, &[30]), user("eve", true, &[30]));
    let expected = [
        row("user activate", renamed.clone(), active),
        row("user rename", inactive.clone(), renamed),
        row("user deactivate", revoked.clone(), inactive),
        row("user revoke", granted.clone(), revoked),
        row("user grant", added.clone(), granted),
        json!({"action": "user add", "resource": "user:ann", "after": added}),
    ];
    assert_eq!(shown(&ctl, &[]).await, expected);
    assert_eq!(shown(&ctl, &["--user", "eve"]).await, expected);
    assert_eq!(shown(&ctl, &["--subject", "ann", "--limit", "2"]).await, expected[..2]);
    assert_eq!(shown(&ctl, &["--limit", "1"]).await, expected[..1]);
    assert_eq!(shown(&ctl, &["--service", "30"]).await, [json!(null); 0]);
    assert_eq!(exit_code(&ctl.failure(&["audit", "--user", "ann-name"]).await), "4");
}

#[tokio::test]
async fn a_command_that_changes_nothing_writes_nothing() {
    let ctl = Ctl::start().await;
    let users = ctl.text(&["export", "users"]).await;
    let file = ctl.file("users.csv", &users);
    let table = &ctl.app.tables.users;
    let granted = ctl.text(&["user", "grant", "editor-name", "--service", "20"]).await;
    assert!(granted.ends_with(&format!("nothing to change in table {table} of the local stack")));
    ctl.text(&["user", "revoke", "reader-name", "--service", "20"]).await;
    ctl.text(&["user", "activate", "reader-name"]).await;
    ctl.text(&["service", "activate", "30"]).await;
    ctl.text(&["import", "users", &file]).await;
    ctl.text(&["import", "users", &file, "--dry-run"]).await;
    assert_eq!(shown(&ctl, &[]).await, [json!(null); 0]);
    assert_eq!(ctl.text(&["export", "users"]).await, users);
}

#[tokio::test]
async fn a_service_that_is_deactivated_is_recorded() {
    let ctl = Ctl::start().await;
    ctl.text(&["service", "deactivate", "30"]).await;
    ctl.alter(30, "active", None).await;
    ctl.text(&["service", "activate", "30"]).await;
    let (active, inactive) = (json!({"active": true}), json!({"active": false}));
    assert_eq!(
        shown(&ctl, &["--service", "30"]).await,
        [
            json!({"action": "service activate", "resource": "service:30", "after": active}),
            json!({"action": "service deactivate", "resource": "service:30", "before": active, "after": inactive}),
        ]
    );
}

#[tokio::test]
async fn the_table_of_rows_says_in_few_words_what_changed() {
    let ctl = Ctl::start().await;
    ctl.text(&["user", "grant", "editor-name", "--service", "30", "--service", "40"]).await;
    ctl.text(&["user", "revoke", "editor-name", "--service", "20"]).await;
    ctl.text(&["user", "deactivate", "editor-name"]).await;
    let text = ctl.text(&["audit"]).await;
    let changes: Vec<&str> =
        text.lines().skip(1).filter_map(|line| line.split("user editor-name").nth(1)).collect();
    assert_eq!(
        changes.iter().map(|line| line.trim()).collect::<Vec<_>>(),
        ["active true -> false", "services -20", "services +30 +40",]
    );
}

/// What `audit` records and what it changes are one transaction.
#[tokio::test]
async fn nothing_changes_that_cannot_be_recorded() {
    let ctl = Ctl::start().await;
    let (users, services) =
        (ctl.text(&["export", "users"]).await, ctl.text(&["export", "services"]).await);
    let file = "username,subject,active,permissions,services\nbob,,true,,\n";
    let users_file = ctl.file("users.csv", file);
    let file = "id,name,typeId,parentId,town,postcode,odsCode,active\n60,a,1,,,,,true\n";
    let services_file = ctl.file("services.csv", file);
    ctl.app.at(-200_000_000);
    for notes in ["full", "still full"] {
        let body = json!({"status": "RED", "notes": notes});
        ctl.app.put(30, body).by("editor").send().await.ok();
    }
    let history = ctl.app.history(30).await;
    ctl.app
        .client
        .delete_table()
        .table_name(audit_table(&ctl.app.tables))
        .send()
        .await
        .expect("gone");
    for words in [
        &["user", "add", "ann"][..],
        &["user", "grant", "editor-name", "--service", "30"],
        &["user", "revoke", "editor-name", "--service", "20"],
        &["user", "deactivate", "editor-name"],
        &["user", "rename", "editor-name", "ann"],
        &["service", "deactivate", "30"],
        &["import", "users", &users_file],
        &["import", "services", &services_file],
        &["history", "redact", "30", "1", "--reason", "a name"],
        &["history", "prune", "--before", "2021-01-01T00:00:00Z", "--all"],
    ] {
        let failure = ctl.failure(words).await;
        assert_eq!(exit_code(&failure), "1", "{words:?}: {failure}");
    }
    assert_eq!(ctl.text(&["export", "users"]).await, users);
    assert_eq!(ctl.text(&["export", "services"]).await, services);
    assert_eq!(ctl.app.history(30).await, history);
}

/// Somebody else assigns the editor to service 40 before each transaction.
pub(super) async fn assign_meanwhile(ctl: &Ctl) {
    let other = ctl.app.client.update_item().table_name(&ctl.app.tables.users);
    let other = other.key("subject", AttributeValue::S("editor".to_owned()));
    let one = AttributeValue::Ns(vec!["40".to_owned()]);
    let other =
        other.update_expression("ADD services :one").expression_attribute_values(":one", one);
    ctl.point_to(&overtaking("TransactWriteItems", other).await);
}

/// Somebody else changes the user between the read and the write: what is recorded as before is what was.
#[tokio::test]
async fn a_change_that_is_overtaken_is_decided_again() {
    let ctl = Ctl::start().await;
    assign_meanwhile(&ctl).await;
    ctl.text(&["user", "grant", "editor-name", "--service", "30"]).await;
    let rows = shown(&ctl, &[]).await;
    let [row] = rows.as_slice() else { panic!("one row: {rows:?}") };
    assert_eq!(row["before"]["services"], json!([20, 40]));
    assert_eq!(row["after"]["services"], json!([20, 30, 40]));
}
