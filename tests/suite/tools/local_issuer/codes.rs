//! What a code is exchanged for, and when it is refused.

use std::collections::HashSet;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::Jwk};
use local_stack::issuer::{CLIENT_ID, LocalIssuer, WEB_CLIENT_ID};
use serde_json::{Value, json};

use super::{
    Browser, CALLBACK, Parameters, TestClock, VERIFIER, exchange, issuer, issuer_at, request, with,
    without,
};
use crate::harness::{App, NOW, sample_app};

/// A service of the provider that `sample-editor` may update.
const SERVICE: u64 = 9_000_001_101;

/// What the web pages send with that code.
pub(super) fn form(code: &str) -> Parameters<'_> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", WEB_CLIENT_ID),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

/// The claims of a token that the issuer's published key signed.
pub(super) fn claims(issuer: &LocalIssuer, token: &Value) -> Value {
    let jwk: &Jwk = issuer.issuer().key.public();
    let mut validation = Validation::new(Algorithm::RS256);
    (validation.validate_exp, validation.validate_aud) = (false, false);
    validation.required_spec_claims = HashSet::new();
    let key = DecodingKey::from_jwk(jwk).expect("a key");
    let token = token.as_str().expect("a token");
    jsonwebtoken::decode(token, &key, &validation).expect("a genuine token").claims
}

async fn code(issuer: &LocalIssuer, user: &str) -> String {
    Browser::new(issuer).sign_in(&request(), user).await
}

/// Asserts that the code is refused for that reason.
async fn assert_refused(issuer: &LocalIssuer, form: &[(&str, &str)], why: &str) {
    let expected = json!({"error": "invalid_grant", "error_description": why});
    assert_eq!(exchange(issuer, form).await, (400, expected));
}

/// The API, for tokens of the web pages.
async fn api(issuer: &LocalIssuer) -> App {
    sample_app().await.verifying(&issuer.issuer().url, WEB_CLIENT_ID, "")
}

fn bearer(answer: &Value) -> String {
    format!("Bearer {}", answer["access_token"].as_str().expect("a token"))
}

#[tokio::test]
async fn a_code_is_exchanged_for_an_access_token_and_an_id_token() {
    let issuer = issuer();
    let code = code(issuer, "sample-editor").await;
    let (status, answer) = exchange(issuer, &form(&code)).await;
    let scope = "openid capacity/read capacity/write";
    let rest = json!({
        "access_token": answer["access_token"], "id_token": answer["id_token"],
        "token_type": "Bearer", "expires_in": 43200, "scope": scope,
    });
    assert_eq!((status, &answer), (200, &rest));
    let (url, end) = (&issuer.issuer().url, NOW + 43200);
    let id = json!({
        "iss": url, "sub": "sample-editor", "aud": WEB_CLIENT_ID, "token_use": "id",
        "nonce": "nonce-1", "auth_time": NOW, "iat": NOW, "exp": end,
    });
    assert_eq!(claims(issuer, &answer["id_token"]), id);
    let access = claims(issuer, &answer["access_token"]);
    let expected = json!({
        "iss": url, "sub": "sample-editor", "client_id": WEB_CLIENT_ID, "token_use": "access",
        "scope": scope, "username": "sample-editor", "version": 2, "jti": access["jti"],
        "auth_time": NOW, "iat": NOW, "exp": end,
    });
    assert_eq!(access, expected);
    let app = api(issuer).await;
    let put = app.put(SERVICE, json!({"status": "RED"})).header("authorization", &bearer(&answer));
    assert_eq!(put.send().await.ok()["modifiedBy"], "sample-editor");
}

#[tokio::test]
async fn a_request_without_nonce_gets_an_id_token_without() {
    let issuer = issuer();
    let mut browser = Browser::new(issuer);
    let code = browser.sign_in(&without(request(), "nonce"), "sample-editor").await;
    let (_, answer) = exchange(issuer, &form(&code)).await;
    assert_eq!(claims(issuer, &answer["id_token"]).get("nonce"), None);
}

#[tokio::test]
async fn a_code_without_a_new_sign_in_tells_when_the_person_signed_in() {
    static CLOCK: TestClock = TestClock::new();
    let issuer = &issuer_at(|| CLOCK.now());
    let mut browser = Browser::new(issuer);
    browser.sign_in(&request(), "sample-editor").await;
    CLOCK.set(600);
    let code = browser.authorize(&request()).await.code();
    let (_, answer) = exchange(issuer, &form(&code)).await;
    let claims = claims(issuer, &answer["id_token"]);
    assert_eq!((&claims["auth_time"], &claims["iat"]), (&NOW.into(), &(NOW + 600).into()));
}

