//! The files in the stack's folder.

use std::{fs, path::Path};

use capacityctl::stack_file::StackFile;
use local_stack::{
    background::free_port,
    engine::Engine,
    issuer::LocalIssuer,
    log_files::{LogFiles, MAX_FILES},
    settings,
    state::State,
    tables,
};

use super::Folder;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_full_log_file_is_followed_by_another_and_only_the_newest_are_kept() {
    let folder = Folder::new("log");
    let mut log = LogFiles::start(&folder.0, 10).expect("a log file");
    for number in 0..2 * MAX_FILES {
        log.write(&format!("line {number:04}")).expect("written");
    }
    assert_eq!(names(&folder.0).len(), MAX_FILES);
    let text = |name: &String| fs::read_to_string(folder.0.join(name)).expect("a log file");
    let kept: String = names(&folder.0).iter().map(text).collect();
    let newest: String =
        (MAX_FILES..2 * MAX_FILES).map(|number| format!("line {number:04}\n")).collect();
    assert_eq!(kept, newest);
}

#[test]
fn each_start_has_a_log_file_of_its_own() {
    let folder = Folder::new("logs");
    for text in ["first", "second"] {
        let mut log = LogFiles::start(&folder.0, 1000).expect("a log file");
        log.write(text).expect("written");
        assert_eq!(fs::read_to_string(log.path()).expect("a log file"), format!("{text}\n"));
    }
    assert_eq!(names(&folder.0).len(), 2);
}

#[tokio::test]
async fn data_that_cannot_be_used_can_be_deleted_with_fresh() {
    let folder = Folder::new("damaged");
    let file = folder.0.join("dynamodb.sqlite");
    let start = || Engine::on_disk(free_port().expect("a port"), &file);
    start().expect("a new database").finish().await;
    let database = fs::read(&file).expect("the database");
    for (damaged, reason) in [
        (0..database.len(), "it is damaged or not a database"),
        (100..database.len(), "Internal error: database disk image is malformed"),
    ] {
        let mut bytes = database.clone();
        bytes.get_mut(damaged).expect("a part of it").fill(0xff);
        fs::write(&file, bytes).expect("written");
        let text = start().expect_err("a damaged database").to_string();
        let advice = "--fresh deletes it and starts with the sample data";
        assert_eq!(text, format!("cannot use {}: {reason}; {advice}", file.display()));
    }
}

#[test]
fn a_second_stack_says_which_process_uses_the_folder() {
    let folder = Folder::new("lock");
    let state = State::lock(&folder.0).expect("the folder");
    let text = State::lock(&folder.0).expect_err("it is locked").to_string();
    assert!(text.contains(&format!("`kill {}`", std::process::id())), "{text}");
    drop(state);
    State::lock(&folder.0).expect("the folder is free");
}

#[test]
fn files_with_addresses_are_removed_at_the_start_and_at_the_end() {
    let folder = Folder::new("addresses");
    let write = |name: &str| fs::write(folder.0.join(name), "{}").expect("written");
    ["stack.json", "env", "kept"].into_iter().for_each(write);
    let state = State::lock(&folder.0).expect("the folder");
    assert_eq!(names(&folder.0), ["kept", "lock"]);
    ["stack.json", "env"].into_iter().for_each(write);
    drop(state);
    assert_eq!(names(&folder.0), ["kept", "lock"]);
}

/// The functions' settings are checked by the harness; here it is that all of them get into the file.
#[tokio::test]
async fn the_environment_file_has_every_variable_of_the_functions() {
    let engine = Engine::in_memory().expect("an engine");
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let stack = StackFile {
        api_url: "http://127.0.0.1:9000".to_owned(),
        dynamodb_endpoint: engine.endpoint().to_owned(),
        region: "eu-west-2".to_owned(),
        tables: tables::names("capacity-"),
        audit_table: tables::audit("capacity-"),
        issuer: issuer.issuer().url.clone(),
        client_id: "people".to_owned(),
        key_file: "key".into(),
    };
    let limits = [("RESET_MAX_MINUTES", "1440".to_owned())];
    let variables = settings::variables(&stack, &issuer.jwks_url(), &limits, "sessions".to_owned());
    let text = settings::env_file(&variables);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let plain: Vec<String> = lines.iter().map(|line| line.replace('"', "")).collect();
    let expected: Vec<String> =
        variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(plain, expected);
    // cargo-lambda reads spaces and semicolons only in quotation marks.
    let types = lines.iter().find(|line| line.starts_with("SERVICE_TYPES=")).expect("types");
    assert!(types.starts_with("SERVICE_TYPES=\"1=Region;") && types.ends_with('"'), "{types}");
    assert!(lines.contains(&"JWT_CLIENT_IDS=people,sample-system"), "{text}");
    assert!(lines.contains(&"RESET_MAX_MINUTES=1440"), "{text}");
}
