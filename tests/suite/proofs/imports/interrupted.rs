//! Kills an import at its n-th write. Writes in flight at that moment may arrive or not.

use capacityctl::{
    client::with_unlimited_retries,
    services::{self, Directory},
};

use crate::harness::nth_write::NthWrite;

/// Imports, and stops just before that write. `None` if it was stopped.
pub(super) async fn import(
    directory: &Directory,
    file: &[u8],
    at_write: u64,
) -> Option<services::ImportSummary> {
    let (client, nth) = NthWrite::of(&with_unlimited_retries(&directory.client), at_write);
    let directory = Directory { client, ..directory.clone() };
    tokio::select! {
        biased;
        () = nth.sent() => None,
        written = services::import(&directory, file) => Some(written.expect("an import")),
    }
}
