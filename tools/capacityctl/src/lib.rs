//! `capacityctl`, the administrator's tool: imports and manages services and users, shows and sets
//! statuses, mints tokens of the local stack, checks a deployment.
//!
//! It writes directory attributes and users directly, and alone redacts and prunes history. It sets a status by the same operation as the API's PUT, in
//! the name of a user who has the right.

mod arguments;
pub mod audit;
pub mod changes;
pub mod cli;
pub mod client;
pub mod concurrency;
mod controls;
pub mod dialog;
mod difference;
mod doctor;
pub mod endpoint;
pub mod error;
mod execute;
mod export;
mod file_rows;
mod findings;
pub mod hierarchy;
mod history;
mod http_client;
mod import;
mod operator;
mod output;
pub mod progress;
pub mod reachability;
mod read_file;
mod run;
mod scan;
mod service;
pub mod services;
pub mod services_file;
pub mod signing_key;
mod smoke;
pub mod stack_file;
mod status;
mod status_text;
mod store_failure;
pub mod target;
mod target_error;
mod text_rules;
pub mod token;
mod transaction;
mod update;
mod user;
pub mod users;
pub mod users_file;
pub mod validation;
mod variables;
mod write_file;

pub use error::Error;
pub use execute::execute;
pub use file_rows::OptionalColumn;
pub use output::Output;
pub use run::{run, run_on};
pub use validation::ValidationError;
