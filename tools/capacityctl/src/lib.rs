//! `capacityctl`, the administrator's tool: fills the directory and the users and looks after them,
//! shows and sets statuses, mints local tokens, and looks whether all is well.
//!
//! It writes directory attributes and users. A status it sets as a client does: by the function
//! `update-status`, in the name of a user who has the right.

mod checks;
pub mod cli;
pub mod client;
mod difference;
pub mod directory;
mod doctor;
mod export;
pub mod failure;
pub mod hierarchy;
mod http;
mod import;
pub mod in_flight;
mod output;
mod records;
pub mod refusal;
mod run;
mod scan;
mod service;
pub mod services;
pub mod signing_key;
mod smoke;
pub mod stack_file;
mod status;
pub mod target;
pub mod token;
mod update;
mod user;
pub mod user_file;
pub mod users;

pub use failure::Failure;
pub use output::Output;
pub use refusal::Refusal;
pub use run::run;
