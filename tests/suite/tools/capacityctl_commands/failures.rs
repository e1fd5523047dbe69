//! Failures of `cargo ctl`: exit codes and messages, as text and as JSON.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    ctl::{Ctl, Finished, exit_code},
    refusing_engine::{Refusal, overtaking, refusing},
    users::rename_user,
};

#[tokio::test]
async fn each_kind_of_error_has_its_exit_code() {
    let ctl = Ctl::start().await;
    let bad = ctl.file("bad.csv", "id,name\n");
    for (words, code, text) in [
        (vec!["import", "services", &bad], "3", "line 1: the header lacks typeId, "),
        (vec!["import", "services", "no-such-file"], "3", "file no-such-file: "),
        (vec!["user", "show", "nobody"], "4", "user nobody does not exist"),
        (vec!["user", "add", "reader-name", "--subject", "x"], "3", "already exists"),
        (
            vec!["user", "add", "cid", "--subject", "reader"],
            "3",
            "already belongs to user \"reader-name\" (`user rename` changes its name)",
        ),
        (vec!["user", "add", "automatic reset"], "3", "is reserved for automatic resets"),
        (vec!["user", "grant", "reader-name", "--service", "31"], "4", "service 31 does not exist"),
        (vec!["status", "get", "31"], "4", "service 31 does not exist"),
        (vec!["status", "get", "50"], "4", "service 50 is inactive"),
        (
            vec!["status", "set", "31", "RED", "--as", "editor-name"],
            "4",
            "there is no active service 31",
        ),
        (
            vec!["status", "set", "40", "RED", "--as", "editor-name"],
            "3",
            "user editor-name may not update service 40",
        ),
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
async fn an_invalid_command_line_is_2_and_json_if_asked_for() {
    let ctl = Ctl::start().await;
    for (words, reason) in [
        (vec![], "'cargo ctl' requires a subcommand"),
        (vec!["serve"], "unrecognized subcommand 'serve'"),
        (vec!["smoke", "nonsense"], "invalid value 'nonsense' for '<URL>': must be a URL such as"),
        (vec!["smoke", "ftp://example.org"], "must be a URL such as"),
        (vec!["smoke", "http://127.0.0.1:1", "--write", "30"], "--write needs a token"),
        (vec!["service", "show", "abc"], "not 1 to 18 digits without a leading zero"),
        (vec!["service", "list", "--name", ""], "'--name <TEXT>': must not be blank"),
        (vec!["service", "list", "--name", " "], "'--name <TEXT>': must not be blank"),
        (vec!["service", "list", "--name", "\u{200b}"], "': must not be blank"),
        (vec!["status", "history", "30", "--limit", "0"], "must be a whole number of at least 1"),
        (vec!["user", "grant", "reader-name"], "<--permission <NAME>|--service <ID>>"),
        (vec!["user", "revoke", "reader-name"], "<--permission <NAME>|--service <ID>>"),
        (vec!["user", "rename", "reader-name"], "<NEW>"),
        (vec!["status", "extend", "30", "60", "--as", "editor-name"], "nobody can be asked"),
        (vec!["status", "extend", "30", "0", "--as", "ann"], "<MINUTES>': must be a whole number"),
        (
            vec!["status", "extend", "30", "00", "--as", "ann"],
            "must be a whole number of at least 1",
        ),
        (
            vec!["status", "extend", "30", "-5", "--as", "ann"],
            "must be a whole number of at least 1",
        ),
        (
            vec!["status", "extend", "30", "+5", "--as", "ann"],
            "must be a whole number of at least 1",
        ),
        (
            vec!["status", "extend", "30", "1.5", "--as", "ann"],
            "must be a whole number of at least 1",
        ),
        (vec!["status", "extend", "30", "", "--as", "ann"], "must be a whole number of at least 1"),
        (vec!["status", "extend", "30", "60"], "--as <USERNAME>"),
    ] {
        let finished = ctl.execute(&words).await;
        assert_eq!((finished.code, finished.stdout.as_str()), (2, ""), "{words:?}");
        let text = finished.stderr;
        assert!(text.starts_with("error: ") && text.contains(reason), "{words:?}: {text}");
        let finished = ctl.execute(&[&words[..], &["--json"]].concat()).await;
        assert_eq!((finished.code, finished.stdout.as_str()), (2, ""), "{words:?}");
        let error: Value = serde_json::from_str(&finished.stderr).expect("JSON");
        let text = error["error"].as_str().expect("a text");
        assert!(text.contains(reason) && !text.contains("Usage"), "{words:?}: {text}");
    }
}

#[tokio::test]
async fn every_failure_is_json_if_asked_for() {
    let ctl = Ctl::start().await;
    let finished = ctl.execute(&["user", "show", "nobody", "--json"]).await;
    let error = "user nobody does not exist; `user add` and `import users` add users";
    let stderr = format!("{:#}\n", json!({"error": error}));
    assert_eq!(finished, Finished { code: 4, stdout: String::new(), stderr });
}

#[tokio::test]
async fn an_invalid_update_names_the_arguments_and_the_rules() {
    let ctl = Ctl::start().await;
    let set =
        ["status", "set", "30", "BLUE", "--as", "editor-name", "--reset-in", "-1", "--notes", " "];
    let failure = ctl.failure(&set).await;
    assert_eq!(
        failure.to_string(),
        "nothing was changed\n  \
         --notes: notes must be text with a visible character and without NUL, or a number (VAL-0006)\n  \
         --reset-in: resetStatusIn must be from 0 to 1440 minutes (VAL-0004)\n  \
         STATUS: status must be RED, AMBER or GREEN (VAL-0002)"
    );
    assert_eq!(failure.json()["problems"][2]["place"], "STATUS");
    let set = ["status", "set", "30", "RED", "--as", "reader-name"];
    assert_eq!(
        ctl.failure(&set).await.to_string(),
        "user reader-name may not update service 30: this takes the permission editCapacity and an assignment \
         to the service or one of its ancestors; `user grant` grants them"
    );
    ctl.text(&["user", "deactivate", "editor-name"]).await;
    let failure = ctl.failure(&["status", "set", "30", "RED", "--as", "editor-name"]).await;
    assert_eq!(exit_code(&failure), "3");
    assert_eq!(
        failure.to_string(),
        "user editor-name is inactive; `user activate` activates a user"
    );
}

/// The exit codes that `--help` lists.
async fn listed_codes(ctl: &Ctl) -> BTreeSet<u8> {
    let help = ctl.execute(&["--help"]).await.stdout;
    let (_, codes) = help.split_once("Exit codes:\n").expect("exit codes");
    let lines = codes.lines().take_while(|line| !line.is_empty());
    lines.filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
}

#[tokio::test]
async fn each_exit_code_is_listed_in_the_help() {
    let ctl = Ctl::start().await;
    let mut produced = BTreeSet::new();
    for (words, code) in [
        (vec!["user", "list"], 0),
        (vec!["user", "lists"], 2),
        (vec!["user", "add", "reader-name"], 3),
        (vec!["user", "show", "nobody"], 4),
        (vec!["smoke", "http://127.0.0.1:1"], 5),
    ] {
        assert_eq!(ctl.execute(&words).await.code, code, "{words:?}");
        produced.insert(code);
    }
    let rename = ["user", "rename", "reader-name", "eve"];
    let (code, message) = ("AccessDeniedException", "no");
    ctl.point_to(&refusing(Refusal { operation: "TransactWriteItems", code, message }).await);
    produced.insert(ctl.execute(&rename).await.code);
    let renaming = rename_user(&ctl, "reader", "ann");
    ctl.point_to(&overtaking("TransactWriteItems", renaming).await);
    produced.insert(ctl.execute(&rename).await.code);
    let mut listed = listed_codes(&ctl).await;
    // An import that is interrupted has a test of its own.
    listed.remove(&130);
    assert_eq!(listed, produced);
}
