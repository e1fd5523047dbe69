//! Kills an import at its n-th write. Writes in flight at that moment may arrive or not.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef,
    },
    error::BoxError,
};
use capacityctl::{client::with_unlimited_retries, services};
use tokio::sync::Notify;

/// Imports, and stops just before that write. `None` if it was stopped.
pub(super) async fn import(
    client: &Client,
    table: &str,
    file: &[u8],
    at_write: u64,
) -> Option<services::ImportSummary> {
    let fuse = Fuse { left: Arc::new(AtomicU64::new(at_write)), burnt: Arc::new(Notify::new()) };
    let config = with_unlimited_retries(client).config().to_builder().interceptor(fuse.clone());
    let client = Client::from_conf(config.build());
    tokio::select! {
        biased;
        () = fuse.burnt.notified() => None,
        written = services::import(&client, table, file) => Some(written.expect("an import")),
    }
}

#[derive(Clone, Debug)]
struct Fuse {
    left: Arc<AtomicU64>,
    burnt: Arc<Notify>,
}

impl Intercept for Fuse {
    fn name(&self) -> &'static str {
        "Fuse"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        if target.ends_with("UpdateItem") && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.burnt.notify_one();
        }
        Ok(())
    }
}
