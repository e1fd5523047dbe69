//! Proofs: claims about what can never happen, each with controls that show it can fail. A short
//! version of each runs with the tests; the long one takes minutes.

pub(crate) mod each_call;
pub(crate) mod faults;
pub(crate) mod feeds;
pub(crate) mod imports;
pub(crate) mod linearizability;
pub(crate) mod lists;
pub(crate) mod model;
pub(crate) mod sequences;
pub(crate) mod year;

/// How much of a proof to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Short,
    Long,
}

/// The figures of a proof for docs/proof.md: what was counted, and how many.
pub(crate) type Figures = Vec<(&'static str, u64)>;
