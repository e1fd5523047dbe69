//! Tokens by password and by a system's secret, and the discovery document.

use local_stack::{
    issuer::{CLIENT_ID, LocalIssuer, WEB_CLIENT_ID},
    sample::{PASSWORD, SECRET, SYSTEM},
};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::harness::{App, direct, sample_app};

/// A service of the provider that `sample-editor` may update.
const SERVICE: u64 = 9_000_001_101;

async fn world() -> (LocalIssuer, App) {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let clients = format!("{CLIENT_ID},{SYSTEM}");
    let app = sample_app().await.verifying(&issuer.issuer().url, &clients, "");
    app.at_real_time();
    (issuer, app)
}

/// A request with that form. The values need no escaping.
pub(super) fn request(issuer: &LocalIssuer, form: &str) -> RequestBuilder {
    let url = format!("{}/oauth2/token", issuer.issuer().url);
    let request = direct().post(url).body(form.to_owned());
    request.header("content-type", "application/x-www-form-urlencoded")
}

pub(super) async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let status = answer.status();
    (status, serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON"))
}

async fn token(request: RequestBuilder) -> String {
    let (status, body) = answer(request).await;
    assert_eq!((status, &body["token_type"]), (StatusCode::OK, &"Bearer".into()), "{body}");
    format!("Bearer {}", body["access_token"].as_str().expect("a token"))
}

#[tokio::test]
async fn a_person_gets_a_token_by_password() {
    let (issuer, app) = world().await;
    let form = format!("grant_type=password&username=sample-editor&password={PASSWORD}");
    let token = token(request(&issuer, &form)).await;
    let put = app.put(SERVICE, json!({"status": "RED"}));
    let reply = put.header("authorization", &token).send().await;
    assert_eq!(reply.ok()["modifiedBy"], "sample-editor");
}

#[tokio::test]
async fn a_system_gets_a_token_by_its_secret_in_header_or_form() {
    let (issuer, app) = world().await;
    let form = "grant_type=client_credentials";
    let in_header = request(&issuer, form).basic_auth(SYSTEM, Some(SECRET));
    let in_form = request(&issuer, &format!("{form}&client_id={SYSTEM}&client_secret={SECRET}"));
    for request in [in_header, in_form] {
        let token = token(request).await;
        app.get(SERVICE).header("authorization", &token).send().await.ok();
    }
}

#[tokio::test]
async fn a_token_has_the_scope_that_was_asked_for() {
    let (issuer, app) = world().await;
    let form = format!("grant_type=password&username=sample-editor&password={PASSWORD}");
    let token = token(request(&issuer, &format!("{form}&scope=capacity/read"))).await;
    app.get(SERVICE).header("authorization", &token).send().await.ok();
    let put = app.put(SERVICE, json!({"status": "RED"}));
    let reply = put.header("authorization", &token).send().await;
    assert_eq!(reply.refused(403), "SCOPE_MISSING");
}

/// The API decides whether a user may use it.
#[tokio::test]
async fn an_inactive_person_gets_a_token_that_the_api_refuses() {
    let (issuer, app) = world().await;
    let form = format!("grant_type=password&username=sample-inactive&password={PASSWORD}");
    let token = token(request(&issuer, &form)).await;
    let reply = app.get(SERVICE).header("authorization", &token).send().await;
    assert_eq!(reply.refused(401), "USER_INACTIVE");
}

#[tokio::test]
async fn without_valid_credentials_no_token_is_issued() {
    let (issuer, _app) = world().await;
    let person = "grant_type=password&username=sample-editor";
    let refusals = [
        (String::new(), 400, "invalid_request"),
        ("grant_type=".to_owned(), 400, "invalid_request"),
        ("grant_type=password&grant_type=password".to_owned(), 400, "invalid_request"),
        ("grant_type=implicit".to_owned(), 400, "unsupported_grant_type"),
        (person.to_owned(), 400, "invalid_request"),
        (format!("{person}&password={SECRET}"), 400, "invalid_grant"),
        (format!("{person}&password="), 400, "invalid_request"),
        (format!("{person}&password={PASSWORD}&scope=capacity/admin"), 400, "invalid_scope"),
        (format!("{person}&password={PASSWORD}&scope=openid"), 400, "invalid_scope"),
        (format!("{person}&password={PASSWORD}&client_id=other"), 401, "invalid_client"),
        (format!("{person}&password={PASSWORD}&client_id={WEB_CLIENT_ID}"), 401, "invalid_client"),
        (
            format!("grant_type=password&username={SYSTEM}&password={PASSWORD}"),
            400,
            "invalid_grant",
        ),
        ("grant_type=client_credentials".to_owned(), 401, "invalid_client"),
        (
            format!("grant_type=client_credentials&client_id={SYSTEM}&client_secret={PASSWORD}"),
            401,
            "invalid_client",
        ),
        (
            format!("grant_type=client_credentials&client_id=sample-editor&client_secret={SECRET}"),
            401,
            "invalid_client",
        ),
    ];
    for (form, status, error) in refusals {
        let answered = answer(request(&issuer, &form)).await;
        assert_eq!((answered.0.as_u16(), &answered.1["error"]), (status, &error.into()), "{form}");
    }
    let json = direct().post(format!("{}/oauth2/token", issuer.issuer().url)).body("{}");
    assert_eq!(answer(json).await.1["error"], "invalid_request");
}

#[tokio::test]
async fn the_discovery_document_says_where_everything_is() {
    let issuer = LocalIssuer::on_free_port().expect("an issuer");
    let url = &issuer.issuer().url;
    let document = direct().get(format!("{url}/.well-known/openid-configuration"));
    let document: Value = serde_json::from_slice(
        &document.send().await.expect("an answer").bytes().await.expect("a body"),
    )
    .expect("JSON");
    assert_eq!(document["issuer"], url.as_str());
    assert_eq!(document["jwks_uri"], issuer.jwks_url());
    assert_eq!(document["authorization_endpoint"], format!("{url}/oauth2/authorize"));
    assert_eq!(document["token_endpoint"], format!("{url}/oauth2/token"));
    assert_eq!(document["end_session_endpoint"], format!("{url}/logout"));
    assert_eq!(document["response_types_supported"], json!(["code"]));
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    let grants = json!(["authorization_code", "client_credentials", "password"]);
    assert_eq!(document["grant_types_supported"], grants);
    assert_eq!(document["scopes_supported"], json!(["openid", "capacity/read", "capacity/write"]));
}
