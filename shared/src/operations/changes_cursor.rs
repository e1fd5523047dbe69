//! What a follower of a region knows.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::digest::{Context, SHA256};

use crate::{
    domain::{ServiceId, Timestamp},
    store::ChangeRow,
};

/// Where a follower of a region stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangesCursor {
    /// The region.
    pub region: ServiceId,
    /// The latest time of the polls so far, by any of their clocks, at which they had delivered everything.
    pub time: Timestamp,
    /// Of the rows since then, less the time that polls look back: the first ones, whose changes were delivered.
    pub delivered: KnownRows,
    /// The rows since then that stand for many changes.
    pub many: KnownRows,
}

/// Rows that a follower knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRows {
    /// How many.
    pub count: usize,
    /// Which: half of the SHA-256 of their keys, in base64url; empty if there are none.
    pub digest: String,
}

impl ChangesCursor {
    /// Where a follower begins who reads the list at this time or later, and has not polled. If many services changed at
    /// once shortly before, its first poll says `resync`.
    #[must_use]
    pub fn beginning(region: ServiceId, time: Timestamp) -> Self {
        Self { region, time, delivered: KnownRows::of(&[]), many: KnownRows::of(&[]) }
    }
}

impl KnownRows {
    /// These rows.
    #[must_use]
    pub fn of(rows: &[&ChangeRow]) -> Self {
        if rows.is_empty() {
            return Self { count: 0, digest: String::new() };
        }
        let mut context = Context::new(&SHA256);
        for row in rows {
            context.update(row.key.as_bytes());
            context.update(b"\n");
        }
        let digest = context.finish();
        let half = digest.as_ref().get(..16).unwrap_or_default();
        Self { count: rows.len(), digest: BASE64_URL_SAFE_NO_PAD.encode(half) }
    }
}
