//! The end of a sign-in: a code is exchanged for tokens, and both are verified.

mod id_tokens;
mod token_endpoint;

use oidc::{SignInError, SignedIn};
use serde_json::Value;

/// What a test compares of the result.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    SignedIn(String),
    Refused,
    InvalidTokens,
    /// The cause.
    IssuerUnavailable(String),
}

fn outcome(exchanged: Result<SignedIn, SignInError>) -> Outcome {
    match exchanged {
        Ok(signed_in) => Outcome::SignedIn(signed_in.subject),
        Err(SignInError::Refused) => Outcome::Refused,
        Err(SignInError::InvalidTokens) => Outcome::InvalidTokens,
        Err(SignInError::IssuerUnavailable(cause)) => Outcome::IssuerUnavailable(cause.to_string()),
    }
}

/// An object with that member replaced, or removed by `None`.
fn with(object: &Value, name: &str, value: Option<Value>) -> Value {
    let mut object = object.clone();
    let members = object.as_object_mut().expect("an object");
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
    object
}
