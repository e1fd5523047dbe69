//! ID tokens with one thing wrong each, beside a good access token. None signs anybody in.

use serde_json::{Value, json};

use super::{Outcome::InvalidTokens, outcome, with};
use crate::harness::{
    NOW, SigningIn,
    sign_in::{NONCE, id_claims},
    token_verifier::{CLIENT, ISSUER, base64url, claims, sign},
};

/// What is wrong, and the token.
type Wrong = (String, String);

/// A name for the change, the claim and its value.
type Change = (&'static str, &'static str, Value);

fn audiences() -> Vec<Change> {
    vec![
        ("of another application", "aud", json!("other")),
        ("that begins alike", "aud", json!(format!("{CLIENT}2"))),
        ("in capitals", "aud", json!(CLIENT.to_uppercase())),
        ("with a space", "aud", json!(format!("{CLIENT} other"))),
        ("empty", "aud", json!("")),
        ("a list without azp", "aud", json!([CLIENT])),
        ("a list of two without azp", "aud", json!([CLIENT, "other"])),
        ("a list of others", "aud", json!(["other"])),
        ("an empty list", "aud", json!([])),
        ("a list in a list", "aud", json!([[CLIENT]])),
        ("an object", "aud", json!({ CLIENT: CLIENT })),
    ]
}

fn values() -> Vec<Change> {
    vec![
        ("of another pool", "iss", json!("https://id.example.org/other")),
        ("with a slash more", "iss", json!(format!("{ISSUER}/"))),
        ("of another sign-in", "nonce", json!("nonce-of-another-sign-in")),
        ("that begins alike", "nonce", json!(format!("{NONCE}2"))),
        ("empty", "nonce", json!("")),
        ("in a list", "nonce", json!([NONCE])),
        ("of an access token", "token_use", json!("access")),
        ("in capitals", "token_use", json!("ID")),
        ("null", "token_use", Value::Null),
        ("in a list", "token_use", json!(["id"])),
        ("another person", "sub", json!("regional-lead")),
        ("in capitals", "sub", json!("EDITOR")),
        ("in a list", "sub", json!(["editor"])),
        ("now", "exp", json!(NOW)),
        ("more than a day after iat", "exp", json!(NOW + 86_401)),
        ("a string", "exp", json!((NOW + 3_600).to_string())),
        ("more than a minute ahead", "iat", json!(NOW + 61)),
        ("with a fraction", "iat", json!(NOW as f64 + 0.5)),
        ("in a second", "nbf", json!(NOW + 1)),
        ("null", "nbf", Value::Null),
    ]
}

/// Tokens whose claims are wrong.
fn claimed(signing_in: &SigningIn) -> Vec<Wrong> {
    let good = id_claims();
    let signed = |name: String, claims: &Value| (name, signing_in.sign(claims));
    let mut wrong = Vec::new();
    for claim in ["iss", "sub", "aud", "nonce", "iat", "exp"] {
        for value in [None, Some(Value::Null), Some(json!(true)), Some(json!({}))] {
            wrong.push(signed(format!("{claim} {value:?}"), &with(&good, claim, value)));
        }
    }
    for (how, claim, value) in audiences().into_iter().chain(values()) {
        wrong.push(signed(format!("{claim} {how}"), &with(&good, claim, Some(value))));
    }
    // With several audiences, `azp` says which of them the token was made for.
    let shared = with(&good, "aud", Some(json!(["other", CLIENT])));
    for azp in [json!("other"), json!([CLIENT]), json!(""), Value::Null] {
        wrong.push(signed(format!("azp {azp} of several"), &with(&shared, "azp", Some(azp))));
    }
    let numbered = with(&good, "aud", Some(json!([CLIENT, 1])));
    wrong.push(signed("aud a number".to_owned(), &with(&numbered, "azp", Some(json!(CLIENT)))));
    let others = with(&good, "aud", Some(json!(["other", "third"])));
    wrong.push(signed("azp other".to_owned(), &with(&good, "azp", Some(json!("other")))));
    wrong.push(signed("azp alone".to_owned(), &with(&others, "azp", Some(json!(CLIENT)))));
    wrong.push(signed("an access token".to_owned(), &claims()));
    wrong
}

