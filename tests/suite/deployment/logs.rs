//! What is logged, and what must never be. The harness's `log` also checks every line of every
//! other test.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use capacityctl::client::local_client;
use local_stack::{background::free_port, engine::REGION};
use serde_json::json;
use shared::http::dispatch;

use crate::harness::{
    App, TokenVerifier, World,
    faulty::{Fate, FaultyStore},
    gateway_settings,
    log::{USERNAME_MARK, keep_secret, offence, take_lines, watch},
    service_form::ShownForm,
};

const NOTES: &str = "canary in the notes: ann@example.org, 01632 960123";

#[test]
fn a_forbidden_log_line_is_noticed() {
    watch();
    keep_secret(NOTES);
    for bad in [
        "no JSON",
        "[]",
        r#"{"a": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"}"#,
        r#"{"header": "bearer x"}"#,
        r#"{"Authorization": 1}"#,
        r#"{"user": "editor-name"}"#,
        r#"{"mail": "ann@example.org"}"#,
        r#"{"error": "the handler panicked"}"#,
        &json!({"deep": {"down": [format!("({})", NOTES.to_uppercase())]}}).to_string(),
    ] {
        assert!(offence(bad).is_some(), "{bad}");
    }
    assert_eq!(offence(r#"{"message": "request_refused", "code": "VALIDATION_FAILED"}"#), None);
}

/// On separate threads: a rejected line stays in the subscriber's buffer.
#[test]
fn a_test_that_writes_such_a_line_fails() {
    watch();
    let written = |text: &'static str| {
        std::thread::spawn(move || {
            keep_secret(NOTES);
            tracing::info!(text, "a_test");
            take_lines().len()
        })
        .join()
    };
    for bad in [NOTES, "editor-name", "ann@example.org"] {
        assert!(written(bad).is_err(), "{bad}");
    }
    assert_eq!(written("nothing of it").expect("a line"), 1);
}

#[tokio::test]
async fn a_refusal_is_logged_once_with_its_code_and_ids() {
    let app = World::family().start().await;
    take_lines();
    let call = app.get(60).by("reader").header("x-request-id", "r-1");
    call.header("x-correlation-id", "c-1").send().await.refused(404);
    let [line] = take_lines().try_into().expect("one line");
    assert_eq!(
        (&line["level"], &line["message"], &line["code"]),
        (&json!("INFO"), &json!("request_refused"), &json!("SERVICE_NOT_FOUND"))
    );
    assert_eq!((&line["request_id"], &line["correlation_id"]), (&json!("r-1"), &json!("c-1")));
}

#[tokio::test]
async fn an_unreadable_row_is_logged_by_id_without_its_content() {
    let attributes = ["status", "version", "active", "typeId", "path", "notes"];
    let world = (101..)
        .zip(attributes)
        .fold(World::family(), |world, (id, attribute)| world.service(id, attribute, None));
    let app = world.start().await;
    keep_secret(NOTES);
    take_lines();
    for (id, attribute) in (101..).zip(attributes) {
        // Notes in the wrong place, or of the wrong type.
        let wrong = match attribute {
            "notes" => AttributeValue::Ss(vec![NOTES.to_owned()]),
            _ => AttributeValue::S(NOTES.to_owned()),
        };
        let key = ("id", AttributeValue::N(id.to_string()));
        spoil(&app, &app.tables.services, key, attribute, wrong).await;
        assert_eq!(app.get(id).by("reader").send().await.refused(500), "INTERNAL");
        let [line] = take_lines().try_into().expect("one line");
        assert_eq!(line["error"], format!("a stored row cannot be read: service {id}"));
    }
    let reader = ("subject", AttributeValue::S("reader".to_owned()));
    let name = AttributeValue::S(format!("reader{USERNAME_MARK}"));
    spoil(&app, &app.tables.users, reader, "active", name).await;
    assert_eq!(app.get(40).by("reader").send().await.refused(500), "INTERNAL");
    let [line] = take_lines().try_into().expect("one line");
    assert_eq!(line["error"], "a stored row cannot be read: a user's");
}

async fn spoil(
    app: &App,
    table: &str,
    (key, id): (&str, AttributeValue),
    attribute: &str,
    value: AttributeValue,
) {
    app.client
        .update_item()
        .table_name(table)
        .key(key, id)
        .update_expression("SET #attribute = :value")
        .expression_attribute_names("#attribute", attribute)
        .expression_attribute_values(":value", value)
        .send()
        .await
        .expect("an update");
}

#[tokio::test]
async fn an_unreachable_store_is_logged_without_the_update() {
    let app = World::family().start().await;
    let nowhere = free_port().expect("a port");
    let endpoint = format!("http://{}", nowhere.local_addr().expect("an address"));
    drop(nowhere);
    let settings = gateway_settings(&app.tables);
    let away = App::new(local_client(&endpoint, REGION), app.tables.clone(), &settings);
    let body = json!({"status": "RED", "notes": NOTES});
    take_lines();
    // The SDK's waits between attempts take no time.
    tokio::time::pause();
    let reply = away.put(30, body).by("editor").send().await;
    assert_eq!(reply.refused(503), "STORE_UNAVAILABLE");
    let [line] = take_lines().try_into().expect("one line");
    assert_eq!((&line["level"], &line["message"]), (&json!("ERROR"), &json!("request_failed")));
    assert!(line["error"].as_str().expect("a chain").contains("dispatch failure"), "{line}");
}

/// `lambda_runtime` logs why an event cannot be read, in the parser's words.
#[tokio::test]
async fn an_unreadable_event_is_logged_without_its_content() {
    watch();
    keep_secret(NOTES);
    for event in [
        json!({"headers": NOTES}),
        json!({"body": {"notes": NOTES}}),
        json!({"requestContext": NOTES}),
        json!(NOTES),
    ] {
        let event = serde_json::value::to_raw_value(&event).expect("JSON");
        let answered = dispatch(&event, async |_| panic!("it was read")).await;
        let error = answered.expect_err("no event");
        tracing::error!(%error, debug = ?error, "a_test");
    }
}

#[tokio::test]
async fn no_token_is_logged_valid_or_not() {
    let verifying = TokenVerifier::start();
    let good = verifying.good();
    for part in good.split('.') {
        keep_secret(part);
    }
    assert!(verifying.accepts(&good, 0).await);
    assert!(!verifying.accepts(&good[1..], 0).await);
    assert!(!verifying.accepts(&good, 3_600).await);
    verifying.server.publish(crate::harness::Published::Refusal(500, Vec::new()));
    assert!(!verifying.accepts(&verifying.sign(r#"{"alg":"RS256","kid":"eyJ@"}"#, "{}"), 60).await);
}

/// Its subject names a person: only what people did is logged with it.
#[tokio::test]
async fn a_persons_visit_is_logged_without_cookies_and_what_they_wrote() {
    let world = World::family().editor("sample-editor", &[20]);
    let app = world.start().await.at_issuer();
    let mut browser = app.browser();
    take_lines();
    browser.sign_in("sample-editor").await;
    let form = ShownForm::of(&browser, 30).await;
    browser.open("/web/mine").await;
    let red = [("status", "RED"), ("minutes", "60"), ("notes", NOTES)];
    assert_eq!(form.send(&browser, &red).send().await.status, 303);
    assert_eq!(
        form.send(&browser, &[("status", "AMBER"), ("notes", NOTES)]).send().await.status,
        412
    );
    let form = ShownForm::of(&browser, 30).await;
    assert_eq!(form.send(&browser, &[("status", NOTES)]).send().await.status, 400);
    let foreign = form.send(&browser, &red).header("origin", "https://example.net/canary-origin");
    keep_secret("canary-origin");
    assert_eq!(foreign.send().await.status, 403);
    let (failing, _, _) = FaultyStore::below(&app, None, |_| Fate::Failed.into());
    assert_eq!(form.send(&browser.on(&failing), &red).send().await.status, 503);
    assert_eq!(browser.get("/web/board/20?name=canary-name-filter").send().await.status, 200);
    assert_eq!(browser.post("/web/sign-out", &[]).send().await.status, 303);
    assert_eq!(browser.get("/web/mine").send().await.status, 303);

    let lines = take_lines();
    let named = lines.iter().filter(|line| line.to_string().contains("sample-editor"));
    let named: BTreeSet<_> = named.filter_map(|line| line["message"].as_str()).collect();
    assert_eq!(named, BTreeSet::from(["capacity_status_changed", "signed_in", "signed_out"]));
    assert!(lines.iter().all(|line| !line.to_string().contains("canary")), "{lines:?}");
}
