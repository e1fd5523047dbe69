//! What the functions need: the DynamoDB engine with tables and sample data, and the token issuer.

use std::net::TcpListener;

use capacityctl::{
    services::{self, Directory},
    stack_file::StackFile,
    users,
};

use crate::{
    Error,
    engine::{Engine, REGION},
    issuer::{LocalIssuer, Options},
    key, sample, settings,
    state::State,
    tables::{self, TablesError},
    template,
};

const TABLE_PREFIX: &str = "capacity-";

/// The running services.
#[derive(Debug)]
pub struct Services {
    engine: Engine,
    /// The token issuer.
    pub issuer: LocalIssuer,
    /// The addresses.
    pub file: StackFile,
    limits: Vec<(&'static str, String)>,
}

impl Services {
    /// Starts them. `api_port` is where the API will be.
    ///
    /// # Errors
    ///
    /// One of them does not start, or template.yaml cannot be used.
    pub async fn start(
        state: &State,
        template: &str,
        dynamodb: TcpListener,
        issuer: TcpListener,
        api_port: u16,
    ) -> Result<Self, Error> {
        let limits = template::reset_limits(template)
            .map_err(|reason| Error::Tables(TablesError::Template(reason)))?;
        let engine = Engine::on_disk(dynamodb, &state.database()?)
            .map_err(|error| Error::Start("DynamoDB engine", error))?;
        let tables = tables::create(&engine.client(), template, TABLE_PREFIX).await?;
        let key =
            key::read_or_make(&state.key()).map_err(|error| Error::File(state.key(), error))?;
        let api_urls =
            ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{api_port}")).to_vec();
        let options = Options { api_urls, ..Options::default() };
        let issuer = LocalIssuer::start(issuer, key, options)
            .map_err(|error| Error::Start("token issuer", error))?;
        let file = StackFile {
            api_url: format!("http://127.0.0.1:{api_port}"),
            dynamodb_endpoint: engine.endpoint().to_owned(),
            region: REGION.to_owned(),
            tables,
            audit_table: tables::audit(TABLE_PREFIX),
            issuer: issuer.issuer().url.clone(),
            client_id: issuer.issuer().client_id.clone(),
            key_file: state.key(),
        };
        let services = Self { engine, issuer, file, limits };
        services.seed(state).await?;
        Ok(services)
    }

    /// Imports the sample data once; later changes to it are the developer's.
    async fn seed(&self, state: &State) -> Result<(), Error> {
        if state.is_seeded() {
            return Ok(());
        }
        let (client, tables) = (self.engine.client(), &self.file.tables);
        let failed = |error| Error::Seed(Box::new(error));
        let services =
            services::import_rows(&Directory::new(&client, tables), sample::directory()).await;
        let services = services.map_err(failed)?;
        let users =
            users::import_users(&client, &tables.users, sample::users()).await.map_err(failed)?;
        eprintln!("sample data: {services}; {users}");
        state.set_seeded()
    }

    /// The environment variables of every function.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let sessions = tables::sessions(TABLE_PREFIX);
        settings::variables(&self.file, &self.issuer.jwks_url(), &self.limits, sessions)
    }

    /// Stops them.
    pub async fn finish(self) {
        self.issuer.finish().await;
        self.engine.finish().await;
    }
}
