//! Sign-ins that fail: what the person reads, and what operators see.

use serde_json::json;

use super::{EDITOR, assert_refused, is_signed_in, rows, start};
use crate::harness::{
    App, Browser, IssuerBrowser, Reply, TokenAnswer, TokenEndpoint, choose,
    faulty::{Fate, FaultyStore},
    log::{take_lines, take_metrics},
};

/// The outcome as the metric has it, and the last line about the request.
fn outcome() -> (String, String) {
    let counted = take_metrics().into_iter().rfind(|document| document["SignIns"] == 1);
    let counted = counted.expect("an outcome");
    let outcome = counted["Outcome"].as_str().expect("a text").to_owned();
    let line = take_lines().into_iter().rfind(|line| !line["code"].is_null()).expect("a line");
    assert_eq!(counted["SignInsFailed"] == 1, line["message"] == "request_failed", "{outcome}");
    (
        outcome,
        format!(
            "{} {}",
            line["message"].as_str().expect("a text"),
            line["code"].as_str().expect("a code")
        ),
    )
}

fn expected(outcome: &str, line: &str) -> (String, String) {
    (outcome.to_owned(), line.to_owned())
}

/// A browser whose sign-in has come to the issuer, and the address that leads back with a good code.
async fn begun(app: &App) -> (Browser<'_>, String) {
    let mut browser = app.browser();
    let page = browser.begin_sign_in("").await;
    (browser, choose(&page, EDITOR).await)
}

/// The answer to a callback with these parameters and the right state.
async fn with_parameters(app: &App, parameters: &str) -> Reply {
    let (mut browser, address) = begun(app).await;
    let (_, state) = address.split_once("&state=").expect("a state");
    let reply = browser.come_back(&format!("/web/callback?{parameters}&state={state}")).await;
    assert_eq!(browser.cookies, [""; 0], "a sign-in is used once");
    reply
}

#[tokio::test]
async fn who_cancels_or_is_refused_at_the_issuer_is_not_signed_in() {
    let app = start().await;
    let mut browser = app.browser();
    let page = browser.begin_sign_in("").await;
    let address = IssuerBrowser::default().choose(&page, ("cancel", "yes")).await;
    assert!(address.contains("error=access_denied"), "{address}");
    assert_refused(&browser.come_back(&address).await, 403, "You are not signed in");
    assert_eq!(outcome(), expected("refused", "request_refused SIGN_IN_REFUSED"));
    for parameters in ["error=invalid_request", "error=<script>&code=1", "error=", "x=y"] {
        assert_refused(&with_parameters(&app, parameters).await, 403, "You are not signed in");
    }
}

#[tokio::test]
async fn a_code_that_the_issuer_does_not_know_signs_nobody_in() {
    let app = start().await;
    assert_refused(&with_parameters(&app, "code=made-up-code").await, 400, "Sign in again");
    assert_eq!(outcome(), expected("code_refused", "request_refused SIGN_IN_CODE_REFUSED"));
    assert_refused(&with_parameters(&app, "code=").await, 400, "Sign in again");
}

#[tokio::test]
async fn a_callback_without_a_sign_in_asks_the_issuer_nothing() {
    let endpoint = TokenEndpoint::answering(TokenAnswer::Given(500, String::new()));
    let app = start().await.with_settings(&[("TOKEN_URL", &endpoint.url())]);
    let (_, address) = begun(&app).await;
    for address in
        [&*address, "/web/callback", "/web/callback?code=1", "/web/callback?state=&code=1"]
    {
        let reply = app.browser().get(address).send().await;
        assert_refused(&reply, 400, "Sign in again");
        assert_eq!(reply.cookies, [""; 0]);
    }
    assert_eq!(outcome(), expected("not_begun", "request_refused SIGN_IN_NOT_BEGUN"));
    assert_eq!(endpoint.take_requests().len(), 0);
}