#[tokio::test]
async fn a_token_of_narrower_scope_permits_less() {
    let issuer = issuer();
    let parameters = with(request(), "scope", "openid capacity/read");
    let code = Browser::new(issuer).sign_in(&parameters, "sample-editor").await;
    let (_, answer) = exchange(issuer, &form(&code)).await;
    let (app, bearer) = (api(issuer).await, bearer(&answer));
    app.get(SERVICE).header("authorization", &bearer).send().await.ok();
    let put = app.put(SERVICE, json!({"status": "RED"})).header("authorization", &bearer);
    assert_eq!(put.send().await.refused(403), "SCOPE_MISSING");
}

/// The API decides who may use it.
#[tokio::test]
async fn inactive_and_unregistered_people_get_tokens_that_the_api_refuses() {
    let issuer = issuer();
    let app = api(issuer).await;
    for (user, error) in
        [("sample-inactive", "USER_INACTIVE"), ("sample-unregistered", "USER_UNKNOWN")]
    {
        let (_, answer) = exchange(issuer, &form(&code(issuer, user).await)).await;
        let reply = app.get(SERVICE).header("authorization", &bearer(&answer)).send().await;
        assert_eq!(reply.refused(401), error);
    }
}

#[tokio::test]
async fn a_code_is_used_once() {
    let issuer = issuer();
    let code = code(issuer, "sample-editor").await;
    assert_eq!(exchange(issuer, &form(&code)).await.0, 200);
    for _ in 0..2 {
        assert_refused(issuer, &form(&code), "the code was used before").await;
    }
    assert_refused(issuer, &form("unknown"), "the code is unknown").await;
}

#[tokio::test]
async fn a_code_expires_after_a_minute() {
    static CLOCK: TestClock = TestClock::new();
    let issuer = &issuer_at(|| CLOCK.now());
    let (first, second) =
        (code(issuer, "sample-editor").await, code(issuer, "sample-editor").await);
    CLOCK.set(59);
    assert_eq!(exchange(issuer, &form(&first)).await.0, 200);
    CLOCK.set(60);
    assert_refused(issuer, &form(&second), "the code has expired").await;
}

/// One attempt is all there is: whoever stole a code must not try verifiers.
#[tokio::test]
async fn a_code_is_bound_to_client_address_and_verifier() {
    let issuer = issuer();
    let other_verifier = VERIFIER.replace('d', "e");
    let cases = [
        ("client_id", CLIENT_ID, "the code is for another client"),
        (
            "redirect_uri",
            "http://localhost:9000/web/callback",
            "the code is for another redirect_uri",
        ),
        ("code_verifier", &other_verifier, "the code_verifier does not match the code_challenge"),
    ];
    for (name, value, why) in cases {
        let code = code(issuer, "sample-editor").await;
        assert_refused(issuer, &with(form(&code), name, value), why).await;
        assert_refused(issuer, &form(&code), "the code was used before").await;
    }
}

#[tokio::test]
async fn an_incomplete_exchange_is_refused() {
    let issuer = issuer();
    let code = code(issuer, "sample-editor").await;
    let invalid = |error: &str| json!({ "error": error });
    for name in ["client_id", "code", "redirect_uri", "code_verifier"] {
        for form in [without(form(&code), name), with(form(&code), name, "")] {
            assert_eq!(exchange(issuer, &form).await, (400, invalid("invalid_request")), "{name}");
        }
    }
    for verifier in [&VERIFIER[1..], &VERIFIER.replace('-', "+"), &"a".repeat(129)] {
        let form = with(form(&code), "code_verifier", verifier);
        assert_eq!(exchange(issuer, &form).await, (400, invalid("invalid_request")), "{verifier}");
    }
    let form_of_other = with(form(&code), "client_id", "other");
    assert_eq!(exchange(issuer, &form_of_other).await, (401, invalid("invalid_client")));
    assert_eq!(exchange(issuer, &form(&code)).await.0, 200);
}

#[tokio::test]
async fn the_issuer_keeps_the_newest_thousand_codes() {
    // Its own issuer: other tests need their codes.
    let issuer = &issuer_at(|| NOW as u64);
    let mut browser = Browser::new(issuer);
    let oldest = browser.sign_in(&request(), "sample-editor").await;
    let second = browser.authorize(&request()).await.code();
    for _ in 0..999 {
        browser.authorize(&request()).await;
    }
    assert_refused(issuer, &form(&oldest), "the code is unknown").await;
    assert_eq!(exchange(issuer, &form(&second)).await.0, 200);
}
