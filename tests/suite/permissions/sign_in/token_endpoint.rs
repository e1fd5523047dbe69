//! The request for tokens, and what the endpoint may answer.

use std::{
    io::{Read as _, Write as _},
    thread,
};

use local_stack::background::free_port;
use oidc::SignedIn;
use serde_json::{Value, json};
use tokio::{sync::oneshot, time::Instant};

use super::{
    Outcome::{self, InvalidTokens, IssuerUnavailable, Refused},
    outcome, with,
};
use crate::harness::{
    Published, SigningIn, TokenAnswer, log,
    sign_in::CODE,
    token_verifier::{claims, jwk},
};

fn unavailable(cause: &str) -> Outcome {
    IssuerUnavailable(cause.to_owned())
}

#[tokio::test]
async fn a_code_is_exchanged_for_who_signed_in_and_what_they_allowed() {
    let signing_in = SigningIn::start();
    let signed_in = signing_in.exchange().await.expect("good tokens");
    let scope = "capacity/read capacity/write".to_owned();
    assert_eq!(signed_in, SignedIn { subject: "editor".to_owned(), scope });
}

/// `application/x-www-form-urlencoded`, without a secret.
#[tokio::test]
async fn the_form_is_exactly_this() {
    let signing_in = SigningIn::start();
    signing_in.exchange().await.expect("good tokens");
    let [request] = signing_in.endpoint.take_requests().try_into().ok().expect("one request");
    assert_eq!(
        request.form,
        "grant_type=authorization_code&client_id=client&code=code%2B%2F%3D%26+%C3%A9%2541\
         &redirect_uri=https%3A%2F%2Fcapacity.example.org%2Fv1%2Fweb%2Fcallback%3Fa%3Db%26c\
         &code_verifier=verifier-._%7E0123456789012345678901234567890"
    );
    let mut headers: Vec<_> = request
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().expect("ASCII")))
        .collect();
    headers.sort_unstable();
    let url = signing_in.endpoint.url();
    let host = url.split('/').nth(2).expect("a host");
    let length = request.form.len();
    assert_eq!(
        headers,
        [
            "accept: application/json",
            &format!("content-length: {length}"),
            "content-type: application/x-www-form-urlencoded",
            &format!("host: {host}"),
        ]
    );
}

#[tokio::test]
async fn a_refusal_is_told_from_an_issuer_that_cannot_be_used() {
    let signing_in = SigningIn::start();
    let good = signing_in.tokens().to_string();
    let large = json!({"padding": "x".repeat(100_000)}).to_string();
    for (status, body, expected) in [
        (400, json!({"error": "invalid_grant"}).to_string(), Refused),
        (401, json!({"error": "invalid_client"}).to_string(), Refused),
        (403, String::new(), Refused),
        (404, good.clone(), Refused),
        (429, String::new(), unavailable("status 429 Too Many Requests")),
        (301, good.clone(), unavailable("status 301 Moved Permanently")),
        (302, good.clone(), unavailable("status 302 Found")),
        (307, good.clone(), unavailable("status 307 Temporary Redirect")),
        (308, good.clone(), unavailable("status 308 Permanent Redirect")),
        (500, good.clone(), unavailable("status 500 Internal Server Error")),
        (503, String::new(), unavailable("status 503 Service Unavailable")),
        (200, large, unavailable("length limit exceeded")),
        (200, "<!doctype html><p>Sign in".to_owned(), unavailable("the answer is no JSON object")),
        (200, String::new(), unavailable("the answer is no JSON object")),
        (200, "[]".to_owned(), unavailable("the answer is no JSON object")),
        (200, json!(good).to_string(), unavailable("the answer is no JSON object")),
        (200, format!("{good}{good}"), unavailable("the answer is no JSON object")),
    ] {
        signing_in.endpoint.answer(TokenAnswer::Given(status, body.clone()));
        assert_eq!(outcome(signing_in.exchange().await), expected, "{status} {body}");
        assert_eq!(signing_in.endpoint.take_requests().len(), 1, "{status}");
    }
}

/// The log says which of the standard's reasons it was. Any other text could quote what was sent.
#[tokio::test]
async fn the_log_says_why_a_code_is_refused_without_quoting_the_issuer() {
    let signing_in = SigningIn::start();
    for (body, reason) in [
        (json!({"error": "invalid_grant", "error_description": CODE}), "invalid_grant"),
        (json!({"error": "unauthorized_client"}), "unauthorized_client"),
        (json!({"error": CODE}), "unknown"),
        (json!({"error": [CODE]}), "unknown"),
        (json!(CODE), "unknown"),
    ] {
        log::take_lines();
        signing_in.endpoint.answer(TokenAnswer::Given(400, body.to_string()));
        assert_eq!(outcome(signing_in.exchange().await), Refused);
        let lines = log::take_lines();
        let line = lines.iter().find(|line| line["message"] == "code_refused").expect("a line");
        assert_eq!((&line["status"], &line["reason"]), (&json!(400), &json!(reason)), "{body}");
    }
}

