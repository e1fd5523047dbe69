//! Proofs: what holds for whatever happens, tried on more cases than anybody would write down.

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
