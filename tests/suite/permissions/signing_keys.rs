//! The issuer's keys: how often they are fetched, how long they are kept, and which are used.

use std::{io::Write as _, sync::Arc};

use local_stack::background::free_port;
use serde_json::{Value, json};

use crate::harness::{
    Published, TokenVerifier,
    token_verifier::{base64url, claims, jwk, sign},
};
use crate::permissions::forged_tokens::short_key;

/// Valid except for the key id and the signature. The signature is checked only after the key is
/// found.
fn with_unknown_key(number: usize) -> String {
    let header = json!({"alg": "RS256", "kid": format!("random-{number}")}).to_string();
    let parts = [header.as_bytes(), claims().to_string().as_bytes(), &[0; 256]].map(base64url);
    parts.join(".")
}

#[tokio::test]
async fn a_thousand_first_requests_at_once_make_one_fetch() {
    let verifying = Arc::new(TokenVerifier::start());
    let token = verifying.good();
    let requests = (0..1_000).map(|_| {
        let (verifying, token) = (Arc::clone(&verifying), token.clone());
        tokio::spawn(async move { verifying.accepts(&token, 0).await })
    });
    for accepted in requests.collect::<Vec<_>>() {
        assert!(accepted.await.expect("an answer"));
    }
    assert_eq!(verifying.server.fetches(), 1);
}

/// 10,000 unknown key ids over 100 seconds cause one fetch per ten seconds, and a good token never
/// waits for it.
#[tokio::test]
async fn a_flood_of_unknown_keys_makes_one_fetch_in_ten_seconds() {
    let verifying = TokenVerifier::start();
    let good = verifying.good();
    for number in 0..10_000 {
        let second = i64::try_from(number / 100).expect("a second");
        assert!(!verifying.accepts(&with_unknown_key(number), second).await);
        if number % 1_000 == 999 {
            assert!(verifying.accepts(&good, second).await);
            assert_eq!(verifying.server.fetches(), number / 1_000 + 1, "at second {second}");
        }
    }
}

#[tokio::test]
async fn a_key_added_during_a_flood_is_accepted_after_the_next_permitted_fetch() {
    let verifying = TokenVerifier::start();
    let next = local_stack::key::make().expect("a key");
    let header = json!({"alg": "RS256", "kid": next.id()}).to_string();
    let rotated = sign(&next, header.as_bytes(), claims().to_string().as_bytes());
    assert!(!verifying.accepts(&with_unknown_key(0), 0).await);
    verifying.server.publish(Published::Keys(vec![jwk(&verifying.key), jwk(&next)]));
    for second in 1..10 {
        let number = usize::try_from(second).expect("a number");
        assert!(!verifying.accepts(&with_unknown_key(number), second).await);
        assert!(!verifying.accepts(&rotated, second).await, "at second {second}");
    }
    assert!(!verifying.accepts(&with_unknown_key(10), 10).await);
    assert!(verifying.accepts(&rotated, 10).await);
    assert!(verifying.accepts(&verifying.good(), 10).await);
    assert_eq!(verifying.server.fetches(), 2);
}

#[tokio::test]
async fn the_last_good_keys_are_kept_while_the_issuer_is_down_for_a_day() {
    let verifying = TokenVerifier::start();
    let issued = |at: i64| {
        let mut claims = claims();
        claims["iat"] = (claims["iat"].as_i64().expect("seconds") + at).into();
        claims["exp"] = (claims["exp"].as_i64().expect("seconds") + at).into();
        verifying.sign(&verifying.header().to_string(), &claims.to_string())
    };
    assert!(verifying.accepts(&issued(0), 0).await);
    let troubles = [
        Published::Refusal(500, strangers()),
        Published::Refusal(404, strangers()),
        Published::Document("{\"keys\": [".to_owned()),
        Published::Document("[]".to_owned()),
        Published::Document(json!({"keys": [], "padding": "x".repeat(70_000)}).to_string()),
        Published::Keys(Vec::new()),
        Published::Keys(vec![json!({"kty": "EC"}), json!("no key"), Value::Null]),
        Published::Refusal(302, strangers()),
        Published::Keys(vec![short_key("rsa-1024")]),
        Published::Keys(vec![short_key("rsa-2047")]),
    ];
    let mut token = String::new();
    for minute in 0..=24 * 60 {
        let at = minute * 60;
        if minute % 60 == 0 {
            token = issued(at);
        }
        let trouble = usize::try_from(minute).expect("a number") % troubles.len();
        verifying.server.publish(troubles[trouble].clone());
        assert!(verifying.accepts(&token, at).await, "after {minute} minutes");
    }
    // After the first hour, tokens with a known key cause one attempt a minute.
    assert_eq!(verifying.server.fetches(), 1 + 23 * 60 + 1);
}

