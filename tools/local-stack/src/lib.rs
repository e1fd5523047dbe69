//! The whole system on one machine: `cargo dev`.
//!
//! The tests use the engine, the tables and the issuer from here. Nothing of this is deployed.

pub mod background;
pub mod cargo_lambda;
pub mod child;
pub mod cli;
pub mod engine;
pub mod events;
pub mod failure;
pub mod forward;
pub mod gateway;
pub mod guide;
pub mod interrupt;
pub mod issuer;
pub mod key;
pub mod ports;
pub mod processes;
pub mod ready;
pub mod routes;
pub mod sample;
pub mod schedule;
pub mod stack;
pub mod state;
pub mod tables;
pub mod template;
pub mod tls;
pub mod token_endpoint;
pub mod watch;

pub use failure::Failure;
