//! Tells the administrator soon when a table cannot be reached, and how long an import goes on trying.
//!
//! Only for connections that fail and answers that do not come. While DynamoDB throttles, an import goes on for
//! minutes.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef,
        timeout::TimeoutConfig,
    },
    error::BoxError,
};
use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext,
    retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority},
};
use aws_smithy_types::retry::ErrorKind;
use tokio::time::Instant;

use crate::{client::with_unlimited_retries, store_failure::innermost};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Until the response begins: then the administrator is told.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(4);
/// For one attempt as a whole.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// How long to go on after the first failure. With the first and the last attempt it is less than 30 seconds, unless a
/// response begins and stalls.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_secs(1);

/// A client for an import. Calls `tell` when the table cannot be reached, and when it can again.
pub fn patient_client(
    client: &Client,
    table: &str,
    tell: impl Fn(&str) + Send + Sync + 'static,
) -> Client {
    let reachability = Reachability(Arc::new(State {
        table: table.to_owned(),
        endpoint: OnceLock::new(),
        failing_since: Mutex::new(None),
        tell: Box::new(tell),
    }));
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(RESPONSE_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT);
    let config = with_unlimited_retries(client).config().to_builder();
    let config = config.timeout_config(timeouts.build()).interceptor(reachability.clone());
    Client::from_conf(config.retry_classifier(reachability).build())
}

/// What the attempts of all requests say about the table.
#[derive(Clone)]
struct Reachability(Arc<State>);

struct State {
    table: String,
    endpoint: OnceLock<String>,
    failing_since: Mutex<Option<Instant>>,
    tell: Box<dyn Fn(&str) + Send + Sync>,
}

impl Reachability {
    fn failing_since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.failing_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answered(&self) {
        if self.failing_since().take().is_some() {
            (self.0.tell)(&format!("table {} answers again", self.0.table));
        }
    }

    /// Whether to go on.
    fn failed(&self, reason: &str) -> bool {
        let mut since = self.failing_since();
        if let Some(since) = *since {
            return since.elapsed() < PATIENCE;
        }
        *since = Some(Instant::now());
        let (table, seconds) = (&self.0.table, PATIENCE.as_secs());
        let endpoint = self.0.endpoint.get().map_or("its endpoint", String::as_str);
        (self.0.tell)(&format!(
            "cannot reach table {table} at {endpoint}: {reason}; trying for {seconds} more seconds"
        ));
        true
    }
}

impl fmt::Debug for Reachability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reachability({})", self.0.table)
    }
}

impl Intercept for Reachability {
    fn name(&self) -> &'static str {
        "Reachability"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.endpoint.get_or_init(|| context.request().uri().to_owned());
        Ok(())
    }
}

impl ClassifyRetry for Reachability {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.output_or_error() {
            Some(Err(error)) if error.is_connector_error() || error.is_timeout_error() => {
                if self.failed(&innermost(error)) {
                    RetryAction::retryable_error_with_explicit_delay(
                        ErrorKind::TransientError,
                        PAUSE,
                    )
                } else {
                    RetryAction::RetryForbidden
                }
            }
            _ => {
                self.answered();
                RetryAction::NoActionIndicated
            }
        }
    }

    fn name(&self) -> &'static str {
        "Reachability"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}
