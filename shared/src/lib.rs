//! What the functions share. Dependencies point one way: functions use `http`, `auth`, `store`,
//! `config`, `platform` and `telemetry`; all of these use `domain`, which does no I/O.

pub mod auth;
pub mod config;
pub mod domain;
pub mod http;
pub mod platform;
pub mod store;
pub mod telemetry;
