//! What the functions share, in layers. A module may import only from the rows above its own:
//!
//! | module | holds | knows nothing of |
//! |---|---|---|
//! | [`domain`] | the rules: pure, `now` is an argument | all below |
//! | [`store`] | tables, items, expressions | HTTP, Lambda, environment variables |
//! | [`operations`] | the use cases | HTTP, Lambda, environment variables, the clock |
//! | [`telemetry`] | log lines, metrics, the audit record | HTTP |
//! | [`auth`], [`http`] | claims; requests, answers, problem documents | Lambda's loop |
//! | [`runtime`] | settings, the client of DynamoDB, warm-up, Lambda's loop | endpoints |

pub mod auth;
pub mod domain;
pub mod http;
#[cfg(test)]
#[expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod layers;
pub mod operations;
pub mod runtime;
pub mod store;
pub mod telemetry;