#[tokio::test]
async fn a_response_without_usable_tokens_is_invalid() {
    let signing_in = SigningIn::start();
    let good = signing_in.tokens();
    let token = good["access_token"].clone();
    let mut cases = vec![json!({}), json!({"error": "invalid_grant"})];
    for member in ["access_token", "id_token", "token_type"] {
        let wrong = [Value::Null, json!(1), json!([token]), json!({}), json!(""), json!("mac")];
        cases.extend(wrong.into_iter().map(|wrong| with(&good, member, Some(wrong))));
        cases.push(with(&good, member, None));
    }
    // An ID token is no access token, and the other way round.
    cases.push(with(&good, "access_token", Some(good["id_token"].clone())));
    cases.push(with(&good, "id_token", Some(good["access_token"].clone())));
    // The access token is checked as every access token is.
    for (claim, value) in [("client_id", "other"), ("token_use", "id"), ("iss", "https://other")] {
        let token = signing_in.sign(&with(&claims(), claim, Some(json!(value))));
        cases.push(with(&good, "access_token", Some(json!(token))));
    }
    for case in cases {
        signing_in.returning(&case);
        assert_eq!(outcome(signing_in.exchange().await), InvalidTokens, "{case}");
    }
    for token_type in ["bearer", "BEARER"] {
        signing_in.returning(&with(&good, "token_type", Some(json!(token_type))));
        signing_in.exchange().await.expect("good tokens");
    }
}

/// Paused time advances only when all tasks wait, and then to the next timer: without a timeout
/// this test never ends.
#[tokio::test(start_paused = true)]
async fn an_endpoint_that_never_answers_is_not_waited_for() {
    let signing_in = SigningIn::start();
    signing_in.endpoint.answer(TokenAnswer::Silence);
    let began = Instant::now();
    assert_eq!(outcome(signing_in.exchange().await), unavailable("no response in time"));
    assert_eq!(began.elapsed().as_secs(), 3);
}

/// The endpoint begins an answer and stops. Time is paused once it has done so.
#[tokio::test]
async fn an_endpoint_that_never_ends_its_answer_is_not_waited_for() {
    let listener = free_port().expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (begin, begun) = oneshot::channel();
    let (close, closed) = oneshot::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        assert!(stream.read(&mut [0; 4096]).expect("a request") > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{").expect("a client");
        let _ = begin.send(());
        let _ = stream.read_to_end(&mut Vec::new());
        close.send(())
    });
    let signing_in = SigningIn::start().asking(&url);
    let (exchanged, ()) = tokio::join!(signing_in.exchange(), async {
        begun.await.expect("an answer");
        tokio::time::pause();
    });
    assert_eq!(outcome(exchanged), unavailable("no response in time"));
    closed.await.expect("the client has closed the connection");
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_that_is_not_safe() {
    let mut signing_in = SigningIn::start();
    let url = signing_in.endpoint.url();
    let port = url.split(['/', ':']).nth(4).expect("a port");
    for url in [
        format!("http://127.0.0.2:{port}/oauth2/token"),
        format!("http://user@127.0.0.1:{port}/oauth2/token"),
        format!("ftp://127.0.0.1:{port}/oauth2/token"),
        "/oauth2/token".to_owned(),
        "http://id.example.org/oauth2/token".to_owned(),
    ] {
        signing_in = signing_in.asking(&url);
        let unsafe_address = "the address is neither https nor http on a loopback address";
        assert_eq!(outcome(signing_in.exchange().await), unavailable(unsafe_address), "{url}");
    }
    assert_eq!(signing_in.endpoint.take_requests().len(), 0);
}

#[tokio::test]
async fn an_issuer_that_cannot_be_reached_is_unavailable() {
    let listener = free_port().expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let signing_in = SigningIn::start().asking(&format!("http://{address}/oauth2/token"));
    let Outcome::IssuerUnavailable(cause) = outcome(signing_in.exchange().await) else {
        panic!("somebody answers at {address}");
    };
    assert!(cause.contains("refused"), "{cause}");
}

/// Nobody can tell whether a token is genuine: that is no forged token.
#[tokio::test]
async fn keys_that_cannot_be_fetched_make_the_issuer_unavailable() {
    let signing_in = SigningIn::start();
    let no_keys = unavailable("its signing keys could not be fetched");
    signing_in.keys.publish(Published::Refusal(500, Vec::new()));
    assert_eq!(outcome(signing_in.exchange_at(0).await), no_keys);
    // Too early for another fetch.
    signing_in.keys.publish(Published::Keys(vec![jwk(&signing_in.key)]));
    assert_eq!(outcome(signing_in.exchange_at(9).await), no_keys);
    signing_in.exchange_at(10).await.expect("good tokens");
}

#[tokio::test]
async fn tokens_by_a_key_that_the_issuer_does_not_publish_are_invalid() {
    let signing_in = SigningIn::start();
    let other = local_stack::key::make().expect("a key");
    signing_in.keys.publish(Published::Keys(vec![jwk(&other)]));
    assert_eq!(outcome(signing_in.exchange().await), InvalidTokens);
}
