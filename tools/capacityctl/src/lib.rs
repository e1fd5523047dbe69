//! `capacityctl`, the administrator's tool: fills the directory and the users, mints local tokens.
//!
//! It writes directory attributes and users, never a status and never history.

pub mod cli;
pub mod directory;
pub mod failure;
pub mod hierarchy;
pub mod in_flight;
pub mod refusal;
pub mod services;
pub mod signing_key;
pub mod stack_file;
pub mod target;
pub mod token;
mod update;
pub mod user_file;
pub mod users;

pub use failure::Failure;
pub use refusal::Refusal;
