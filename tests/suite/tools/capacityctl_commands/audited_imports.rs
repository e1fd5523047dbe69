//! What `cargo ctl` records about imports.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::{
    audit::{assign_meanwhile, shown},
    ctl::{Ctl, exit_code},
    put_user,
    refusing_engine::{Refusal, overtaking, refusing_after, repeating},
};
use crate::harness::endpoint;

const HEADER: &str = "id,name,typeId,parentId,town,postcode,odsCode,active";

#[tokio::test]
async fn an_import_is_recorded_with_its_file_and_its_counts() {
    let ctl = Ctl::start().await;
    let services = "id,name,typeId,parentId,town,postcode,odsCode,active\n60,a,1,,,,,true\n";
    ctl.text(&["import", "services", &ctl.file("services.csv", services)]).await;
    let rows = shown(&ctl, &[]).await;
    // As sha256sum prints it.
    let sha256 = "8f5abecdfba73a98507c6b9de2ba86eddf8d90d7633d3009a051fc34d415bac6";
    let details = json!({"sha256": sha256, "added": 1, "changed": 0, "moved": 0, "deactivated": 0, "finished": 0,
        "unchanged": 0});
    let row = json!({"action": "import services", "resource": "services", "details": details});
    assert_eq!(rows, [row]);
}

/// So a killed import is recorded too. The next one counts what was left.
#[tokio::test]
async fn an_import_is_recorded_before_its_first_write() {
    let ctl = Ctl::start().await;
    let services = "id,name,typeId,parentId,town,postcode,odsCode,active\n60,a,1,,,,,true\n";
    let (operation, code) = ("TransactWriteItems", "AccessDeniedException");
    let refusal = Refusal { operation, code, message: "no" };
    ctl.point_to(&refusing_after(1, refusal).await);
    let words = ["import", "services", &ctl.file("services.csv", services)];
    assert!(ctl.failure(&words).await.to_string().contains("at least 0 of 1 rows were written"));
    let rows = shown(&ctl, &[]).await;
    assert_eq!((rows.len(), &rows[0]["details"]["added"]), (1, &json!(1)));
}

#[tokio::test]
async fn an_import_of_users_is_recorded_as_a_whole_and_user_by_user() {
    let ctl = Ctl::start().await;
    let file = "username,subject,active,permissions,services\nreader-name,new-reader,true,,30\nbob,,true,,\n";
    ctl.text(&["import", "users", &ctl.file("users.csv", file)]).await;
    let all = ctl.json(&["audit"]).await;
    let import = all.as_array().expect("rows").iter().find(|row| row["resource"] == "users");
    let import = import.expect("the row of the import").clone();
    let sha256 = "dbae1c0face1f3a394ae5bc95b6c99bc213a23116d9d02011eb4d07bb533a83f";
    let counts = json!({"added": 1, "changed": 1, "unchanged": 0, "sha256": sha256});
    assert_eq!(import["details"], counts);
    assert_eq!(all[3], import, "it is the first");
    let details = json!({"import": import["id"]});
    let row = |subject: &str, name: &str, item: Value| json!({"action": "import users", "resource": format!("user:{subject}"), name: item, "details": details});
    let reader =
        |subject: &str| json!({"subject": subject, "username": "reader-name", "active": true});
    let mut moved = reader("new-reader");
    moved["services"] = json!([30]);
    let bob = json!({"subject": "bob", "username": "bob", "active": true});
    for (subject, name, item) in [
        ("new-reader", "after", moved),
        ("reader", "before", reader("reader")),
        ("bob", "after", bob),
    ] {
        let rows = shown(&ctl, &["--subject", subject]).await;
        assert_eq!(rows, [row(subject, name, item)], "{subject}");
    }
}

#[tokio::test]
async fn an_import_never_overwrites_a_user_who_was_changed_meanwhile() {
    let ctl = Ctl::start().await;
    assign_meanwhile(&ctl).await;
    let file = "username,subject,active,permissions,services\neditor-name,editor,true,,30\n";
    let failure = ctl.failure(&["import", "users", &ctl.file("users.csv", file)]).await;
    assert_eq!(exit_code(&failure), "6", "{failure}");
    let editor = ctl.json(&["user", "show", "editor-name"]).await;
    assert_eq!(editor["services"], json!([20, 40]));
    assert_eq!(shown(&ctl, &["--user", "editor-name"]).await, [json!(null); 0]);
}

/// The row of the import is sent again, as if it were another one with the same key.
#[tokio::test]
async fn a_row_never_replaces_another() {
    let ctl = Ctl::start().await;
    let services = "id,name,typeId,parentId,town,postcode,odsCode,active\n60,a,1,,,,,true\n";
    ctl.point_to(&repeating().await);
    let words = ["import", "services", &ctl.file("services.csv", services)];
    assert_eq!(exit_code(&ctl.failure(&words).await), "6");
    assert_eq!(shown(&ctl, &[]).await.len(), 1);
}

