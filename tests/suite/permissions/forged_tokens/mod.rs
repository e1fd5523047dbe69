//! Tokens that an attacker might send. Each class is named after what it attacks. None is accepted.

mod claims;
mod envelope;
mod flips;
mod header;
mod keys;
mod signature;

pub(crate) use keys::short_key;

use std::collections::BTreeSet;

use lambda_http::Request;
use serde_json::Value;
use shared::auth::AuthError;

use crate::harness::{
    TokenVerifier,
    token_verifier::{bearing, claims},
};

/// The name of an attack, and its request.
struct Class(String, Request);

/// A request with that bearer token.
fn class(name: impl Into<String>, token: impl AsRef<[u8]>) -> Class {
    Class(name.into(), bearing(token.as_ref()).expect("a header's value"))
}

/// A properly signed token with that header.
fn headed(verifying: &TokenVerifier, name: &str, header: &str) -> Class {
    class(format!("header: {name}"), verifying.sign(header, &claims().to_string()))
}

/// A properly signed token with those claims.
fn claiming(verifying: &TokenVerifier, name: &str, claims: &str) -> Class {
    class(format!("claims: {name}"), verifying.sign(&verifying.header().to_string(), claims))
}

/// An object with one field replaced, or removed by `None`.
fn with(object: Value, name: &str, value: Option<Value>) -> String {
    let mut object = object;
    let members = object.as_object_mut().expect("an object");
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
    object.to_string()
}

/// An object's text with more fields appended.
fn and(object: &Value, members: &str) -> String {
    let text = object.to_string();
    format!("{},{members}}}", text.trim_end_matches('}'))
}

#[tokio::test]
async fn no_forged_token_is_accepted() {
    let (verifying, odd) = keys::verifying();
    let classes: Vec<Class> = [
        header::classes(&verifying),
        envelope::classes(&verifying),
        claims::classes(&verifying),
        signature::classes(&verifying),
        keys::classes(&verifying, &odd),
    ]
    .into_iter()
    .flatten()
    .collect();
    let names: BTreeSet<&str> = classes.iter().map(|Class(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), classes.len(), "a class has the name of another");
    assert!(classes.len() >= 100, "{} classes", classes.len());
    let mut accepted = Vec::new();
    for Class(name, request) in &classes {
        if verifying.decide(request, 0).await != Err(AuthError::Unauthenticated) {
            accepted.push(name);
        }
    }
    assert!(accepted.is_empty(), "accepted: {accepted:#?}");
    // The verifier is able to accept a token.
    assert!(verifying.accepts(&verifying.good(), 0).await);
    eprintln!("{} classes of forged tokens, none accepted", classes.len());
}
