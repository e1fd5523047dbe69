//! Which tables a command works on: AWS's by the standard environment, else the running local stack's.

use std::{
    fmt, io,
    net::{TcpStream, ToSocketAddrs},
    path::{Path, PathBuf},
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
};
use shared::platform;

use crate::{
    signing_key::SigningKey,
    stack_file::{self, StackFile},
    token::Issuer,
};

/// Any of these set means that the environment says where the tables are.
pub const DECIDING_VARIABLES: [&str; 8] = [
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    SERVICES_TABLE,
    USERS_TABLE,
];
const SERVICES_TABLE: &str = "SERVICES_TABLE";
const USERS_TABLE: &str = "USERS_TABLE";

/// The tables to work on.
#[derive(Debug)]
pub struct Target {
    client: Client,
    services: Option<String>,
    users: Option<String>,
    origin: Origin,
}

#[derive(Debug)]
enum Origin {
    /// The environment decides, because this variable is set.
    Environment(&'static str),
    /// A running stack, with its issuer.
    Stack(Box<Issuer>),
}

/// Why there is nothing to work on.
#[derive(Debug)]
pub enum TargetError {
    /// Neither a stack nor the environment.
    Nothing,
    /// A stack file that cannot be used.
    StackFile(PathBuf, io::Error),
    /// A stack file whose stack does not answer.
    Stale(PathBuf, String),
    /// The environment decides, and does not name a table.
    MissingTable(&'static str, &'static str),
    /// The environment decides, and tokens are the local issuer's.
    NoIssuer(&'static str),
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str(
                "no local stack is running here: start one with `cargo dev`, or set AWS_REGION, SERVICES_TABLE \
                 and USERS_TABLE to work on AWS",
            ),
            Self::StackFile(file, error) => write!(f, "cannot use {}: {error}", file.display()),
            Self::Stale(file, endpoint) => write!(
                f,
                "the local stack of {} does not answer at {endpoint}: start it again with `cargo dev`",
                file.display()
            ),
            Self::MissingTable(variable, because) => write!(
                f,
                "{because} is set, so the environment says where the tables are, but {variable} is not set: \
                 set it, or unset {because} to use the local stack"
            ),
            Self::NoIssuer(because) => write!(
                f,
                "{because} is set, so the environment says where the tables are, but tokens are issued by the \
                 local stack only: unset {because} to use it"
            ),
        }
    }
}

impl std::error::Error for TargetError {}

impl Target {
    /// Finds the tables: a folder that was asked for, else the environment, else a stack running here.
    ///
    /// # Errors
    ///
    /// There is neither, or the stack does not answer.
    pub async fn find(state: Option<&Path>) -> Result<Self, TargetError> {
        if let Some(state) = state {
            return Self::stack(state);
        }
        if let Some(because) = deciding_variable(is_set) {
            return Ok(Self::environment(because).await);
        }
        let here = std::env::current_dir()
            .map_err(|error| TargetError::StackFile(PathBuf::from("."), error))?;
        Self::stack(&stack_file::state_directory(&here).ok_or(TargetError::Nothing)?)
    }

    async fn environment(because: &'static str) -> Self {
        let named = |variable| std::env::var(variable).ok().filter(|name| !name.is_empty());
        Self {
            client: aws_client().await,
            services: named(SERVICES_TABLE),
            users: named(USERS_TABLE),
            origin: Origin::Environment(because),
        }
    }

    fn stack(state: &Path) -> Result<Self, TargetError> {
        let file = state.join(stack_file::FILE_NAME);
        let stack = StackFile::read(state).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => TargetError::Nothing,
            _ => TargetError::StackFile(file.clone(), error),
        })?;
        if !answers(&stack.dynamodb_endpoint) {
            return Err(TargetError::Stale(file, stack.dynamodb_endpoint));
        }
        let key = SigningKey::read(&stack.key_file)
            .map_err(|error| TargetError::StackFile(stack.key_file.clone(), error))?;
        let client = local_client(&stack.dynamodb_endpoint, &stack.region);
        let issuer = Issuer { url: stack.issuer, client_id: stack.client_id, key };
        let StackFile { tables, .. } = stack;
        let (services, users) = (Some(tables.services), Some(tables.users));
        Ok(Self { client, services, users, origin: Origin::Stack(Box::new(issuer)) })
    }

    /// The client to use.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The services table's name.
    ///
    /// # Errors
    ///
    /// The environment decides and does not name it.
    pub fn services(&self) -> Result<&str, TargetError> {
        self.services.as_deref().ok_or_else(|| self.missing(SERVICES_TABLE))
    }

    /// The users table's name.
    ///
    /// # Errors
    ///
    /// The environment decides and does not name it.
    pub fn users(&self) -> Result<&str, TargetError> {
        self.users.as_deref().ok_or_else(|| self.missing(USERS_TABLE))
    }

    /// The local stack's issuer.
    ///
    /// # Errors
    ///
    /// The environment decides, and AWS's issuer is not ours.
    pub const fn issuer(&self) -> Result<&Issuer, TargetError> {
        match &self.origin {
            Origin::Stack(issuer) => Ok(issuer),
            Origin::Environment(because) => Err(TargetError::NoIssuer(because)),
        }
    }

    /// Where the tables are, for a message: the region's AWS, or a local stack.
    #[must_use]
    pub const fn place(&self) -> &'static str {
        match self.origin {
            Origin::Environment(_) => "where the environment says",
            Origin::Stack(_) => "of the local stack",
        }
    }

    const fn missing(&self, variable: &'static str) -> TargetError {
        match self.origin {
            Origin::Environment(because) => TargetError::MissingTable(variable, because),
            Origin::Stack(_) => TargetError::Nothing,
        }
    }
}

/// Whether an environment variable has a value.
#[must_use]
pub fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// The first variable, if any, by which the environment says where the tables are.
#[must_use]
pub fn deciding_variable(is_set: impl Fn(&str) -> bool) -> Option<&'static str> {
    DECIDING_VARIABLES.into_iter().find(|name| is_set(name))
}

/// A client of AWS, with region, credentials and endpoint from where every AWS SDK reads them.
async fn aws_client() -> Client {
    let defaults = aws_config::defaults(BehaviorVersion::v2026_01_12());
    Client::new(&defaults.http_client(platform::http_client()).load().await)
}

/// A client of a DynamoDB engine on this machine, whatever the environment says.
#[must_use]
pub fn local_client(endpoint: &str, region: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(platform::http_client())
        .endpoint_url(endpoint)
        .region(Region::new(region.to_owned()))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"));
    Client::from_conf(config.build())
}

/// Whether anything listens at `http://host:port`.
fn answers(endpoint: &str) -> bool {
    let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let addresses = authority.to_socket_addrs().into_iter().flatten();
    addresses
        .into_iter()
        .any(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
}