/// `doctor` advises such an import. The first file drops one of two rows with one username, the second gives it away.
#[tokio::test]
async fn a_row_that_already_is_as_the_file_says_is_not_written() {
    for (more, users) in
        [("", "ann,s2,true,,"), ("bob,s1,true,,\n", "ann,s2,true,,\nbob,s1,true,,")]
    {
        let ctl = Ctl::start().await;
        for subject in ["s1", "s2"] {
            put_user(&ctl, subject, "ann", None).await;
        }
        let header = "username,subject,active,permissions,services";
        let file = format!("{header}\nann,s2,true,,\n{more}");
        ctl.text(&["import", "users", &ctl.file("users.csv", &file)]).await;
        let exported = ctl.text(&["export", "users"]).await;
        assert!(exported.starts_with(&format!("{header}\n{users}\n")), "{exported}");
        assert_eq!(shown(&ctl, &["--subject", "s1"]).await.len(), 1);
        assert_eq!(shown(&ctl, &["--subject", "s2"]).await, [json!(null); 0]);
    }
}

/// New services, moves and other changes have only the row of the import: its file tells what they are.
#[tokio::test]
async fn an_import_records_each_service_that_it_activates_or_deactivates() {
    let ctl = Ctl::start().await;
    let file = format!(
        "{HEADER}\n50,Closed,13,,,,,true\n20,Provider,13,40,,,,false\n30,Renamed,13,20,,,,true\n60,New,1,,,,,false\n\
         40,Elsewhere,13,,,,,true\n"
    );
    let file = ctl.file("services.csv", &file);
    ctl.text(&["import", "services", &file, "--deactivate-missing"]).await;
    let all = ctl.json(&["audit"]).await;
    let import = all[3].clone();
    assert_eq!((&import["resource"], all.as_array().map(Vec::len)), (&json!("services"), Some(4)));
    for (id, before) in [("10", true), ("20", true), ("50", false)] {
        let row = json!({"action": "import services", "resource": format!("service:{id}"),
            "before": {"active": before}, "after": {"active": !before}, "details": {"import": import["id"]}});
        assert_eq!(shown(&ctl, &["--service", id]).await, [row], "{id}");
    }
    ctl.text(&["import", "services", &file, "--deactivate-missing"]).await;
    assert_eq!(ctl.json(&["audit"]).await, all);
}

/// What is recorded as before is what was.
#[tokio::test]
async fn an_import_records_no_deactivation_that_somebody_else_made_meanwhile() {
    let ctl = Ctl::start().await;
    let other = ctl.app.client.update_item().table_name(&ctl.app.tables.services);
    let other = other.key("id", AttributeValue::N("30".to_owned()));
    let other = other.update_expression("SET active = :no");
    let other = other.expression_attribute_values(":no", AttributeValue::Bool(false));
    ctl.point_to(&overtaking("TransactWriteItems", other).await);
    let file = ctl.file("services.csv", &format!("{HEADER}\n30,Renamed,13,20,,,,false\n"));
    let failure = ctl.failure(&["import", "services", &file]).await;
    assert_eq!(exit_code(&failure), "6", "{failure}");
    assert_eq!(shown(&ctl, &["--service", "30"]).await, [json!(null); 0]);
    assert_eq!(
        ctl.app.row(30).await["name"],
        AttributeValue::S("Pharmacy, High Street".to_owned())
    );
}

/// The import's own row and five services are written before it is stopped.
#[tokio::test]
async fn an_import_that_is_stopped_has_recorded_what_it_deactivated_and_the_next_one_the_rest() {
    let ctl = Ctl::start().await;
    let rows: String = (1000..1008).map(|id| format!("{id},a,1,,,,,true\n")).collect();
    ctl.text(&["import", "services", &ctl.file("more.csv", &format!("{HEADER}\n{rows}"))]).await;
    let (empty, before) = (ctl.file("empty.csv", HEADER), active(&ctl).await);
    let import =
        ["import", "services", &empty, "--deactivate-missing", "--deactivate-at-most", "12"];
    let (operation, code) = ("TransactWriteItems", "AccessDeniedException");
    let refusal = Refusal { operation, code, message: "no" };
    ctl.point_to(&refusing_after(6, refusal).await);
    let failure = ctl.failure(&import).await.to_string();
    assert!(failure.contains("at least 5 of 12 rows were written"), "{failure}");
    let left = active(&ctl).await;
    assert_eq!(left.len(), 7);
    assert_eq!(recorded(&ctl).await, before.difference(&left).copied().collect::<Vec<_>>());
    ctl.point_to(&endpoint());
    ctl.text(&import).await;
    assert_eq!(active(&ctl).await, BTreeSet::new());
    assert_eq!(recorded(&ctl).await, before.into_iter().collect::<Vec<_>>());
}

/// The active services.
async fn active(ctl: &Ctl) -> BTreeSet<u64> {
    let listed = ctl.json(&["service", "list"]).await;
    listed.as_array().expect("a list").iter().filter_map(|one| one["id"].as_u64()).collect()
}

/// The services of all rows, sorted.
async fn recorded(ctl: &Ctl) -> Vec<u64> {
    let rows = ctl.json(&["audit", "--limit", "100"]).await;
    let rows = rows.as_array().expect("rows").iter();
    let ids =
        rows.filter_map(|row| row["resource"].as_str()?.strip_prefix("service:")?.parse().ok());
    let mut ids: Vec<u64> = ids.collect();
    ids.sort_unstable();
    ids
}
