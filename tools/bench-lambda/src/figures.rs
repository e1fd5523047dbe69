//! The figures of a benchmark.

use serde::Serialize;

use crate::build::Sizes;

/// The figures that were requested.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    pub(crate) sizes: Option<Sizes>,
    pub(crate) instructions: Option<Instructions>,
    pub(crate) times: Option<Times>,
    /// By the function's memory in MB, which decides its share of a CPU.
    pub(crate) shares: Vec<(u64, Times)>,
}

/// Instructions in user space.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Instructions {
    /// From `exec` until the first response is sent.
    pub(crate) first: u64,
    /// From one response to the next, when warm.
    pub(crate) warm: u64,
}

/// Times of environments: medians over all that were started, in microseconds.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Times {
    /// From `exec` until the function asks for its first invocation; on a whole CPU, as in Lambda.
    pub(crate) init_us: u64,
    /// The first invocation.
    pub(crate) first_us: u64,
    /// Init and first invocation of the same environment.
    pub(crate) cold_us: u64,
    /// The maximum of those.
    pub(crate) cold_max_us: u64,
    /// The warm invocations.
    pub(crate) warm_us: u64,
    /// CPU time of a warm invocation.
    pub(crate) warm_cpu_us: u64,
    /// Peak resident memory, in KB.
    pub(crate) peak_kb: u64,
}
