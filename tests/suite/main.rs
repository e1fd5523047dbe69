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

mod alarms;
#[cfg(feature = "outside")]
mod artefacts;
mod bad_input;
mod client;
#[cfg(feature = "outside")]
mod cognito;
mod cursors;
mod defects;
mod deployment;
mod document;
mod domain;
mod fields;
mod forgery;
mod gateway_events;
mod grants;
mod hazards;
mod health;
mod history;
mod journey;
mod key_sets;
mod list_parameters;
mod listing;
mod logs;
mod metrics;
mod oddities;
mod overtaken;
mod permissions;
mod proofs;
mod random_input;
mod reading;
mod repeats;
mod resets;
mod rights;
mod served_documents;
mod settings;
mod statuses;
mod store;
mod story;
mod timeouts;
mod token_endpoint;
mod tokens;
mod tools_commands;
mod tools_directory;
mod tools_hierarchy;
mod tools_import;
mod tools_load;
mod tools_target;
mod tools_users;
mod updating;
mod usage;
