//! What the functions share. Dependencies point one way: `access`, `platform`, `usage`, `metrics` and
//! `http` use `auth` and `store`, these use `config`, `json` and `domain`, which does no I/O.

pub mod access;
pub mod auth;
pub mod client;
pub mod config;
pub mod domain;
mod hex;
pub mod http;
pub mod json;
pub mod metrics;
pub mod platform;
pub mod rehearsal;
pub mod store;
pub mod telemetry;
pub mod usage;
