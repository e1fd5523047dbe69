//! How long a DynamoDB call may take. It always ends before the function has to answer. An attempt gets half of
//! the remaining time, so that a second one is possible.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_sdk_dynamodb::{
    config::{
        Builder, ConfigBag, Intercept, SharedInterceptor,
        interceptors::BeforeSerializationInterceptorContextRef, timeout::TimeoutConfig,
    },
    error::BoxError,
};
use tokio::time::Instant;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(2);
/// How long a call may take with its retries.
const OPERATION: Duration = Duration::from_secs(5);

/// The timeouts of a client's calls. A Lambda environment uses the client for one request at a time.
#[derive(Clone, Debug, Default)]
pub struct Timeouts(Arc<Mutex<Option<Instant>>>);

impl Timeouts {
    /// Gives a client these timeouts. The connections' own timeouts stay the same, within that of the attempt.
    #[must_use]
    pub fn bound(&self, mut config: Builder) -> Builder {
        let longest = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION);
        config.push_interceptor(SharedInterceptor::permanent(self.clone()));
        config.timeout_config(longest.build())
    }

    /// From now on, ends every call within that time; `None` if the remaining time is unknown.
    pub fn end_within(&self, left: Option<Duration>) {
        let end = left.map(|left| Instant::now() + left);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }

    fn left(&self) -> Option<Duration> {
        let end = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        end.map(|end| end.saturating_duration_since(Instant::now()))
    }
}

impl Intercept for Timeouts {
    fn name(&self) -> &'static str {
        "Timeouts"
    }

    /// Runs before the SDK reads the call's timeouts.
    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        call: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(left) = self.left() {
            let shorter = TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT.min(left / 2))
                .operation_timeout(OPERATION.min(left));
            call.interceptor_state().store_put(shorter.build());
        }
        Ok(())
    }
}
