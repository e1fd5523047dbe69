//! What `cargo ctl user` changes.

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder, types::AttributeValue,
};
use serde_json::{Value, json};

use super::{
    ctl::{Ctl, exit_code},
    put_user,
    refusing_engine::overtaking,
};
use crate::harness::World;

#[tokio::test]
async fn permissions_and_assignments_are_granted_and_revoked_one_by_one() {
    let ctl = Ctl::start().await;
    let red = json!({"status": "RED"});
    let added = ctl.json(&["user", "add", "ann-name", "--subject", "ann", "--service", "40"]).await;
    assert_eq!(
        added,
        json!({"username": "ann-name", "subject": "ann", "active": true, "permissions": [], "services": [40]})
    );
    assert_eq!(ctl.app.put(40, red.clone()).by("ann").send().await.status, 403);
    ctl.text(&["user", "grant", "ann-name", "--permission", "editCapacity", "--service", "30"])
        .await;
    assert_eq!(ctl.app.put(40, red.clone()).by("ann").send().await.status, 200);
    assert_eq!(ctl.app.put(30, red.clone()).by("ann").send().await.status, 200);
    ctl.text(&["user", "revoke", "ann-name", "--service", "40"]).await;
    assert_eq!(ctl.app.put(40, red.clone()).by("ann").send().await.status, 403);
    assert_eq!(ctl.json(&["user", "show", "ann-name"]).await["services"], json!([30]));
    ctl.text(&["user", "deactivate", "ann-name"]).await;
    let refused = ctl.app.get(30).by("ann").send().await;
    assert_eq!(
        (refused.status, refused.body["code"].clone()),
        (401.try_into().expect("one"), json!("USER_INACTIVE"))
    );
    ctl.text(&["user", "activate", "ann-name"]).await;
    assert_eq!(ctl.app.put(30, red).by("ann").send().await.status, 200);
}

#[tokio::test]
async fn a_renamed_user_keeps_subject_and_rights_and_history_keeps_the_old_name() {
    let ctl = Ctl::start().await;
    let before = ctl.json(&["user", "show", "editor-name"]).await;
    let put = async || {
        let put = ctl.app.put(30, json!({"status": "GREEN"})).by("editor").send().await;
        put.body["modifiedBy"].clone()
    };
    assert_eq!(put().await, "editor-name");
    let renamed = ctl.json(&["user", "rename", "editor-name", "Ann Other"]).await;
    let mut expected = before.clone();
    expected["username"] = json!("Ann Other");
    assert_eq!(renamed, expected);
    assert_eq!(ctl.json(&["user", "show", "Ann Other"]).await, expected);
    assert_eq!(exit_code(&ctl.failure(&["user", "show", "editor-name"]).await), "4");
    assert_eq!(put().await, "Ann Other");
    let history = ctl.json(&["status", "history", "30"]).await;
    let names: Vec<&Value> =
        history.as_array().expect("entries").iter().map(|entry| &entry["modifiedBy"]).collect();
    assert_eq!(names, ["Ann Other", "editor-name"]);
}

#[tokio::test]
async fn a_refused_new_name_changes_nothing() {
    let ctl = Ctl::start().await;
    let before = ctl.text(&["export", "users"]).await;
    for (old, new, code, text) in [
        ("nobody", "ann", "4", "user nobody does not exist"),
        ("editor-name", "reader-name", "3", "NEW: user \"reader-name\" already exists"),
        ("editor-name", "Automatic Reset", "3", "NEW: is reserved for automatic resets"),
        ("editor-name", "automatic\u{a0}reset", "3", "NEW: is reserved for automatic resets"),
        ("editor-name", "automatic  reset\u{200b}", "3", "NEW: is reserved for automatic resets"),
        ("editor-name", "\u{200b}", "3", "NEW: has nothing visible"),
        ("editor-name", " ann", "3", "NEW: must not have white space around it"),
        (
            "editor-name",
            "an\tn",
            "3",
            "NEW: has a line break or another control character (U+0009)",
        ),
    ] {
        let failure = ctl.failure(&["user", "rename", old, new]).await;
        assert_eq!(exit_code(&failure), code, "{new:?}: {failure}");
        assert!(failure.to_string().contains(text), "{new:?}: {failure}");
    }
    let failure = ctl.failure(&["user", "add", "an\u{202e}n"]).await;
    let text = "USERNAME: has a character that changes the direction of text (U+202E)";
    assert!(failure.to_string().contains(text), "{failure}");
    assert_eq!(ctl.text(&["export", "users"]).await, before);
}

#[tokio::test]
async fn a_user_who_has_the_new_name_already_is_not_changed() {
    let ctl = Ctl::start().await;
    let text = ctl.text(&["user", "rename", "editor-name", "editor-name"]).await;
    let table = &ctl.app.tables.users;
    let expected = format!(
        "user editor-name has this name already: nothing to change in table {table} of the local stack"
    );
    assert_eq!(text, expected);
    assert_eq!(ctl.json(&["audit"]).await, json!([]));
}

/// Another client's update of a username.
pub(super) fn rename_user(ctl: &Ctl, subject: &str, name: &str) -> UpdateItemFluentBuilder {
    let update = ctl.app.client.update_item().table_name(&ctl.app.tables.users);
    let update = update.key("subject", AttributeValue::S(subject.to_owned()));
    let update = update.update_expression("SET username = :name");
    update.expression_attribute_values(":name", AttributeValue::S(name.to_owned()))
}

/// What another client does between the read and the write.
async fn overtaken_by_a_renaming(ctl: &Ctl, name: &str) {
    let update = rename_user(ctl, "editor", name);
    ctl.point_to(&overtaking("TransactWriteItems", update).await);
}

