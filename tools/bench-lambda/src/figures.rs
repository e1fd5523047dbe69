//! What is measured of a subject.

use serde::Serialize;

use crate::build::Sizes;

/// All of it, as far as it was asked for.
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
    /// From `exec` until the first answer is sent.
    pub(crate) first: u64,
    /// From one answer to the next, later on.
    pub(crate) warm: u64,
}

/// Times of environments: medians over all that were started, in microseconds.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Times {
    /// From `exec` until the first call is asked for, always on a whole CPU, as in Lambda.
    pub(crate) init_us: u64,
    /// The first call.
    pub(crate) first_us: u64,
    /// Init and first call of the same environment.
    pub(crate) cold_us: u64,
    /// The longest of those.
    pub(crate) cold_max_us: u64,
    /// The later calls.
    pub(crate) warm_us: u64,
    /// What a later call takes of the CPU.
    pub(crate) warm_cpu_us: u64,
    /// The most memory that was resident, in KB.
    pub(crate) peak_kb: u64,
}
