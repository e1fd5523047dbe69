//! How `cargo ctl` prints its results and writes files, also where that fails.

use std::{fs, io, os::unix::fs::PermissionsExt as _};

use serde_json::{Value, json};

use super::ctl::Ctl;

const COMMANDS: [&[&str]; 17] = [
    &["audit"],
    &["changes", "follow", "10", "--once"],
    &["changes", "follow", "10", "--once", "--json"],
    &["--help"],
    &["--version"],
    &["completions", "bash"],
    &["doctor"],
    &["export", "services"],
    &["export", "users", "--json"],
    &["service", "list"],
    &["service", "show", "30", "--json"],
    &["smoke", "http://127.0.0.1:1"],
    &["status", "get", "30"],
    &["status", "history", "30"],
    &["token", "editor-name"],
    &["user", "activate", "editor-name"],
    &["user", "list", "--json"],
];

#[tokio::test]
async fn a_full_standard_output_is_an_error_of_every_command() {
    let ctl = Ctl::start().await;
    for words in COMMANDS {
        let mut full = fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
        let text = "the command finished, but its result cannot be written to standard output: No space left on \
                    device (os error 28)";
        let expected = match words.contains(&"--json") {
            true => format!("{:#}\n", json!({"error": text})),
            false => format!("error: {text}\n"),
        };
        let finished = ctl.execute_with_stdout(words, &mut full).await;
        assert_eq!(finished, (1, expected), "{words:?}");
    }
}

#[tokio::test]
async fn every_command_ends_quietly_if_its_reader_has_read_enough() {
    let ctl = Ctl::start().await;
    for words in COMMANDS {
        let (reader, mut closed) = io::pipe().expect("a pipe");
        drop(reader);
        // Nothing answers at the address of `smoke`.
        let code = if words.contains(&"smoke") { 5 } else { 0 };
        let finished = ctl.execute_with_stdout(words, &mut closed).await;
        assert_eq!(finished, (code, String::new()), "{words:?}");
    }
}

#[tokio::test]
async fn every_write_says_to_which_table() {
    let ctl = Ctl::start().await;
    let tables = &ctl.app.tables;
    let users = format!("table {} of the local stack", tables.users);
    let services = format!("table {} of the local stack", tables.services);
    let status =
        format!("tables {} and {} of the local stack", tables.services, tables.status_history);
    let file = ctl.file("services.csv", "");
    let users_file = ctl.file("users.csv", "");
    for (words, last_line) in [
        (vec!["user", "add", "ann"], format!("user ann is added to {users}")),
        (vec!["user", "grant", "ann", "--service", "30"], format!("stored in {users}")),
        (vec!["user", "revoke", "ann", "--service", "30"], format!("stored in {users}")),
        (vec!["user", "deactivate", "ann"], format!("stored in {users}")),
        (vec!["user", "activate", "ann"], format!("stored in {users}")),
        (vec!["user", "rename", "ann", "eve"], format!("user ann is renamed to eve in {users}")),
        (
            vec!["service", "deactivate", "30"],
            format!("service 30 is inactive (readers get 404) in {services}"),
        ),
        (vec!["service", "activate", "30"], format!("service 30 is active in {services}")),
        (vec!["status", "set", "30", "RED", "--as", "editor-name"], format!("stored in {status}")),
        (
            vec!["status", "set", "30", "RED", "--as", "editor-name", "--notes", "full"],
            format!("stored in {status}"),
        ),
        (
            vec!["status", "extend", "30", "5", "--as", "editor-name", "--yes"],
            format!("stored in {status}"),
        ),
        (vec!["history", "redact", "30", "2", "--reason", "a test"], format!("stored in {status}")),
        (
            vec!["history", "prune", "--before", "2020-01-01T00:00:00Z", "--all"],
            format!("nothing was deleted from table {} of the local stack", tables.status_history),
        ),
        (vec!["export", "services", &file], format!("{services} is exported to {file}")),
        (vec!["export", "users", &users_file], format!("{users} is exported to {users_file}")),
        (vec!["import", "services", &file], format!("nothing was written to {services}")),
        (vec!["import", "users", &users_file], format!("nothing was written to {users}")),
        (
            vec!["service", "deactivate", "30"],
            format!("service 30 is inactive (readers get 404) in {services}"),
        ),
        (vec!["import", "services", &file], format!("written to {services}")),
        (vec!["user", "deactivate", "eve"], format!("stored in {users}")),
        (vec!["import", "users", &users_file], format!("written to {users}")),
    ] {
        let text = ctl.text(&words).await;
        assert_eq!(text.lines().last(), Some(last_line.as_str()), "{words:?}");
    }
}

