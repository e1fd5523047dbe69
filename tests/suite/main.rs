//! The tests of the workspace. They run the real handlers on a real DynamoDB engine, spoken to by
//! the real SDK over HTTP: one inside this process, or the one at `TEST_DYNAMODB_ENDPOINT`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod harness;

mod contract;
mod deployment;
mod functions;
mod hazards;
mod journeys;
mod permissions;
mod proofs;
mod tools;
