//! Finds the tables that a command works on: on AWS if the environment says so, else those of the running
//! local stack.

use std::{
    collections::HashMap,
    fmt, io,
    path::{Path, PathBuf},
};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use shared::{
    domain::Timestamp,
    http::Clock,
    runtime::{Environment, table_variables},
    store::TableNames,
};

use crate::{
    Error,
    client::{aws_client, aws_config, local_client},
    endpoint,
    operator::Operator,
    signing_key::SigningKey,
    stack_file::{self, StackFile},
    token::Issuer,
    variables::{TABLES, variable},
};
pub use crate::{
    target_error::TargetError,
    variables::{
        AUDIT_TABLE, CHANGES_TABLE, DECIDING_VARIABLES, IDEMPOTENCY_TABLE, SERVICES_TABLE,
        STATUS_HISTORY_TABLE, USERS_TABLE, deciding_variable, is_set,
    },
};

/// The limits of resets with openapi.yaml's defaults, which the local stack uses.
const RESET_LIMITS: [(&str, &str); 3] =
    [("RESET_DEFAULT_MINUTES", "240"), ("RESET_MIN_MINUTES", "0"), ("RESET_MAX_MINUTES", "1440")];

/// The tables to work on.
pub struct Target {
    client: Client,
    /// The known table names by variable.
    tables: HashMap<&'static str, String>,
    origin: Origin,
    /// Dates the changes.
    clock: Clock,
}

enum Origin {
    /// The environment, because this variable is set.
    Environment {
        because: &'static str,
        /// Where the tables are, if that is not AWS's own endpoint.
        endpoint: Option<String>,
        /// `None`: an engine on this machine.
        aws: Option<Box<SdkConfig>>,
    },
    /// A running stack, with its issuer.
    Stack(Box<Issuer>),
}

impl Target {
    /// Finds the tables: of the given stack folder, else of the environment, else of a stack in this folder
    /// or a parent.
    ///
    /// # Errors
    ///
    /// There are none, or the stack does not answer.
    pub async fn find(state: Option<&Path>) -> Result<Self, TargetError> {
        if let Some(state) = state {
            return Self::stack(state);
        }
        if let Some(because) = deciding_variable(is_set) {
            return Ok(Self::environment(because).await);
        }
        let here = std::env::current_dir()
            .map_err(|error| TargetError::StackFile(PathBuf::from("."), error))?;
        Self::stack(&stack_file::state_directory(&here).ok_or(TargetError::NotFound)?)
    }

    async fn environment(because: &'static str) -> Self {
        let tables = TABLES.into_iter().filter_map(|name| Some((name, variable(name)?)));
        let mut target = Self::on_aws(aws_config().await, tables.collect(), because);
        if let Origin::Environment { endpoint: Some(endpoint), aws, .. } = &mut target.origin
            && endpoint::is_on_this_machine(endpoint)
        {
            *aws = None;
        }
        target
    }

    /// These tables on AWS, because this variable is set. A configured endpoint counts as AWS.
    #[must_use]
    pub fn on_aws(
        config: SdkConfig,
        tables: HashMap<&'static str, String>,
        because: &'static str,
    ) -> Self {
        let endpoint = endpoint::configured(&config, "DynamoDB");
        let client = aws_client(&config, endpoint.clone());
        let aws = Some(Box::new(config));
        let origin = Origin::Environment { because, endpoint, aws };
        Self { client, tables, origin, clock: Clock::system() }
    }

    /// These tables of an engine on this machine, by this client, at the time of this clock.
    #[must_use]
    pub fn by_client(client: Client, tables: &TableNames, audit: String, clock: Clock) -> Self {
        let (because, endpoint, aws) = (SERVICES_TABLE, None, None);
        let origin = Origin::Environment { because, endpoint, aws };
        Self { client, tables: by_variable(tables, audit), origin, clock }
    }

