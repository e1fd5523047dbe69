//! `cargo dev`: the whole system on one machine.
//!
//! The tests use its engine, tables and issuer. Nothing of it is deployed.

pub mod background;
pub mod cargo_lambda;
pub mod child;
pub mod cli;
pub mod engine;
pub mod error;
pub mod events;
pub mod function_env;
pub mod guide;
pub mod ipv6_forward;
pub mod issuer;
pub mod key;
pub mod ports;
pub mod processes;
pub mod ready;
pub mod routes;
pub mod sample;
pub mod schedule;
pub mod shutdown_signal;
pub mod stack;
pub mod state;
pub mod tables;
pub mod template;
pub mod tls_proxy;
pub mod token_endpoint;
pub mod watch;

pub use error::Error;
