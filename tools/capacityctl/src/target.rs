//! Which tables a command works on: AWS's by the standard environment, else the running local stack's.

use std::{
    collections::HashMap,
    fmt, io,
    net::{TcpStream, ToSocketAddrs},
    path::{Path, PathBuf},
    time::Duration,
};

use aws_sdk_dynamodb::Client;
use shared::config::Environment;

use crate::{
    client::{local_client, of_aws},
    signing_key::SigningKey,
    stack_file::{self, StackFile},
    token::Issuer,
};

/// Any of these set means that the environment says where the tables are.
pub const DECIDING_VARIABLES: [&str; 10] = [
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    SERVICES_TABLE,
    STATUS_HISTORY_TABLE,
    USERS_TABLE,
    IDEMPOTENCY_TABLE,
];
/// The table of services and their statuses.
pub const SERVICES_TABLE: &str = "SERVICES_TABLE";
/// The table of changes.
pub const STATUS_HISTORY_TABLE: &str = "STATUS_HISTORY_TABLE";
/// The table of users.
pub const USERS_TABLE: &str = "USERS_TABLE";
/// The table of answers to repeated requests.
pub const IDEMPOTENCY_TABLE: &str = "IDEMPOTENCY_TABLE";
/// Limits on resets, with what openapi.yaml states as their defaults and the local stack has.
const RESET_LIMITS: [(&str, &str); 3] =
    [("RESET_DEFAULT_MINUTES", "240"), ("RESET_MIN_MINUTES", "0"), ("RESET_MAX_MINUTES", "1440")];

/// The tables to work on.
#[derive(Debug)]
pub struct Target {
    client: Client,
    /// The tables' names by their variables, those that are known.
    tables: HashMap<&'static str, String>,
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
                "no local stack is running here: start one with `cargo dev`, or set AWS_REGION, SERVICES_TABLE, \
                 USERS_TABLE, STATUS_HISTORY_TABLE and IDEMPOTENCY_TABLE to work on AWS",
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
        let variables =
            [SERVICES_TABLE, STATUS_HISTORY_TABLE, USERS_TABLE, IDEMPOTENCY_TABLE].into_iter();
        let named = |variable| std::env::var(variable).ok().filter(|name| !name.is_empty());
        Self {
            client: of_aws().await,
            tables: variables.filter_map(|variable| Some((variable, named(variable)?))).collect(),
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
        let tables = stack.tables.variables().map(|(variable, name)| (variable, name.to_owned()));
        Ok(Self { client, tables: tables.into(), origin: Origin::Stack(Box::new(issuer)) })
    }

    /// The client to use.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The name of the table that this variable names.
    ///
    /// # Errors
    ///
    /// The environment decides and does not name it.
    pub fn table(&self, variable: &'static str) -> Result<&str, TargetError> {
        self.tables.get(variable).map(String::as_str).ok_or(match self.origin {
            Origin::Environment(because) => TargetError::MissingTable(variable, because),
            Origin::Stack(_) => TargetError::Nothing,
        })
    }

    /// The settings of the functions, for those of their parts that commands use: the environment's,
    /// or the local stack's, which are openapi.yaml's defaults.
    #[must_use]
    pub fn settings(&self) -> Environment {
        let mode = ("AUTH_MODE".to_owned(), "gateway".to_owned());
        let tables = self.tables.iter().map(|(name, table)| ((*name).to_owned(), table.clone()));
        let limits = RESET_LIMITS.into_iter().filter_map(|(name, default)| {
            let value = match self.origin {
                Origin::Environment(_) => std::env::var(name).ok()?,
                Origin::Stack(_) => default.to_owned(),
            };
            Some((name.to_owned(), value))
        });
        tables.chain(limits).chain([mode]).collect()
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

    /// Whether the tables are those of a local stack.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        matches!(self.origin, Origin::Stack(_))
    }

    /// Where the tables are, for a message: where a variable says, or a local stack.
    #[must_use]
    pub fn place(&self) -> String {
        match self.origin {
            Origin::Environment(because) => {
                format!("where the environment says ({because} is set)")
            }
            Origin::Stack(_) => "of the local stack".to_owned(),
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

/// Whether anything listens at `http://host:port`.
fn answers(endpoint: &str) -> bool {
    let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let addresses = authority.to_socket_addrs().into_iter().flatten();
    addresses
        .into_iter()
        .any(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
}
