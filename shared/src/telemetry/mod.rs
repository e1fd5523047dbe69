//! What operators read: log lines, metrics and the audit record, of plain values. Nothing here knows HTTP.

pub mod audit;
pub mod log;
pub mod metrics;
pub mod unreadable;
