//! `cargo load`: the built functions under load, as Lambda runs them behind API Gateway, and what each
//! kind of request asks of the store.
//!
//! Everything runs on this machine and speaks over the loopback interface.

pub mod cli;
pub mod counter;
pub mod directory;
pub mod done;
pub mod environments;
pub mod event;
pub mod failure;
pub mod fill;
pub mod gateway;
pub mod kind;
pub mod oha;
pub mod processor;
pub mod report;
pub mod run;
pub mod stage;
mod text;

pub use failure::Failure;
