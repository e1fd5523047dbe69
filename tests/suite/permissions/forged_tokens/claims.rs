//! Attacks on the claims: tokens of the right issuer that have expired or were meant for another
//! use.

use serde_json::{Value, json};

use super::{Class, claiming, with};
use crate::harness::{
    NOW, TokenVerifier,
    token_verifier::{CLIENT, ISSUER, claims},
};

pub(super) fn classes(verifying: &TokenVerifier) -> Vec<Class> {
    let changed = |claim: &str, how: &str, value: Option<Value>| {
        claiming(verifying, &format!("{claim} {how}"), &with(claims(), claim, value))
    };
    let mut classes = Vec::new();
    for claim in ["iss", "sub", "client_id", "token_use", "scope", "iat", "exp"] {
        classes.push(changed(claim, "left out", None));
        classes.push(changed(claim, "null", Some(Value::Null)));
        classes.push(changed(claim, "an object", Some(json!({}))));
        classes.push(changed(claim, "true", Some(json!(true))));
        let listed = claims()[claim].clone();
        classes.push(changed(claim, "in a list", Some(json!([listed]))));
    }
    let wrong = [
        ("iss", "of another pool", json!("https://id.example.org/other")),
        ("iss", "with a slash more", json!(format!("{ISSUER}/"))),
        ("iss", "in capitals", json!(ISSUER.to_uppercase())),
        ("iss", "by http", json!(ISSUER.replace("https", "http"))),
        ("iss", "that begins alike", json!(format!("{ISSUER}.example.net"))),
        ("iss", "with a NUL", json!(format!("{ISSUER}\0"))),
        ("iss", "a number", json!(1)),
        ("sub", "empty", json!("")),
        ("sub", "a number", json!(1)),
        ("sub", "longer than one may be", json!("x".repeat(256))),
        ("client_id", "of another client", json!("other")),
        ("client_id", "empty", json!("")),
        ("client_id", "with a comma", json!(format!("{CLIENT},other"))),
        ("client_id", "with a space", json!(format!("{CLIENT} "))),
        ("client_id", "that begins alike", json!(format!("{CLIENT}2"))),
        ("client_id", "a number", json!(1)),
        ("token_use", "id", json!("id")),
        ("token_use", "refresh", json!("refresh")),
        ("token_use", "in capitals", json!("ACCESS")),
        ("token_use", "empty", json!("")),
        ("scope", "a number", json!(1)),
        ("exp", "now", json!(NOW)),
        ("exp", "long ago", json!(1)),
        ("exp", "before the epoch", json!(-1)),
        ("exp", "more than a day after iat", json!(NOW + 86_401)),
        ("exp", "a string", json!((NOW + 3_600).to_string())),
        ("exp", "with a fraction", json!(NOW as f64 + 3_600.5)),
        ("exp", "beyond 64 bits", json!(1e300)),
        ("iat", "more than a minute ahead", json!(NOW + 61)),
        ("iat", "more than a day before exp", json!(NOW - 86_400)),
        ("iat", "a string", json!(NOW.to_string())),
        ("iat", "with a fraction", json!(NOW as f64 + 0.5)),
        ("nbf", "in a second", json!(NOW + 1)),
        ("nbf", "null", Value::Null),
        ("nbf", "a string", json!(NOW.to_string())),
        ("nbf", "in a list", json!([NOW])),
    ];
    classes.extend(wrong.into_iter().map(|(claim, how, value)| changed(claim, how, Some(value))));
    classes
}

/// Values just inside each limit are accepted, so the limits are where the contract has them.
#[tokio::test]
async fn a_token_at_its_limits_is_accepted() {
    let verifying = TokenVerifier::start();
    let good = [
        ("exp", json!(NOW + 1)),
        ("exp", json!(NOW + 86_400)),
        ("iat", json!(NOW + 60)),
        ("nbf", json!(NOW)),
        ("scope", json!("openid capacity/read")),
        ("sub", json!("x".repeat(255))),
        ("aud", json!("anything")),
        ("unknown", json!({"nested": [[[1.5, null]]]})),
        // A token of almost 8 KiB
        ("unknown", json!("x".repeat(5_500))),
    ];
    for (claim, value) in good {
        let claims = with(claims(), claim, Some(value));
        let token = verifying.sign(&verifying.header().to_string(), &claims);
        assert!(verifying.accepts(&token, 0).await, "{claims}");
    }
    for typ in ["JWT", "at+jwt"] {
        let header = with(verifying.header(), "typ", Some(json!(typ)));
        assert!(verifying.accepts(&verifying.sign(&header, &claims().to_string()), 0).await);
    }
}
