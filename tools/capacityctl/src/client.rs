//! DynamoDB clients: for AWS, or for an engine on this machine.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{
    Client, Config,
    config::{
        self, BehaviorVersion, ConfigBag, Credentials, Intercept, Region, RuntimeComponents,
        SharedHttpClient,
        interceptors::BeforeTransmitInterceptorContextRef,
        retry::{RetryConfig, RetryPartition, TokenBucket},
        timeout::TimeoutConfig,
    },
    error::BoxError,
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use http::Uri;
use shared::runtime::client::is_loopback;

use crate::endpoint;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Until the response begins.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// For one attempt as a whole.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);

/// Retries of an import's request. DynamoDB adds capacity within minutes, then it no longer throttles.
const MAX_ATTEMPTS: u32 = 30;
const MAX_BACKOFF: Duration = Duration::from_secs(10);

/// An HTTP client that also reaches sources of credentials. Names ring explicitly, so that it needs no
/// process-wide default for TLS.
fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// The settings for AWS. Reads region, credentials and endpoints as every AWS SDK does.
pub(crate) async fn aws_config() -> SdkConfig {
    let defaults = aws_config::defaults(BehaviorVersion::v2026_01_12());
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT);
    defaults.http_client(http_client()).timeout_config(timeouts.build()).load().await
}

/// A client for AWS, or for this endpoint.
pub(crate) fn aws_client(config: &SdkConfig, endpoint: Option<String>) -> Client {
    let mut config = config::Builder::from(config);
    config.set_endpoint_url(endpoint);
    client(config)
}

/// A client for AWS's Security Token Service, which says whose credentials these are.
pub(crate) fn identity_client(config: &SdkConfig) -> aws_sdk_sts::Client {
    let mut builder = aws_sdk_sts::config::Builder::from(config).interceptor(NoPlainHttp);
    builder.set_endpoint_url(endpoint::configured(config, "STS"));
    aws_sdk_sts::Client::from_conf(builder.build())
}

/// A client that signs by this machine's clock alone: if the clock is far off, AWS refuses what it would date.
fn client(config: config::Builder) -> Client {
    let config = config.disable_clock_skew_correction(true).interceptor(NoPlainHttp);
    Client::from_conf(config.build())
}

/// Why a request to an `http` endpoint on another machine is not sent.
pub(crate) const PLAIN_HTTP: &str = "the endpoint is http, which is only for a loopback address";

/// Refuses to send a request that other machines could read, whether a variable or a profile names the endpoint.
#[derive(Debug)]
struct NoPlainHttp;

impl Intercept for NoPlainHttp {
    fn name(&self) -> &'static str {
        "NoPlainHttp"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let uri: Uri = context.request().uri().parse()?;
        let is_safe = uri.scheme_str() == Some("https") || uri.host().is_some_and(is_loopback);
        if is_safe { Ok(()) } else { Err(PLAIN_HTTP.into()) }
    }
}

/// The same client without the SDK's retry quota: it retries a throttled request for minutes. The quota
/// protects a service from many callers; an import runs alone, and the quota would make it fail.
#[must_use]
pub fn with_unlimited_retries(client: &Client) -> Client {
    let retries =
        RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS).with_max_backoff(MAX_BACKOFF);
    let unlimited = RetryPartition::custom("capacityctl").token_bucket(TokenBucket::unlimited());
    let config = client.config().to_builder();
    Client::from_conf(config.retry_config(retries).retry_partition(unlimited.build()).build())
}

/// A client for a DynamoDB engine on this machine. Ignores the environment.
#[must_use]
pub fn local_client(endpoint: &str, region: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(http_client())
        .endpoint_url(endpoint)
        .region(Region::new(region.to_owned()))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"));
    client(config)
}
