//! Proofs: claims about what can never happen, each with the controls that show it can fail. A short
//! size of each runs with every test; the long one is for a machine with minutes to spare.

pub(crate) mod each_call;
pub(crate) mod faults;
pub(crate) mod imports;
pub(crate) mod linearizability;
pub(crate) mod lists;
pub(crate) mod model;
pub(crate) mod sequences;
pub(crate) mod year;

/// How much of a proof is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Short,
    Long,
}

/// What a proof went through, for docs/proof.md: what was counted, how many.
pub(crate) type Figures = Vec<(&'static str, u64)>;
