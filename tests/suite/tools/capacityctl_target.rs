//! Where `cargo ctl` finds its tables, and whose tokens it makes.

use std::{fs, path::PathBuf};

use capacityctl::{
    Error,
    stack_file::StackFile,
    target::{Target, TargetError, deciding_variable},
    users,
};
use local_stack::tables;

use crate::harness::{World, client, fresh_tables};

/// A folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("capacity-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[test]
fn the_standard_aws_environment_variables_win() {
    assert_eq!(deciding_variable(|name| name == "AWS_PROFILE"), Some("AWS_PROFILE"));
    assert_eq!(deciding_variable(|name| name == "AWS_ENDPOINT_URL"), Some("AWS_ENDPOINT_URL"));
    // Naming tables means not using the local stack's.
    assert_eq!(deciding_variable(|name| name == "USERS_TABLE"), Some("USERS_TABLE"));
    assert_eq!(deciding_variable(|name| name == "IDEMPOTENCY_TABLE"), Some("IDEMPOTENCY_TABLE"));
    assert_eq!(deciding_variable(|name| name == "AWS_PAGER"), None);
}

#[tokio::test]
async fn without_a_stack_the_message_says_what_to_do() {
    let state = folder("none");
    let error = Target::find(Some(&state)).await.expect_err("no stack");
    assert!(matches!(error, TargetError::NotFound));
    assert!(error.to_string().contains("cargo dev"), "{error}");
    fs::remove_dir_all(state).expect("a folder");
}

#[tokio::test]
async fn a_stack_that_does_not_answer_is_not_used() {
    let state = folder("stale");
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", nowhere.local_addr().expect("an address"));
    drop(nowhere);
    let stack = StackFile {
        api_url: endpoint.clone(),
        dynamodb_endpoint: endpoint,
        region: "eu-west-2".to_owned(),
        tables: fresh_tables(&client()).await,
        audit_table: tables::audit("test-"),
        issuer: "http://127.0.0.1:1".to_owned(),
        client_id: "client".to_owned(),
        key_file: state.join("key"),
    };
    stack.write(&state).expect("a stack file");
    let error = Target::find(Some(&state)).await.expect_err("a stale stack");
    assert!(matches!(error, TargetError::NotRunning(..)), "{error}");
    fs::remove_dir_all(state).expect("a folder");
}

#[tokio::test]
async fn every_known_user_gets_a_token_and_nobody_else_does() {
    let app = World::family().inactive_editor("gone", &[30]).start().await;
    let subject = users::find(&app.client, &app.tables.users, "gone-name").await;
    assert_eq!(subject.expect("a user").subject, "gone");
    let unknown = users::find(&app.client, &app.tables.users, "gone").await;
    assert!(matches!(unknown, Err(Error::UnknownUser(name)) if name == "gone"));
}
