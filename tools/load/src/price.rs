//! What requests cost in eu-west-2, in US dollars, without free tiers. docs/load.md has the sources.

use serde::Serialize;

/// A million requests to an HTTP API.
const GATEWAY: f64 = 1.16;
/// A million invocations of a function.
const INVOCATIONS: f64 = 0.20;
/// A GB-second of a function on arm64.
const GB_SECOND: f64 = 0.000_013_333_4;
/// A function's memory in template.yaml.
const MEMORY_GB: f64 = 0.25;
/// A million read units.
const READ_UNITS: f64 = 0.1487;
/// A million write units.
const WRITE_UNITS: f64 = 0.7423;
/// A million bytes of logs.
const LOG_MB: f64 = 0.000_598_5;
/// The bytes that Lambda and the gateway log for a request.
const PLATFORM_LOG_BYTES: f64 = 668.0 + 491.0;
/// A million traces, of which one request in twenty has one.
const TRACES: f64 = 5.00 / 20.0;

/// What a million requests cost.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dollars {
    /// API Gateway.
    pub gateway: f64,
    /// The function's invocations.
    pub invocations: f64,
    /// The function's time.
    pub time: f64,
    /// DynamoDB's reads.
    pub reads: f64,
    /// DynamoDB's writes.
    pub writes: f64,
    /// The lines of function, Lambda and gateway.
    pub logs: f64,
    /// Traces.
    pub traces: f64,
}

impl Dollars {
    /// The cost of a million requests that each take this.
    #[must_use]
    pub fn new(billed_ms: f64, read_units: f64, write_units: f64, log_bytes: f64) -> Self {
        Self {
            gateway: GATEWAY,
            invocations: INVOCATIONS,
            time: billed_ms * 1e3 * MEMORY_GB * GB_SECOND,
            reads: read_units * READ_UNITS,
            writes: write_units * WRITE_UNITS,
            logs: (log_bytes + PLATFORM_LOG_BYTES) * LOG_MB,
            traces: TRACES,
        }
    }

    /// All together.
    #[must_use]
    pub fn total(&self) -> f64 {
        let Self { gateway, invocations, time, reads, writes, logs, traces } = self;
        gateway + invocations + time + reads + writes + logs + traces
    }
}