/// Tokens whose envelope, header or signature is wrong.
fn enclosed(signing_in: &SigningIn) -> Vec<Wrong> {
    let good = id_claims().to_string();
    let header = json!({"alg": "RS256", "kid": signing_in.key.id()});
    let under = |header: &Value, claims: &str| {
        sign(&signing_in.key, header.to_string().as_bytes(), claims.as_bytes())
    };
    let token = under(&header, &good);
    let (signed, _) = token.rsplit_once('.').expect("a signature");
    let access = signing_in.sign(&claims());
    let (_, signature) = access.rsplit_once('.').expect("a signature");
    let unsigned = json!({"alg": "none", "kid": signing_in.key.id()}).to_string();
    let other = local_stack::key::make().expect("a key");
    let twice = format!("{},\"nonce\":\"other\"}}", good.trim_end_matches('}'));
    let padded = with(&id_claims(), "pad", Some(json!("x".repeat(6_000)))).to_string();
    [
        ("nothing", String::new()),
        ("no signature", format!("{signed}.")),
        ("two parts", signed.to_owned()),
        ("alg none", format!("{}.{}.", base64url(unsigned.as_bytes()), base64url(good.as_bytes()))),
        ("the access token's signature", format!("{signed}.{signature}")),
        ("another key", sign(&other, header.to_string().as_bytes(), good.as_bytes())),
        ("an unknown key", under(&with(&header, "kid", Some(json!("unknown"))), &good)),
        ("typ of an access token", under(&with(&header, "typ", Some(json!("at+jwt"))), &good)),
        ("crit", under(&with(&header, "crit", Some(json!(["exp"]))), &good)),
        ("nonce twice", under(&header, &twice)),
        ("a list", under(&header, &format!("[{good}]"))),
        ("more than 8 KiB", under(&header, &padded)),
        ("padding", format!("{token}=")),
        ("a space after", format!("{token} ")),
    ]
    .map(|(name, token)| (name.to_owned(), token))
    .to_vec()
}

#[tokio::test]
async fn no_wrong_id_token_signs_anybody_in() {
    let signing_in = SigningIn::start();
    let good = signing_in.tokens();
    let mut accepted = Vec::new();
    for (name, token) in [claimed(&signing_in), enclosed(&signing_in)].concat() {
        signing_in.returning(&with(&good, "id_token", Some(json!(token))));
        if outcome(signing_in.exchange().await) != InvalidTokens {
            accepted.push(name);
        }
    }
    assert!(accepted.is_empty(), "accepted: {accepted:#?}");
    // The same issuer can sign somebody in.
    signing_in.returning(&good);
    signing_in.exchange().await.expect("good tokens");
}

/// Values just inside each limit are accepted, so the limits are where the contract has them.
#[tokio::test]
async fn an_id_token_at_its_limits_signs_its_subject_in() {
    let signing_in = SigningIn::start();
    let with_azp =
        |aud: Value| with(&with(&id_claims(), "aud", Some(aud)), "azp", Some(json!(CLIENT)));
    let with = |claim: &str, value: Option<Value>| with(&id_claims(), claim, value);
    for claims in [
        with("token_use", None),
        with("azp", Some(json!(CLIENT))),
        with("exp", Some(json!(NOW + 1))),
        with("exp", Some(json!(NOW + 86_400))),
        with("iat", Some(json!(NOW + 60))),
        with("nbf", Some(json!(NOW))),
        with("at_hash", Some(json!("anything"))),
        with_azp(json!([CLIENT])),
        with_azp(json!(["other", CLIENT])),
    ] {
        let mut tokens = signing_in.tokens();
        tokens["id_token"] = signing_in.sign(&claims).into();
        signing_in.returning(&tokens);
        let signed_in = signing_in.exchange().await;
        assert_eq!(signed_in.expect("good tokens").subject, "editor", "{claims}");
    }
}

#[tokio::test]
async fn an_id_token_of_type_jwt_is_accepted() {
    let signing_in = SigningIn::start();
    let header = json!({"alg": "RS256", "kid": signing_in.key.id(), "typ": "JWT"}).to_string();
    let token = sign(&signing_in.key, header.as_bytes(), id_claims().to_string().as_bytes());
    signing_in.returning(&with(&signing_in.tokens(), "id_token", Some(json!(token))));
    signing_in.exchange().await.expect("good tokens");
}

/// Wrong claims are found before the signature is checked, so they make no request.
#[tokio::test]
async fn an_access_token_with_wrong_claims_makes_no_request_for_keys() {
    let signing_in = SigningIn::start();
    let stranger = with(&claims(), "client_id", Some(json!("other")));
    let token = signing_in.sign(&stranger);
    signing_in.returning(&with(&signing_in.tokens(), "access_token", Some(json!(token))));
    assert_eq!(outcome(signing_in.exchange().await), InvalidTokens);
    assert_eq!(signing_in.keys.fetches(), 0);
}
