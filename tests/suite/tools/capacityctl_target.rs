//! Where `cargo ctl` finds its tables, and whose tokens it makes.

use std::{env, error::Error as _, fs, iter, path::PathBuf, process::Command};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef,
    },
    error::BoxError,
};
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

/// Sends no request, but says where it would go.
#[derive(Debug)]
struct Unsent;

impl Intercept for Unsent {
    fn name(&self) -> &'static str {
        "Unsent"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        Err(format!("{MARK}{}", context.request().uri()).into())
    }
}

const MARK: &str = "sent to: ";

/// Run by [`what_is_sent_to_this_machine_is_not_on_aws_and_all_else_is`] in separate processes.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "it is how the other process learns of it")]
async fn where_the_environment_points() {
    if deciding_variable(capacityctl::target::is_set).is_none() {
        return;
    }
    let target = Target::find(None).await.expect("the environment decides");
    let request = target.client().list_tables().customize().interceptor(Unsent);
    let unsent = request.send().await.expect_err("a request that is not sent");
    let errors = iter::successors(unsent.source(), |error| (*error).source());
    let said = errors.last().expect("a cause").to_string();
    let place = target.place();
    let (place, _) = place.split_once(" (").expect("a place and why");
    println!("\n{said}\n{MARK}{place}\n{MARK}{}", target.is_on_aws());
}

/// With these variables, and a profile with these lines: where a request is sent, what `cargo ctl` says of the place,
/// and whether the operator is who AWS says.
fn find(variables: &[(&str, &str)], profile: &str) -> [String; 3] {
    let folder = folder(&format!("profile-{}", fastrand::u64(..)));
    let file = folder.join("config");
    fs::write(&file, format!("[default]\n{profile}")).expect("a file");
    let credentials = [("AWS_ACCESS_KEY_ID", "sample"), ("AWS_SECRET_ACCESS_KEY", "sample")];
    let mut tests = Command::new(env::current_exe().expect("the tests"));
    tests
        .args(["tools::capacityctl_target::where_the_environment_points", "--exact", "--nocapture"])
        .env_clear()
        .env("AWS_CONFIG_FILE", &file)
        .env("AWS_REGION", "eu-west-2")
        .envs(credentials)
        .envs(variables.iter().copied());
    let printed = String::from_utf8(tests.output().expect("a process").stdout).expect("UTF-8");
    fs::remove_dir_all(folder).expect("a folder");
    let found: Vec<_> = printed.lines().filter_map(|line| line.strip_prefix(MARK)).collect();
    let [sent_to, place, on_aws] = found[..] else { panic!("{printed}") };
    [sent_to, place, on_aws].map(str::to_owned)
}

/// An operator whose name nobody vouches for must not be able to change tables on AWS.
#[test]
fn what_is_sent_to_this_machine_is_not_on_aws_and_all_else_is() {
    const ENDPOINT: (&str, &str) = ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1");
    const IGNORED: (&str, &str) = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    let aws = ["https://dynamodb.eu-west-2.amazonaws.com/", "on AWS in eu-west-2"];
    let here = ["http://127.0.0.1:1/", "at http://127.0.0.1:1"];
    let profile = "endpoint_url = http://127.0.0.1:1";
    let service =
        "services = here\n[services here]\ndynamodb =\n  endpoint_url = http://127.0.0.1:1";
    let ignoring = "ignore_configured_endpoint_urls = true";
    let other = ("AWS_ENDPOINT_URL_DYNAMODB", "https://other");
    for (variables, profile, [sent_to, place], on_aws) in [
        (&[][..], "", aws, true),
        (&[ENDPOINT], "", here, false),
        (&[ENDPOINT], "endpoint_url = https://other", here, false),
        (&[ENDPOINT, IGNORED], "", aws, true),
        (&[ENDPOINT], ignoring, aws, true),
        (&[], profile, here, false),
        (&[], service, here, false),
        (&[IGNORED], profile, aws, true),
        (&[other], profile, ["https://other/", "at https://other"], true),
        (&[("AWS_ENDPOINT_URL_DYNAMODB", "")], "", aws, true),
        (&[("AWS_ENDPOINT_URL", "")], "", aws, true),
    ] {
        let expected = [sent_to, place, &on_aws.to_string()].map(str::to_owned);
        assert_eq!(find(variables, profile), expected, "{variables:?} {profile}");
    }
}
