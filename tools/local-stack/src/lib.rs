//! `cargo dev`: the whole system on one machine.
//!
//! The tests use its engine, tables and issuer. Nothing of it is deployed.

pub mod background;
pub mod cargo_build;
pub mod cargo_lambda;
pub mod cli;
pub mod cors;
pub mod emulator;
pub mod engine;
pub mod error;
pub mod events;
pub mod function_env;
pub mod function_line;
pub mod functions;
pub mod gateway;
pub mod guide;
pub mod issuer;
pub mod key;
pub mod log_files;
pub mod output;
mod pages_origin;
pub mod ports;
pub mod process_group;
pub mod program;
pub mod ready;
pub mod request_line;
pub mod routes;
pub mod sample;
pub mod schedule;
pub mod services;
pub mod settings;
pub mod shutdown_signal;
pub mod source_files;
pub mod stack;
pub mod state;
pub mod tables;
pub mod template;
pub mod tls_proxy;
pub mod token_endpoint;

pub use error::Error;
