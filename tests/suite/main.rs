//! The tests of the workspace. They run the real handlers on a real DynamoDB engine, through the
//! real SDK and HTTP. The engine runs in this process or at `TEST_DYNAMODB_ENDPOINT`.

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
mod pages;
mod permissions;
mod proofs;
mod tools;
