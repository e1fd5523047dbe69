//! How long a call of DynamoDB may take: never longer than the function's own answer. Half of the remaining time
//! is for each attempt, so that a second one is possible.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_sdk_dynamodb::{
    config::{
        Builder, ConfigBag, Intercept, interceptors::BeforeSerializationInterceptorContextRef,
        timeout::TimeoutConfig,
    },
    error::BoxError,
};
use tokio::time::Instant;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(2);
/// How long a call may take with its retries.
const OPERATION: Duration = Duration::from_secs(5);

/// The timeouts of every call of a client, which an environment of Lambda uses for one request at a time.
#[derive(Clone, Debug, Default)]
pub struct Timeouts(Arc<Mutex<Option<Instant>>>);

impl Timeouts {
    /// Gives a client these timeouts. The attempt's bounds those of its connections, which stay the same.
    #[must_use]
    pub fn bound(&self, config: Builder) -> Builder {
        let longest = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION);
        config.timeout_config(longest.build()).interceptor(self.clone())
    }

    /// From now on, has every call end within that time; `None` if there is no telling how long that is.
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

    /// Before the SDK reads the timeouts of the call.
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