    fn stack(state: &Path) -> Result<Self, TargetError> {
        let file = state.join(stack_file::FILE_NAME);
        let stack = StackFile::read(state).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => TargetError::NotFound,
            _ => TargetError::StackFile(file.clone(), error),
        })?;
        if !endpoint::is_listening(&stack.dynamodb_endpoint) {
            return Err(TargetError::NotRunning(file, stack.dynamodb_endpoint));
        }
        let key = SigningKey::read(&stack.key_file)
            .map_err(|error| TargetError::StackFile(stack.key_file.clone(), error))?;
        let client = local_client(&stack.dynamodb_endpoint, &stack.region);
        let issuer = Issuer { url: stack.issuer, client_id: stack.client_id, key };
        let tables = by_variable(&stack.tables, stack.audit_table);
        let origin = Origin::Stack(Box::new(issuer));
        Ok(Self { client, tables, origin, clock: Clock::system() })
    }

    /// The client for the tables.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock that dates changes.
    pub(crate) const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The name of a table by its variable.
    ///
    /// # Errors
    ///
    /// The environment decides, but does not name it.
    pub fn table(&self, variable: &'static str) -> Result<&str, TargetError> {
        self.tables.get(variable).map(String::as_str).ok_or(match self.origin {
            Origin::Environment { because, .. } => TargetError::MissingTable(variable, because),
            Origin::Stack(_) => TargetError::NotFound,
        })
    }

    /// The functions' settings that commands need: from the environment, or the local stack's, which are
    /// openapi.yaml's defaults.
    #[must_use]
    pub fn settings(&self) -> Environment {
        let tables = self.tables.iter().map(|(name, table)| ((*name).to_owned(), table.clone()));
        let limits = RESET_LIMITS.into_iter().filter_map(|(name, default)| {
            let value = match self.origin {
                Origin::Environment { .. } => std::env::var(name).ok()?,
                Origin::Stack(_) => default.to_owned(),
            };
            Some((name.to_owned(), value))
        });
        tables.chain(limits).chain([("AUTH_MODE".to_owned(), "gateway".to_owned())]).collect()
    }

    /// The local stack's issuer.
    ///
    /// # Errors
    ///
    /// The environment decides, and its issuer is not ours.
    pub const fn issuer(&self) -> Result<&Issuer, TargetError> {
        match &self.origin {
            Origin::Stack(issuer) => Ok(issuer),
            Origin::Environment { because, .. } => Err(TargetError::NoIssuer(because)),
        }
    }

    /// Whether the tables are on AWS, where an account says who somebody is.
    #[must_use]
    pub const fn is_on_aws(&self) -> bool {
        matches!(self.origin, Origin::Environment { aws: Some(_), .. })
    }

    /// Who runs this command.
    ///
    /// # Errors
    ///
    /// AWS does not say it.
    pub(crate) async fn operator(&self) -> Result<Operator, Error> {
        match &self.origin {
            Origin::Environment { aws: Some(config), .. } => Operator::on_aws(config).await,
            Origin::Environment { aws: None, .. } | Origin::Stack(_) => Ok(Operator::local()),
        }
    }

    /// Whether the tables belong to a local stack.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        matches!(self.origin, Origin::Stack(_))
    }

    /// Where the tables are, for a message.
    #[must_use]
    pub fn place(&self) -> String {
        let Origin::Environment { because, endpoint, .. } = &self.origin else {
            return "of the local stack".to_owned();
        };
        let place = match (endpoint, self.client.config().region()) {
            (Some(endpoint), _) => format!("at {endpoint}"),
            (None, Some(region)) => format!("on AWS in {region}"),
            (None, None) => "on AWS".to_owned(),
        };
        format!("{place} ({because} is set)")
    }

    /// A table by its variable, with its name and where it is, for a message.
    ///
    /// # Errors
    ///
    /// As [`table`](Self::table).
    pub(crate) fn named_table(&self, variable: &'static str) -> Result<String, TargetError> {
        Ok(format!("table {} {}", self.table(variable)?, self.place()))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("tables", &self.tables).finish_non_exhaustive()
    }
}

fn by_variable(tables: &TableNames, audit: String) -> HashMap<&'static str, String> {
    let tables = table_variables(tables).into_iter();
    let tables = tables.map(|(variable, name)| (variable, name.to_owned()));
    tables.chain([(AUDIT_TABLE, audit)]).collect()
}
