//! `cargo ctl`, command by command: what it prints, what it changes in the tables, and its exit
//! code.

mod ctl;
mod imports;

use serde_json::{Value, json};

use self::ctl::{Ctl, exit_code};

#[tokio::test]
async fn a_service_is_shown_with_its_status_and_with_who_may_update_it() {
    let ctl = Ctl::start().await;
    let set = ["status", "set", "30", "red", "--as", "editor-name", "--notes", "full until four"];
    ctl.text(&set).await;
    let shown = ctl.json(&["service", "show", "30"]).await;
    assert_eq!(shown["mayUpdate"], json!(["editor-name"]));
    assert_eq!(shown["service"]["status"], "RED");
    assert_eq!(shown["service"]["active"], true);
    let text = ctl.text(&["service", "show", "30"]).await;
    for line in ["below       20, below 10", "may update  editor-name", "ODS code    T30"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(ctl.text(&["service", "show", "40"]).await.contains("may update  nobody"));
}

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
async fn each_kind_of_error_has_its_exit_code() {
    let ctl = Ctl::start().await;
    let bad = ctl.file("bad.csv", "id,name\n");
    for (words, code, text) in [
        (vec!["import", "services", &bad], "3", "line 1: the header must be"),
        (vec!["import", "services", "no-such-file"], "3", "file no-such-file: "),
        (vec!["user", "show", "nobody"], "4", "user nobody does not exist"),
        (vec!["user", "add", "reader-name", "--subject", "x"], "3", "already exists"),
        (
            vec!["user", "add", "cid", "--subject", "reader"],
            "3",
            "already belongs to user \"reader-name\"",
        ),
        (vec!["user", "add", "automatic reset"], "3", "is reserved for automatic resets"),
        (vec!["user", "grant", "reader-name", "--service", "31"], "4", "service 31 does not exist"),
        (vec!["user", "grant", "reader-name"], "3", "give --permission or --service"),
        (vec!["status", "get", "31"], "4", "service 31 does not exist"),
        (vec!["status", "get", "50"], "4", "service 50 is inactive"),
        (vec!["status", "set", "31", "RED", "--as", "editor-name"], "4", "SERVICE_NOT_FOUND"),
        (vec!["status", "set", "40", "RED", "--as", "editor-name"], "3", "NOT_PERMITTED"),
        (
            vec!["status", "set", "30", "BLUE", "--as", "editor-name", "--reset-in", "-1"],
            "3",
            "VAL-0002",
        ),
    ] {
        let failure = ctl.failure(&words).await;
        assert_eq!(exit_code(&failure), code, "{words:?}: {failure}");
        assert!(failure.to_string().contains(text), "{words:?}: {failure}");
    }
    ctl.point_to("http://127.0.0.1:9");
    let failure = ctl.failure(&["user", "list"]).await;
    assert_eq!(exit_code(&failure), "2", "{failure}");
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

#[tokio::test]
async fn the_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let ctl = Ctl::start().await;
    let healthy = ctl.run(&["doctor"]).await.expect("findings");
    assert!(healthy.healthy, "{}", healthy.text);
    ctl.interrupted_move().await;
    ctl.alter(40, "name", None).await;
    let listed = ctl.run(&["service", "list"]).await.expect("a list");
    assert!(!listed.healthy && listed.text.contains("service 40"), "{}", listed.text);
    let users = r#"[{"username": "ann-name", "active": true, "services": [99]}]"#;
    ctl.text(&["import", "users", &ctl.file("users.json", users)]).await;
    let unhealthy = ctl.run(&["doctor"]).await.expect("findings");
    assert!(!unhealthy.healthy, "{}", unhealthy.text);
    let found = unhealthy.json.expect("JSON");
    let found = found.as_array().expect("findings").iter().filter(|one| one["verdict"] != "ok");
    let found: Vec<_> = found.map(|one| (one["what"].clone(), one["found"].clone())).collect();
    assert_eq!(
        found,
        [
            (json!("services that cannot be read"), json!("1 of 5 services")),
            (json!("services that are not below their parent"), json!("1 of 5 services")),
            (json!("users assigned to a service that does not exist"), json!("ann-name")),
        ]
    );
}