/// The nonce ties tokens to the sign-in: somebody else's code, injected, brings the nonce of another.
#[tokio::test]
async fn tokens_of_another_sign_in_sign_nobody_in() {
    let app = start().await;
    let (mut browser, address) = begun(&app).await;
    let cookie = browser.cookies.pop().expect("a cookie");
    let nonce = cookie.split('.').nth(1).expect("a nonce");
    browser.cookies.push(cookie.replace(nonce, &"A".repeat(43)));
    let reply = browser.come_back(&address).await;
    assert_refused(&reply, 502, "Sorry, signing in does not work");
    assert!(reply.text.contains(reply.header("x-request-id")), "{}", reply.text);
    assert_eq!(outcome(), expected("invalid_tokens", "request_failed SIGN_IN_INVALID"));
}

#[tokio::test]
async fn an_issuer_that_fails_is_a_fault_that_a_person_can_repeat() {
    let unavailable = expected("issuer_unavailable", "request_failed ISSUER_UNAVAILABLE");
    for error in ["server_error", "temporarily_unavailable"] {
        let reply = with_parameters(&start().await, &format!("error={error}")).await;
        assert_refused(&reply, 502, "Sorry, signing in does not work at the moment");
        assert_eq!(outcome(), unavailable);
    }
    let endpoint = TokenEndpoint::answering(TokenAnswer::Given(500, String::new()));
    let app = start().await.with_settings(&[("TOKEN_URL", &endpoint.url())]);
    let (mut browser, address) = begun(&app).await;
    let reply = browser.come_back(&address).await;
    assert_refused(&reply, 502, "Sorry, signing in does not work at the moment");
    assert!(reply.text.contains(r#"href="/web""#), "{}", reply.text);
    assert_eq!(outcome(), unavailable);
    let [sent] = endpoint.take_requests().try_into().ok().expect("one request");
    assert!(sent.form.contains("grant_type=authorization_code"));
}

/// Whatever the store does not do: nobody is signed in, and the session before is not there beside an error.
#[tokio::test]
async fn a_store_that_fails_signs_nobody_in() {
    let app = start().await;
    for failing in ["DeleteItem", "PutItem"] {
        let (faulty, _, _) = FaultyStore::below(&app, None, move |call| {
            if call.operation == failing { Fate::Failed } else { Fate::Passed }.into()
        });
        let mut browser = faulty.browser();
        browser.cookies = app.signed_in("reader").await.cookies;
        let page = browser.begin_sign_in("").await;
        let address = choose(&page, EDITOR).await;
        let reply = browser.come_back(&address).await;
        assert_refused(&reply, 503, "Sorry, no status can be shown at the moment");
        assert_eq!(outcome(), expected("store_unavailable", "request_failed STORE_UNAVAILABLE"));
        assert_eq!(is_signed_in(&browser).await, failing == "DeleteItem");
        let own = rows(&app).await.into_values().filter(|row| row["subject"] == json!(EDITOR));
        assert_eq!(own.count(), 0);
    }
}

/// The SDK sends the call again, and finds the row of the first attempt.
#[tokio::test]
async fn a_session_whose_answer_is_lost_has_begun_all_the_same() {
    let app = start().await;
    let (faulty, _, _) = FaultyStore::below(&app, None, |call| {
        let is_first_put = call.operation == "PutItem" && call.number == 0;
        if is_first_put { Fate::AnswerLost } else { Fate::Passed }.into()
    });
    let mut browser = faulty.browser();
    browser.sign_in(EDITOR).await;
    assert!(is_signed_in(&browser).await);
    assert_eq!(rows(&app).await.len(), 1);
}

#[tokio::test]
async fn who_is_not_registered_reads_whom_to_ask_and_with_which_identifier() {
    let app = start().await;
    let mut browser = app.browser();
    browser.sign_in("sample-unregistered").await;
    let reply = browser.get("/web/mine").send().await;
    assert_refused(&reply, 403, "You are signed in, but not registered");
    assert!(reply.text.contains("sample-unregistered"), "{}", reply.text);
}