#[tokio::test]
async fn a_user_is_renamed_only_if_nobody_else_does_it_first() {
    let ctl = Ctl::start().await;
    overtaken_by_a_renaming(&ctl, "eve").await;
    let failure = ctl.failure(&["user", "rename", "editor-name", "ann"]).await;
    assert_eq!(exit_code(&failure), "6", "{failure}");
    assert_eq!(ctl.json(&["user", "show", "eve"]).await["subject"], "editor");
}

/// The condition refuses a write that is sent again because its answer was lost.
#[tokio::test]
async fn a_renaming_that_is_sent_twice_succeeds() {
    let ctl = Ctl::start().await;
    overtaken_by_a_renaming(&ctl, "ann").await;
    let renamed = ctl.json(&["user", "rename", "editor-name", "ann"]).await;
    assert_eq!(renamed["subject"], "editor");
}

/// Each of these commands reads 998 services, and there is room for two more.
#[tokio::test]
async fn a_user_never_gets_more_than_1000_services_even_by_commands_that_run_together() {
    let ctl = Ctl::start().await;
    let services = (1000..1998).map(|id| id.to_string()).collect();
    put_user(&ctl, "ann", "ann", Some(("services", AttributeValue::Ns(services)))).await;
    let grant = async |id: &str| ctl.run(&["user", "grant", "ann", "--service", id]).await;
    let results: [_; 4] = tokio::join!(grant("10"), grant("20"), grant("30"), grant("40")).into();
    let refused = results.into_iter().filter_map(Result::err);
    let refused: Vec<String> = refused.map(|error| error.to_string()).collect();
    let reason = "nothing was changed\n  --service: 1001 services, but 1000 at most: assign their ancestors instead";
    assert_eq!(refused, [reason; 2]);
    let rows = ctl.json(&["audit", "--user", "ann"]).await;
    let counts = rows.as_array().expect("rows").iter().map(|row| {
        [&row["before"], &row["after"]].map(|user| user["services"].as_array().map_or(0, Vec::len))
    });
    assert_eq!(counts.collect::<Vec<_>>(), [[999, 1000], [998, 999]]);
}

#[tokio::test]
async fn a_user_who_has_too_many_services_may_lose_some_but_get_none() {
    let ctl = Ctl::start().await;
    let services = (1000..2002).map(|id| id.to_string()).collect();
    put_user(&ctl, "ann", "ann", Some(("services", AttributeValue::Ns(services)))).await;
    ctl.text(&["user", "grant", "ann", "--permission", "editCapacity"]).await;
    ctl.text(&["user", "revoke", "ann", "--service", "1000"]).await;
    let failure = ctl.failure(&["user", "grant", "ann", "--service", "30"]).await;
    assert!(failure.to_string().contains("1002 services, but 1000 at most"), "{failure}");
}

#[tokio::test]
async fn a_user_is_not_added_with_more_than_1000_services() {
    let ctl = Ctl::start().await;
    let ids: Vec<String> = (1000..2001).map(|id| id.to_string()).collect();
    let services = ids.iter().flat_map(|id| ["--service", id]);
    let words: Vec<&str> = ["user", "add", "ann"].into_iter().chain(services).collect();
    let failure = ctl.failure(&words).await;
    assert_eq!(exit_code(&failure), "3");
    assert!(failure.to_string().contains("1001 services, but 1000 at most"), "{failure}");
    assert_eq!(exit_code(&ctl.failure(&["user", "show", "ann"]).await), "4");
}

/// Two commands that ran together gave both the name.
#[tokio::test]
async fn no_command_takes_one_of_several_users_of_a_name() {
    let ctl = Ctl::start().await;
    put_user(&ctl, "a1", "ann", Some(("services", AttributeValue::Ns(vec!["30".to_owned()]))))
        .await;
    put_user(&ctl, "a2", "ann", None).await;
    let users = ctl.text(&["export", "users"]).await;
    for words in [
        &["user", "show", "ann"][..],
        &["user", "deactivate", "ann"],
        &["user", "grant", "ann", "--service", "40"],
        &["user", "revoke", "ann", "--service", "30"],
        &["user", "rename", "ann", "other"],
        &["status", "set", "30", "GREEN", "--as", "ann"],
        &["audit", "--user", "ann"],
    ] {
        let failure = ctl.failure(words).await;
        assert_eq!(exit_code(&failure), "3", "{words:?}");
        assert_eq!(
            failure.to_string(),
            "nothing was changed\n  USERNAME: several users have this name, with the subjects \"a1\", \"a2\": import \
             a users file in which each has its own",
            "{words:?}"
        );
    }
    assert_eq!(ctl.text(&["export", "users"]).await, users);
    assert_eq!(ctl.json(&["audit"]).await, json!([]));
}

#[tokio::test]
async fn an_import_gives_each_of_several_users_of_a_name_its_own() {
    for second in ["bob,a2,true,,\n", ""] {
        let ctl = Ctl::start_with(World::default()).await;
        put_user(&ctl, "a1", "ann", None).await;
        put_user(&ctl, "a2", "ann", None).await;
        let file = format!("username,subject,active,permissions,services\nann,a1,true,,\n{second}");
        let summary = ctl.text(&["import", "users", &ctl.file("users.csv", &file)]).await;
        assert!(summary.starts_with("users: 0 added, 1 changed"), "{summary}");
        assert_eq!(ctl.text(&["export", "users"]).await, file.trim_end());
        assert_eq!(ctl.json(&["audit", "--subject", "a1"]).await, json!([]));
        assert_eq!(ctl.json(&["audit", "--subject", "a2"]).await.as_array().map(Vec::len), Some(1));
    }
}
