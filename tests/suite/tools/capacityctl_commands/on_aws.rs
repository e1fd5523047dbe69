//! What is different on AWS: an account says who the operator is, and no user is without a subject.
//!
//! A server answers in the place of AWS's Security Token Service, and forwards the rest to the engine.

use std::{collections::HashMap, io};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use capacityctl::{
    Error, Output, cli,
    concurrency::Interrupt,
    endpoint::is_on_this_machine,
    run_on,
    target::{AUDIT_TABLE, Target},
};
use clap::Parser as _;
use local_stack::engine::REGION;
use serde_json::json;

use super::{
    ctl::{Ctl, exit_code, nobody_to_ask},
    refusing_engine::identifying,
};
use crate::harness::{World, audit_table};

/// An operator who has assumed a role.
const ARN: &str = "arn:aws:sts::123456789012:assumed-role/Operators/ann@example.org";

fn config(endpoint: &str) -> SdkConfig {
    let http_client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let credentials = Credentials::new("sample", "sample", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .http_client(http_client.build_https())
        .region(Region::new(REGION))
        .build()
}

/// Runs a command line on the tables as if they were AWS's.
async fn run(ctl: &Ctl, endpoint: &str, words: &[&str]) -> Result<Output, Error> {
    run_with_minimum("0", ctl, endpoint, words).await
}

/// As [`run`], where statuses are set for at least these minutes.
async fn run_with_minimum(
    minimum: &str,
    ctl: &Ctl,
    endpoint: &str,
    words: &[&str],
) -> Result<Output, Error> {
    let tables = shared::runtime::table_variables(&ctl.app.tables).into_iter();
    let tables = tables.map(|(variable, name)| (variable, name.to_owned()));
    let audit = (AUDIT_TABLE, audit_table(&ctl.app.tables));
    let limits = [
        ("RESET_DEFAULT_MINUTES", "240"),
        ("RESET_MIN_MINUTES", minimum),
        ("RESET_MAX_MINUTES", "1440"),
    ];
    let limits = limits.map(|(variable, minutes)| (variable, minutes.to_owned()));
    let variables: HashMap<_, _> = tables.chain([audit]).chain(limits).collect();
    let target = async || Ok(Target::on_aws(config(endpoint), variables.clone(), "AWS_REGION"));
    let words = ["capacityctl"].iter().chain(words);
    let arguments = cli::Arguments::try_parse_from(words).expect("a command line");
    run_on(target, arguments, Interrupt::never(), nobody_to_ask(), &mut io::sink()).await
}

#[tokio::test]
async fn the_operator_is_the_arn_of_the_credentials() {
    let ctl = Ctl::start().await;
    let endpoint = identifying(Some(ARN)).await;
    run(&ctl, &endpoint, &["user", "deactivate", "reader-name"]).await.expect("a change");
    let rows = ctl.json(&["audit"]).await;
    assert_eq!(
        (&rows[0]["operator"], &rows[0]["action"]),
        (&json!(ARN), &json!("user deactivate"))
    );
    let set = ["status", "set", "30", "RED", "--as", "editor-name"];
    run(&ctl, &endpoint, &set).await.expect("a change");
    let extend = ["status", "extend", "30", "5", "--as", "editor-name", "--yes"];
    run(&ctl, &endpoint, &extend).await.expect("a change");
    let changes = ctl.app.history(30).await;
    assert_eq!(changes.len(), 2);
    for change in changes {
        assert_eq!(
            (&change["operator"], &change["username"]),
            (&json!(ARN), &json!("editor-name"))
        );
    }
}

#[tokio::test]
async fn nothing_changes_if_aws_does_not_say_who_the_operator_is() {
    let ctl = Ctl::start_with(World::family().inactive_editor("gone", &[30])).await;
    let (users, services) =
        (ctl.text(&["export", "users"]).await, ctl.text(&["export", "services"]).await);
    let endpoint = identifying(None).await;
    let file = "id,name,typeId,parentId,town,postcode,odsCode,active\n60,a,1,,,,,true\n";
    let services_file = ctl.file("services.csv", file);
    let file = "username,subject,active,permissions,services\nbob,b,true,,\n";
    let users_file = ctl.file("users.csv", file);
    ctl.app.at(-200_000_000);
    for notes in ["full", "still full"] {
        let body = json!({"status": "RED", "notes": notes});
        ctl.app.put(30, body).by("editor").send().await.ok();
    }
    let (row, history) = (ctl.app.row(30).await, ctl.app.history(30).await);
    for words in [
        &["user", "add", "ann", "--subject", "a"][..],
        &["user", "grant", "reader-name", "--service", "30"],
        &["user", "revoke", "editor-name", "--service", "20"],
        &["user", "rename", "reader-name", "ann"],
        &["user", "deactivate", "reader-name"],
        &["user", "activate", "gone-name"],
        &["service", "deactivate", "30"],
        &["service", "activate", "50"],
        &["status", "set", "30", "GREEN", "--as", "editor-name"],
        &["status", "extend", "30", "5", "--as", "editor-name", "--yes"],
        &["history", "redact", "30", "1", "--reason", "a name"],
        &["history", "prune", "--before", "2021-01-01T00:00:00Z", "--service", "30"],
        &["import", "users", &users_file],
        &["import", "services", &services_file],
    ] {
        let failure = run(&ctl, &endpoint, words).await.expect_err("a failure");
        assert_eq!(exit_code(&failure), "1", "{words:?}");
        assert_eq!(
            failure.to_string(),
            "cannot find out who you are, so nothing was changed: InvalidClientTokenId: The security token is \
             invalid.\ncheck the credentials and this machine's clock",
            "{words:?}"
        );
    }
    assert_eq!(ctl.text(&["export", "users"]).await, users);
    assert_eq!(ctl.text(&["export", "services"]).await, services);
    assert_eq!((ctl.app.row(30).await, ctl.app.history(30).await), (row, history));
    assert_eq!(ctl.json(&["audit"]).await, json!([]));
}

#[tokio::test]
async fn an_extension_keeps_to_the_limits_of_the_deployment() {
    let ctl = Ctl::start().await;
    let endpoint = identifying(Some(ARN)).await;
    let set = ["status", "set", "30", "RED", "--as", "editor-name", "--reset-in", "5"];
    run(&ctl, &endpoint, &set).await.expect("a change");
    let extend = |minutes| ["status", "extend", "30", minutes, "--as", "editor-name", "--yes"];
    let failure = run_with_minimum("30", &ctl, &endpoint, &extend("24")).await;
    assert_eq!(
        failure.expect_err("a refusal").to_string(),
        "nothing was changed\n  MINUTES: at least 25: a deadline must be at least 30 minutes from now"
    );
    run_with_minimum("30", &ctl, &endpoint, &extend("25")).await.expect("a change");
    assert_eq!(ctl.app.history(30).await.len(), 2);
}

/// Who could answer instead of AWS could name another operator. This address is one of this machine, but its name does
/// not say so.
#[tokio::test]
async fn nobody_is_asked_over_plain_http_who_the_operator_is() {
    let ctl = Ctl::start().await;
    let endpoint = identifying(Some(ARN)).await.replace("127.0.0.1", "0.0.0.0");
    let failure = run(&ctl, &endpoint, &["user", "deactivate", "reader-name"]).await;
    assert_eq!(
        failure.expect_err("a failure").to_string(),
        "cannot find out who you are, so nothing was changed: the endpoint is http, which is only for a loopback \
         address\nuse https: requests and answers hold personal data"
    );
}

#[tokio::test]
async fn a_user_without_a_subject_is_refused() {
    let ctl = Ctl::start().await;
    let endpoint = identifying(Some(ARN)).await;
    let file = "username,subject,active,permissions,services\nann,a,true,,\nbob,,true,,\n";
    let file = ctl.file("users.csv", file);
    let missing = "missing: it is the `sub` of the user's tokens, and for a system its client id";
    for (words, problem) in [
        (vec!["import", "users", &file], format!("line 3: subject: {missing}")),
        (vec!["import", "users", &file, "--dry-run"], format!("line 3: subject: {missing}")),
        (vec!["user", "add", "bob"], format!("--subject: {missing}")),
    ] {
        let failure = run(&ctl, &endpoint, &words).await.expect_err("a refusal");
        assert_eq!(failure.to_string(), format!("nothing was changed\n  {problem}"), "{words:?}");
    }
    run(&ctl, &endpoint, &["user", "add", "bob", "--subject", "b"]).await.expect("a user");
}

#[test]
fn an_engine_on_this_machine_is_not_aws() {
    for endpoint in ["http://127.0.0.1:8000", "http://localhost:8000/", "http://[::1]:8000"] {
        assert!(is_on_this_machine(endpoint), "{endpoint}");
    }
    for endpoint in [
        "https://dynamodb.eu-west-2.amazonaws.com",
        "https://vpce-1.dynamodb.eu-west-2.vpce.amazonaws.com",
        "http://localhost.example.org",
        "http://10.0.0.1:8000",
        "https://127.9.9.9",
        "https://LOCALHOST",
        "nonsense",
        "",
    ] {
        assert!(!is_on_this_machine(endpoint), "{endpoint}");
    }
}
