//! What `cargo ctl` records about imports.

use serde_json::{Value, json};

use super::{
    audit::{assign_meanwhile, shown},
    ctl::{Ctl, exit_code},
    put_user,
    refusing_engine::{Refusal, refusing, repeating},
};

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
    let refusal = Refusal { operation: "UpdateItem", code: "AccessDeniedException", message: "no" };
    ctl.point_to(&refusing(refusal).await);
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
