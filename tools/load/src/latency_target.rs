//! How long requests may take.

use serde::Serialize;

use crate::request_kind::RequestKind;

/// The most that a request may take, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LatencyTarget {
    /// The median.
    pub p50: Option<f64>,
    /// The 95th percentile.
    pub p95: f64,
    /// The maximum.
    pub max: Option<f64>,
}

impl RequestKind {
    /// The NHS's targets for a similar API, for reads by key and updates, and a target of our own for boards.
    #[must_use]
    pub const fn target(self) -> Option<LatencyTarget> {
        match self {
            Self::Get | Self::GetUnchanged => {
                Some(LatencyTarget { p50: Some(40.0), p95: 100.0, max: Some(300.0) })
            }
            Self::Put | Self::PutIdempotent | Self::Deadline => {
                Some(LatencyTarget { p50: Some(70.0), p95: 150.0, max: Some(400.0) })
            }
            Self::Board | Self::BoardUnchanged => {
                Some(LatencyTarget { p50: None, p95: 150.0, max: None })
            }
            _ => None,
        }
    }
}