/// Paused time advances only when all tasks wait: without a timeout this test never ends.
#[tokio::test(start_paused = true)]
async fn an_issuer_that_never_answers_is_not_waited_for() {
    let verifying = TokenVerifier::start();
    verifying.server.publish(Published::Silence);
    assert!(!verifying.accepts(&verifying.good(), 0).await);
}

/// The issuer begins an answer and stops. Time is paused here too.
#[tokio::test(start_paused = true)]
async fn an_issuer_that_never_ends_its_answer_is_not_waited_for() {
    let listener = free_port().expect("a port");
    let url = format!("http://{}/keys", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{");
            open.push(stream);
        }
    });
    let verifying = TokenVerifier::start().fetching_from(&url);
    assert!(!verifying.accepts(&verifying.good(), 0).await);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let verifying = TokenVerifier::start();
    verifying.server.publish(Published::Refusal(302, vec![jwk(&verifying.key)]));
    assert!(!verifying.accepts(&verifying.good(), 0).await);
    verifying.server.publish(Published::Keys(vec![jwk(&verifying.key)]));
    assert!(verifying.accepts(&verifying.good(), 10).await);
}

#[tokio::test]
async fn a_key_set_document_that_is_too_large_is_refused() {
    let verifying = TokenVerifier::start();
    let padded = |length: usize| {
        Published::Document(
            json!({"keys": [jwk(&verifying.key)], "padding": "x".repeat(length)}).to_string(),
        )
    };
    verifying.server.publish(padded(64 * 1024));
    assert!(!verifying.accepts(&verifying.good(), 0).await);
    verifying.server.publish(padded(32 * 1024));
    assert!(verifying.accepts(&verifying.good(), 10).await);
}

#[tokio::test]
async fn a_withdrawn_key_is_dropped_within_an_hour_or_once_the_issuer_answers() {
    let verifying = TokenVerifier::start();
    let mut lasting = claims();
    lasting["exp"] = (lasting["exp"].as_i64().expect("seconds") + 3_600).into();
    let token = verifying.sign(&verifying.header().to_string(), &lasting.to_string());
    assert!(verifying.accepts(&token, 0).await);
    verifying.server.publish(Published::Refusal(503, Vec::new()));
    assert!(verifying.accepts(&token, 3_600).await);
    verifying.server.publish(Published::Keys(strangers()));
    assert!(verifying.accepts(&token, 3_659).await);
    assert!(!verifying.accepts(&token, 3_660).await);
}

/// Another issuer's key set.
fn strangers() -> Vec<Value> {
    vec![jwk(&local_stack::key::make().expect("a key"))]
}

#[tokio::test]
async fn setting_the_clock_back_does_not_delay_the_next_fetch() {
    let verifying = TokenVerifier::start();
    assert!(!verifying.accepts(&with_unknown_key(0), 0).await);
    let next = local_stack::key::make().expect("a key");
    verifying.server.publish(Published::Keys(vec![jwk(&next)]));
    let header = json!({"alg": "RS256", "kid": next.id()}).to_string();
    let mut early = claims();
    early["iat"] = (early["iat"].as_i64().expect("seconds") - 7_200).into();
    let rotated = sign(&next, header.as_bytes(), early.to_string().as_bytes());
    assert!(verifying.accepts(&rotated, -3_600).await);
}

#[tokio::test]
async fn the_discovery_document_must_be_the_issuers_and_lead_to_a_safe_address() {
    let keys_at = |url: &str, scheme: &str| url.replace("http://", scheme) + "/keys";
    for (issuer, scheme, good) in [
        ("", "http://", true),
        ("/", "http://", false),
        ("/other", "http://", false),
        // A user name before the host can hide where an address leads.
        ("", "http://id.example.org@", false),
    ] {
        let verifying = TokenVerifier::start().discovering();
        let url = verifying.server.issuer().to_owned();
        let document =
            json!({"issuer": format!("{url}{issuer}"), "jwks_uri": keys_at(&url, scheme)});
        verifying.server.discover(document);
        let mut claims = claims();
        claims["iss"] = url.into();
        let token = verifying.sign(&verifying.header().to_string(), &claims.to_string());
        assert_eq!(verifying.accepts(&token, 0).await, good, "{issuer:?} {scheme}");
    }
}
