//! What an administrator reads when DynamoDB refuses a call or cannot be reached.

use aws_sdk_dynamodb::Client;
use capacityctl::{changes::follower::Follower, client::with_unlimited_retries};
use tokio::time::Instant;

use super::{
    ctl::{Ctl, exit_code},
    refusing_engine::{Refusal, closing, other_server, refusing},
};
use crate::harness::{
    World,
    faulty::{Fate, FaultyStore, RuntimeTime},
};

#[tokio::test]
async fn dynamodbs_code_and_message_are_shown_with_what_to_do() {
    let ctl = Ctl::start().await;
    let table = &ctl.app.tables.users;
    for (code, advice) in [
        (
            "AccessDeniedException",
            "the credentials are valid but lack this right: docs/security.md lists what each command needs",
        ),
        ("ResourceNotFoundException", "check the table's name, the region and the account"),
        ("ExpiredTokenException", "the credentials have expired: sign in again"),
        (
            "ThrottlingException",
            "DynamoDB accepts no more requests at the moment: run the command again in a minute",
        ),
        (
            "ValidationException",
            "the table may be another one, or of another version: `cargo ctl doctor` checks tables and indexes",
        ),
        ("UnrecognizedClientException", "check the credentials and this machine's clock"),
        ("NoSuchThingException", "DynamoDB's documentation of errors explains the code"),
    ] {
        ctl.point_to(&refusing(Refusal { operation: "Scan", code, message: "not now" }).await);
        let failure = ctl.failure(&["user", "list"]).await;
        assert_eq!(failure.to_string(), format!("table {table}: {code}: not now\n{advice}"));
        assert_eq!(exit_code(&failure), "1");
    }
}

#[tokio::test]
async fn the_tables_of_a_status_are_named_when_they_refuse() {
    let ctl = Ctl::start().await;
    let tables = ctl.app.tables.clone();
    let (code, message) = ("AccessDeniedException", "no dynamodb:TransactWriteItems");
    let advice = "the credentials are valid but lack this right: docs/security.md lists what each command needs";
    let refusal = Refusal { operation: "TransactWriteItems", code, message };
    ctl.point_to(&refusing(refusal).await);
    let failure = ctl.failure(&["status", "set", "30", "RED", "--as", "editor-name"]).await;
    let named =
        format!("tables {}, {} and {}", tables.services, tables.status_history, tables.users);
    assert_eq!(failure.to_string(), format!("{named}: {code}: {message}\n{advice}"));
    ctl.point_to(&refusing(Refusal { operation: "Query", code, message }).await);
    let failure = ctl.failure(&["status", "history", "30"]).await;
    let named = format!("table {}", tables.status_history);
    assert_eq!(failure.to_string(), format!("{named}: {code}: {message}\n{advice}"));
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_is_told_from_one_that_refuses() {
    let ctl = Ctl::start().await;
    let table = &ctl.app.tables.users;
    ctl.point_to(&closing().await);
    assert_eq!(
        ctl.failure(&["user", "list"]).await.to_string(),
        format!(
            "table {table}: no answer: connection closed before message completed\n\
             check the region, the endpoint and the network"
        )
    );
    ctl.point_to(&other_server().await);
    assert_eq!(
        ctl.failure(&["user", "list"]).await.to_string(),
        format!(
            "table {table}: the answer is not one of AWS's: Error at offset 0: unexpected token 'w'. \
             Expected one of '{{', '[', '\"', 'null', 'true', 'false', <number>\n\
             check the endpoint and the network"
        )
    );
}

/// This address is one of this machine, but its name does not say so.
#[tokio::test]
async fn nothing_is_sent_over_plain_http_to_another_machine() {
    let ctl = Ctl::start().await;
    ctl.point_to(&closing().await.replace("127.0.0.1", "0.0.0.0"));
    assert_eq!(
        ctl.failure(&["user", "list"]).await.to_string(),
        format!(
            "table {}: the endpoint is http, which is only for a loopback address\n\
             use https: requests and answers hold personal data",
            ctl.app.tables.users
        )
    );
}

#[tokio::test]
async fn the_doctor_shows_what_dynamodb_says() {
    let ctl = Ctl::start().await;
    let (code, message) = ("ExpiredTokenException", "the token has expired");
    ctl.point_to(&refusing(Refusal { operation: "Scan", code, message }).await);
    let found = ctl.run(&["doctor"]).await.expect("findings");
    assert!(!found.healthy);
    let found = found.json.expect("JSON");
    let found = found.as_array().expect("findings").iter().find(|one| one["verdict"] == "bad");
    assert_eq!(
        found.expect("a finding"),
        &serde_json::json!({
            "what": "contents of the tables",
            "verdict": "bad",
            "found": format!("table {}: {code}: {message}", ctl.app.tables.services),
            "advice": "the credentials have expired: sign in again",
        })
    );
}

/// An import would go on for minutes.
#[tokio::test]
async fn a_follower_that_is_throttled_knows_after_half_a_minute_that_it_knows_nothing() {
    let world = World::family().start().await;
    let (app, _, _) = FaultyStore::below(&world, None, |_| Fate::Exceeded.into());
    let client = with_unlimited_retries(&app.client).config().to_builder();
    let client = Client::from_conf(client.sleep_impl(RuntimeTime).build());
    let names = [app.tables.services.as_str(), app.tables.changes.as_str()];
    let mut follower = Follower::new(&client, names, "10".parse().expect("an id"), None);
    tokio::time::pause();
    let began = Instant::now();
    let failure = follower.poll(app.now()).await.expect_err("no answer");
    assert_eq!(began.elapsed().as_secs(), 30, "{failure}");
    let [services, changes] = names;
    let text = format!("tables {services} and {changes}: the store did not answer in time");
    assert_eq!((failure.to_string(), exit_code(&failure).as_str()), (text, "1"));
}
