//! `cargo load`: load-tests the built functions as Lambda runs them behind API Gateway, and measures what
//! each kind of request costs.
//!
//! Everything runs on this machine, over the loopback interface.

pub mod capacity_proxy;
pub mod cli;
pub mod cpu_time;
pub mod environment_pool;
pub mod error;
pub mod event;
pub mod gateway;
pub mod generated_directory;
pub mod invocation_stats;
pub mod latency_target;
pub mod load_generator;
mod picture;
mod polls;
pub mod price;
pub mod report;
mod report_text;
pub mod request;
pub mod request_kind;
pub mod run;
pub mod seed;
pub mod serve;
pub mod testbed;

pub use error::Error;
