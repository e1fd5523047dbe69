//! Who may do what, and which tokens are accepted.

mod authorisation;
#[cfg(feature = "e2e")]
mod cognito;
mod decision_tables;
mod forged_tokens;
mod page_tables;
mod sign_in;
mod signing_keys;
mod token_verification;
