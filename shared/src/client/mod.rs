//! The client of DynamoDB as a function has it: all that it does not have to find out is settled at the
//! start. What an environment of Lambda does not have (profiles, roles to assume, other sources of
//! credentials) is not looked for: see docs/adr/0010.

mod connection;
mod connector;
mod crypto;
mod roots;
mod signer;

use aws_runtime::user_agent::UserAgentInterceptor;
use aws_sdk_dynamodb::{
    Client, Config,
    config::{
        BehaviorVersion, Builder as ConfigBuilder, ConfigBag, Credentials, IdentityCache,
        Intercept, Region, StalledStreamProtectionConfig,
        endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint},
        interceptors::BeforeSerializationInterceptorContextRef,
    },
    error::BoxError,
};
use aws_smithy_runtime_api::client::interceptors::disable_interceptor;

pub use self::roots::AMAZON;
use self::{connection::Address, connector::Connector, signer::Signer};
use crate::{config::Environment, store::Timeouts};

/// Which of the SDK's defaults hold.
fn defaults() -> ConfigBuilder {
    Config::builder().behavior_version(BehaviorVersion::v2026_01_12())
}

/// What a client needs of the environment.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    region: String,
    credentials: Credentials,
    address: Address,
}

impl ClientSettings {
    /// Reads what Lambda sets, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
    /// `AWS_SESSION_TOKEN`; and `AWS_ENDPOINT_URL_DYNAMODB` and `AWS_CA_BUNDLE`, if they are set, which
    /// mean what they mean to every SDK.
    pub fn read(environment: &mut Environment) -> Option<Self> {
        let region = environment.required("AWS_REGION");
        let id = environment.required("AWS_ACCESS_KEY_ID");
        let secret = environment.required("AWS_SECRET_ACCESS_KEY");
        let token = environment.optional("AWS_SESSION_TOKEN");
        let region = region?;
        let address = Address::read(environment, &region);
        let credentials = Credentials::new(id?, secret?, token, None, "Lambda");
        Some(Self { region, credentials, address: address? })
    }

    /// The client, with these bounds on its calls.
    #[must_use]
    pub fn client(self, timeouts: &Timeouts) -> Client {
        let host = self.address.host().to_owned();
        let signer = Signer::new(self.credentials.clone(), self.region.clone(), host);
        let config = defaults()
            .push_auth_scheme(signer)
            .interceptor(Plain)
            .region(Region::new(self.region))
            .credentials_provider(self.credentials)
            // They stay the same for as long as the environment lives.
            .identity_cache(IdentityCache::no_cache())
            .endpoint_resolver(Fixed(Endpoint::builder().url(self.address.url()).build()))
            // An answer is taken as a whole, within the time of the attempt.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(Connector::new(self.address));
        Client::from_conf(timeouts.bound(config).build())
    }
}

/// A client that reaches nothing.
pub(crate) fn unusable() -> Client {
    Client::from_conf(defaults().build())
}

/// The one endpoint, whatever is asked of it.
#[derive(Debug)]
struct Fixed(Endpoint);

impl ResolveEndpoint for Fixed {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(self.0.clone()))
    }
}

/// Takes away what each request would say of the SDK that sends it, which nobody asks for.
#[derive(Debug)]
struct Plain;

impl Intercept for Plain {
    fn name(&self) -> &'static str {
        "Plain"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        call: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let cause = "nobody asks for it";
        call.interceptor_state().store_put(disable_interceptor::<UserAgentInterceptor>(cause));
        Ok(())
    }
}
