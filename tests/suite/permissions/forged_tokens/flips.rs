//! Flips every single bit of good tokens, and checks that the good tokens are accepted.

use serde_json::json;
use shared::auth::AuthError;

use super::with;
use crate::harness::{
    NOW, TokenVerifier,
    token_verifier::{bearing, claims},
};

#[tokio::test]
async fn no_token_with_a_flipped_bit_is_accepted() {
    let verifying = TokenVerifier::start();
    let typed = with(verifying.header(), "typ", Some(json!("at+jwt")));
    let system = with(claims(), "sub", Some(json!("4b7i5e9kq2")));
    let tokens = [
        verifying.good(),
        verifying.sign(&typed, &system),
        verifying.sign(&with(verifying.header(), "typ", Some(json!("JWT"))), &claims().to_string()),
    ];
    let (mut refused, mut unsendable) = (0, 0);
    for token in tokens {
        assert!(verifying.accepts(&token, 0).await);
        for bit in 0..token.len() * 8 {
            let mut flipped = token.clone().into_bytes();
            flipped[bit / 8] ^= 1 << (bit % 8);
            // A header cannot contain control characters, so no such request arrives.
            let Some(request) = bearing(&flipped) else {
                unsendable += 1;
                continue;
            };
            let decided = verifying.decide(&request, 0).await;
            assert_eq!(decided, Err(AuthError::Unauthenticated), "bit {bit} of {token}");
            refused += 1;
        }
    }
    assert!(refused > 10_000, "{refused}");
    eprintln!("{refused} flips refused, {unsendable} that no header can carry");
}

#[tokio::test]
async fn a_thousand_valid_tokens_are_accepted() {
    let verifying = TokenVerifier::start();
    for number in 0..1_000 {
        let mut claims = claims();
        claims["sub"] = format!("subject-{number}").into();
        claims["jti"] = format!("{number:032x}").into();
        claims["iat"] = (NOW - number).into();
        let token = verifying.sign(&verifying.header().to_string(), &claims.to_string());
        let request = bearing(token.as_bytes()).expect("a header's value");
        let principal = verifying.decide(&request, 0).await.expect("a good token");
        assert_eq!(principal.subject, format!("subject-{number}"));
    }
}
