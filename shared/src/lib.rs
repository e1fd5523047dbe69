//! What the functions share. Dependencies point one way: `platform`, `usage` and `http` use `auth` and `store`,
//! these use `config`, `json` and `domain`, which does no I/O.

pub mod auth;
pub mod config;
pub mod domain;
pub mod http;
pub mod json;
pub mod metrics;
pub mod platform;
pub mod store;
pub mod telemetry;
pub mod usage;
