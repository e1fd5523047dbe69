//! Notices when a client sends its n-th `TransactWriteItems`.

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
use tokio::sync::Notify;

#[derive(Clone, Debug)]
pub(crate) struct NthWrite {
    left: Arc<AtomicU64>,
    sent: Arc<Notify>,
}

impl NthWrite {
    /// A client like this one, and the n-th write that it will send.
    pub(crate) fn of(client: &Client, n: u64) -> (Client, Self) {
        let nth = Self { left: Arc::new(AtomicU64::new(n)), sent: Arc::default() };
        let config = client.config().to_builder().interceptor(nth.clone());
        (Client::from_conf(config.build()), nth)
    }

    /// Waits until just before it is sent.
    pub(crate) async fn sent(&self) {
        self.sent.notified().await;
    }
}

impl Intercept for NthWrite {
    fn name(&self) -> &'static str {
        "NthWrite"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        if target.ends_with("TransactWriteItems") && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.sent.notify_one();
        }
        Ok(())
    }
}
