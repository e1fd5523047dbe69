//! The functions' DynamoDB client. It takes region, credentials and endpoint from Lambda's environment
//! variables. It does not look for profiles, roles to assume or other credential sources, because Lambda has
//! none of them. See docs/adr/0010.

mod connection;
mod connector;
mod roots;

use std::time::Duration;

use aws_runtime::{
    invocation_id::InvocationIdInterceptor, request_info::RequestInfoInterceptor,
    user_agent::UserAgentInterceptor,
};
use aws_sdk_dynamodb::{
    Client, Config,
    config::{
        BehaviorVersion, ConfigBag, Credentials, IdentityCache, Intercept, Region,
        SharedInterceptor, StalledStreamProtectionConfig,
        endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint},
        interceptors::BeforeSerializationInterceptorContextRef,
        retry::RetryConfig,
    },
    error::BoxError,
};
use aws_smithy_runtime_api::client::interceptors::disable_interceptor;

use self::{connection::Address, connector::Connector};
pub use self::{connection::is_loopback, roots::AMAZON};
use super::{AllSettings as _, Environment, SettingsError, Timeouts};

/// How often a call is sent that the store throttles or that fails in transit, within the call's timeout. DynamoDB
/// throttles single partitions, so one busy row must not end its readers' requests at once.
const MAX_ATTEMPTS: u32 = 8;
/// The longest pause after the first attempt. It doubles with each attempt: some three seconds for all.
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// The settings of the client.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    region: String,
    credentials: Credentials,
    address: Address,
}

impl ClientSettings {
    /// Reads the variables that Lambda sets: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
    /// `AWS_SESSION_TOKEN`. `AWS_ENDPOINT_URL_DYNAMODB` and `AWS_CA_BUNDLE` are optional, and mean the same as
    /// in every AWS SDK.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let region = environment.required("AWS_REGION");
        // Without a region nothing is built, but the endpoint and the certificates are checked all the same.
        let address = Address::read(environment, region.as_deref().unwrap_or("unknown"));
        let id = environment.required("AWS_ACCESS_KEY_ID");
        let secret = environment.required("AWS_SECRET_ACCESS_KEY");
        let (region, address, id, secret) = (region, address, id, secret).all()?;
        let token = environment.optional("AWS_SESSION_TOKEN");
        let credentials = Credentials::new(id, secret, token, None, "Lambda");
        Ok(Self { region, credentials, address })
    }

    /// A client with these timeouts.
    #[must_use]
    pub fn client(self, timeouts: &Timeouts) -> Client {
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            // Sign by the clock that dates the changes: if it is far off, AWS refuses them.
            .disable_clock_skew_correction(true)
            .region(Region::new(self.region))
            .credentials_provider(self.credentials)
            // The credentials do not change while the process lives.
            .identity_cache(IdentityCache::no_cache())
            .endpoint_resolver(StaticEndpoint(Endpoint::builder().url(self.address.url()).build()))
            // The attempt's timeout covers the whole response.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(MAX_ATTEMPTS)
                    .with_initial_backoff(FIRST_PAUSE),
            )
            .http_client(Connector::new(self.address));
        // Permanent, so that the SDK does not look up at each step of a call whether it is still enabled.
        config.push_interceptor(SharedInterceptor::permanent(NoOptionalHeaders));
        Client::from_conf(timeouts.bound(config).build())
    }
}

/// Always the same endpoint.
#[derive(Debug)]
struct StaticEndpoint(Endpoint);

impl ResolveEndpoint for StaticEndpoint {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(self.0.clone()))
    }
}

/// Leaves out the headers that DynamoDB does not need: `User-Agent` and `x-amz-user-agent`, `amz-sdk-request` and
/// `amz-sdk-invocation-id`.
#[derive(Debug)]
struct NoOptionalHeaders;

impl Intercept for NoOptionalHeaders {
    fn name(&self) -> &'static str {
        "NoOptionalHeaders"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        call: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let cause = "DynamoDB does not need it";
        let state = call.interceptor_state();
        state.store_put(disable_interceptor::<UserAgentInterceptor>(cause));
        state.store_put(disable_interceptor::<RequestInfoInterceptor>(cause));
        state.store_put(disable_interceptor::<InvocationIdInterceptor>(cause));
        Ok(())
    }
}
