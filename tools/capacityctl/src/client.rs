//! Clients of DynamoDB: AWS's, or an engine's on this machine.

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client, Config,
    config::{
        BehaviorVersion, Credentials, Region, SharedHttpClient,
        retry::{RetryConfig, RetryPartition, TokenBucket},
        timeout::TimeoutConfig,
    },
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

/// How long a connection may take to open, an answer to begin, and a request as a whole.
const CONNECT: Duration = Duration::from_secs(3);
const READ: Duration = Duration::from_secs(10);
const ATTEMPT: Duration = Duration::from_secs(15);

/// How often a request of an import is sent, and the longest pause between two times: throttling ends when
/// DynamoDB has made room, which takes minutes at most.
const ATTEMPTS: u32 = 30;
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// One that reaches wherever an administrator's credentials come from. Its TLS is ring by name: no
/// process-wide default is involved.
fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// A client of AWS, with region, credentials and endpoint from where every AWS SDK reads them.
pub(crate) async fn of_aws() -> Client {
    let defaults = aws_config::defaults(BehaviorVersion::v2026_01_12());
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .operation_attempt_timeout(ATTEMPT);
    let defaults = defaults.http_client(http_client()).timeout_config(timeouts.build());
    Client::new(&defaults.load().await)
}

/// The client, as an import has it, which runs alone: a throttled request waits as long as it takes. The
/// SDK's budget of retries keeps many callers from flooding a service; here it would end an import.
#[must_use]
pub fn patient(client: &Client) -> Client {
    let retries =
        RetryConfig::standard().with_max_attempts(ATTEMPTS).with_max_backoff(LONGEST_PAUSE);
    let unlimited = RetryPartition::custom("capacityctl").token_bucket(TokenBucket::unlimited());
    let config = client.config().to_builder();
    Client::from_conf(config.retry_config(retries).retry_partition(unlimited.build()).build())
}

/// A client of a DynamoDB engine on this machine, whatever the environment says.
#[must_use]
pub fn local_client(endpoint: &str, region: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(http_client())
        .endpoint_url(endpoint)
        .region(Region::new(region.to_owned()))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"));
    Client::from_conf(config.build())
}
