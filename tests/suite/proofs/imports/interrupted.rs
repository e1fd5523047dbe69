//! Kills an import at its n-th write. Writes in flight at that moment may arrive or not.

use aws_sdk_dynamodb::Client;
use capacityctl::{client::with_unlimited_retries, services};

use crate::harness::nth_write::NthWrite;

/// Imports, and stops just before that write. `None` if it was stopped.
pub(super) async fn import(
    client: &Client,
    table: &str,
    file: &[u8],
    at_write: u64,
) -> Option<services::ImportSummary> {
    let (client, nth) = NthWrite::of(&with_unlimited_retries(client), at_write);
    tokio::select! {
        biased;
        () = nth.sent() => None,
        written = services::import(&client, table, file) => Some(written.expect("an import")),
    }
}