/// Whoever reads the old file while it is exported reads all of it.
#[tokio::test]
async fn an_export_replaces_a_file_whole() {
    let ctl = Ctl::start().await;
    let file = ctl.file("services.csv", "the old file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("permissions");
    let old = fs::File::open(&file).expect("the old file");
    ctl.text(&["export", "services", &file]).await;
    assert_eq!(io::read_to_string(old).expect("a text"), "the old file");
    let new = fs::read_to_string(&file).expect("the new file");
    assert_eq!(new.trim_end(), ctl.text(&["export", "services"]).await);
    assert_eq!(fs::metadata(&file).expect("the file").permissions().mode() & 0o777, 0o640);
    let unfinished = fs::read_dir(&ctl.state).expect("the folder").filter_map(Result::ok);
    let unfinished = unfinished.map(|entry| entry.file_name().into_string().expect("a name"));
    let unfinished: Vec<String> = unfinished.filter(|name| name.contains("unfinished")).collect();
    assert_eq!(unfinished, [""; 0]);
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_an_error_and_stays() {
    let ctl = Ctl::start().await;
    let folder = ctl.state.to_str().expect("a path");
    let missing = format!("{folder}/missing/services.csv");
    // The name beside it is longer than a name may be.
    let long = ctl.file(&"a".repeat(255), "the old file");
    for (file, reason) in [
        ("/dev/full", "No space left on device (os error 28)"),
        (&missing, "No such file or directory (os error 2)"),
        (folder, "Is a directory (os error 21)"),
        (&long, "File name too long (os error 36)"),
    ] {
        let finished = ctl.execute(&["export", "services", file]).await;
        let expected = (3, "", format!("error: file {file}: {reason}\n"));
        assert_eq!((finished.code, finished.stdout.as_str(), finished.stderr), expected);
    }
    assert_eq!(fs::read_to_string(&long).expect("a file"), "the old file");
}

#[tokio::test]
async fn a_file_has_the_format_of_its_name_with_json_too() {
    let ctl = Ctl::start().await;
    let file = ctl.file("services.csv", "");
    let exported = ctl.json(&["export", "services", &file, "--json"]).await;
    assert_eq!(exported, json!({"file": file}));
    let text = fs::read_to_string(&file).expect("a file");
    assert!(text.starts_with("id,name,typeId,"), "{text}");
}

#[tokio::test]
async fn values_may_begin_with_a_hyphen() {
    let ctl = Ctl::start().await;
    ctl.text(&["user", "add", "-ann-", "--subject", "-s-", "--service", "30"]).await;
    ctl.text(&["user", "grant", "-ann-", "--permission", "editCapacity"]).await;
    let set =
        ["status", "set", "30", "RED", "--as", "-ann-", "--notes", "- full", "--reset-in", "5"];
    let set: Value = ctl.json(&set).await;
    assert_eq!(set["notes"], "Capacity status set by Capacity Status API - - full");
    assert_eq!(set["modifiedBy"], "-ann-");
    ctl.text(&["user", "rename", "-ann-", "-eve-"]).await;
    assert_eq!(ctl.json(&["user", "show", "-eve-"]).await["subject"], "-s-");
    assert_eq!(ctl.json(&["service", "list", "--name", "-x"]).await, json!([]));
}
