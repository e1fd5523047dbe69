//! The testbed of a run: an engine with data in its tables, and the built functions.

use std::{
    collections::HashMap,
    fs::{self, File},
    path::PathBuf,
    time::Instant,
};

use local_stack::{engine::Engine, function_env, state::workspace_root, tables};
use reqwest::{Client, Method, header::ETAG};
use tokio::sync::mpsc;

use crate::{
    Error,
    cli::Arguments,
    environment_pool::EnvironmentPool,
    event::EventTemplate,
    gateway::{FUNCTIONS, Gateway, Route},
    generated_directory::GeneratedDirectory,
    request_kind::{RequestKind, update},
    seed,
};

/// One service in this many is AMBER or RED at first.
const SERVICES_PER_BUSY_ONE: u64 = 20;

/// The most updates in flight at the same time.
const MAX_CONCURRENT: usize = 4;

/// The engine, the data and the functions of a run.
#[derive(Debug)]
pub struct Testbed {
    root: PathBuf,
    /// A folder for the files of a run.
    pub folder: PathBuf,
    functions: PathBuf,
    /// The engine.
    pub engine: Engine,
    /// The services in the table.
    pub directory: GeneratedDirectory,
    settings: HashMap<String, String>,
    client: Client,
    failed: mpsc::UnboundedSender<Error>,
}

impl Testbed {
    /// Starts the engine and seeds the tables. `failed` gets the errors of environments.
    ///
    /// # Errors
    /// The engine does not start, or the tables cannot be seeded.
    pub async fn start(
        arguments: &Arguments,
        failed: mpsc::UnboundedSender<Error>,
    ) -> Result<Self, Error> {
        let root = workspace_root()?;
        let folder = root.join("target/load");
        fs::create_dir_all(&folder).map_err(|error| Error::File(folder.clone(), error))?;
        let file = root.join("template.yaml");
        let template = fs::read_to_string(&file).map_err(|error| Error::File(file, error))?;
        let engine = Engine::in_memory().map_err(|error| Error::Start("engine", error))?;
        let client = engine.client();
        let tables = tables::create(&client, &template, "").await?;
        let directory = GeneratedDirectory { size: arguments.services };
        let start = Instant::now();
        seed::seed_tables(&client, &tables, directory).await?;
        eprintln!("{} services in {:.0} s", directory.size, start.elapsed().as_secs_f64());
        let settings = function_env::settings(&tables);
        let functions = arguments.functions.clone().unwrap_or_else(|| root.join("target/lambda"));
        let client = Client::builder().no_proxy().build();
        let client = client.map_err(|error| Error::UnexpectedResponse(error.to_string()))?;
        Ok(Self { root, folder, functions, engine, directory, settings, client, failed })
    }

    /// Starts a gateway with this many environments of each function, which use DynamoDB at this URL.
    ///
    /// # Errors
    /// A function cannot be started.
    pub async fn gateway(&self, dynamodb_url: &str, environments: u16) -> Result<Gateway, Error> {
        let mut settings = self.settings.clone();
        settings.extend(function_env::aws_variables(dynamodb_url));
        let start = async |(function, case): (&'static str, &'static str)| {
            let binary = self.functions.join(function).join("bootstrap");
            let log = self.log(function);
            let log = File::create(&log).map_err(|error| Error::File(log, error))?;
            let failed = self.failed.clone();
            let pool =
                EnvironmentPool::start(function, &binary, &settings, environments, &log, failed);
            let pool = pool.await?;
            Ok::<_, Error>(Route { pool, template: EventTemplate::read(&self.root, case)? })
        };
        let [read, list, update, deadline] = FUNCTIONS;
        let (read, list) = (start(read).await?, start(list).await?);
        Gateway::start([read, list, start(update).await?, start(deadline).await?])
    }

    fn log(&self, function: &str) -> PathBuf {
        self.folder.join(format!("{function}.log"))
    }

    /// The size of a function's log since the gateway started.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn log_bytes(&self, function: &str) -> Result<u64, Error> {
        let log = self.log(function);
        let length = fs::metadata(&log).map(|metadata| metadata.len());
        length.map_err(|error| Error::File(log, error))
    }

    /// Updates one service in twenty to AMBER or RED.
    ///
    /// # Errors
    /// An update fails.
    pub async fn set_initial_statuses(&self, gateway: &Gateway) -> Result<(), Error> {
        let mut running = tokio::task::JoinSet::new();
        let busy = (0..self.directory.size / SERVICES_PER_BUSY_ONE).map(|one| {
            let status = if one.is_multiple_of(2) { "RED" } else { "AMBER" };
            // Each at another position among its twenty, to have services of every type.
            (self.directory.id(one * SERVICES_PER_BUSY_ONE + one % SERVICES_PER_BUSY_ONE), status)
        });
        for (id, status) in busy {
            if running.len() >= MAX_CONCURRENT {
                check_joined(running.join_next().await)?;
            }
            let path = format!("{}/services/{id}/capacitystatus", gateway.url);
            let request = Request::new(RequestKind::Put, path, Some(update(status)));
            running.spawn(request.send(self.client.clone()));
        }
        while let Some(joined) = running.join_next().await {
            check_joined(Some(joined))?;
        }
        Ok(())
    }

    /// Requests of a kind. To move a deadline takes a service that is RED, and its entity tag: they are set here,
    /// each service once, so there may be fewer.
    ///
    /// # Errors
    /// A response is missing or unexpected.
    pub async fn requests(
        &self,
        gateway: &Gateway,
        kind: RequestKind,
        count: u64,
    ) -> Result<Vec<Request>, Error> {
        if kind != RequestKind::Deadline {
            let path = |_| gateway.url.clone() + &kind.path(self.directory);
            let request = |url| Request::new(kind, url, kind.body());
            return Ok((0..count).map(path).map(request).collect());
        }
        let mut requests = Vec::new();
        for number in 0..count.min(self.directory.size) {
            let id = self.directory.id(number);
            let status = format!("{}/services/{id}/capacitystatus", gateway.url);
            let deadline = format!("{status}/deadline");
            let red = Request::new(RequestKind::Put, status, Some(update("RED")));
            let if_match = red.send(self.client.clone()).await?;
            requests.push(Request { if_match, ..Request::new(kind, deadline, kind.body()) });
        }
        Ok(requests)
    }

    /// Sends requests one after the other.
    ///
    /// # Errors
    /// A response is missing or unexpected.
    pub async fn send(&self, requests: Vec<Request>) -> Result<(), Error> {
        for request in requests {
            request.send(self.client.clone()).await?;
        }
        Ok(())
    }
}

/// A request to the gateway.
#[derive(Debug)]
pub struct Request {
    kind: RequestKind,
    url: String,
    body: Option<String>,
    if_match: Option<String>,
}

impl Request {
    const fn new(kind: RequestKind, url: String, body: Option<String>) -> Self {
        Self { kind, url, body, if_match: None }
    }

    /// Sends it, and returns the entity tag of an expected response.
    async fn send(self, client: Client) -> Result<Option<String>, Error> {
        let Self { kind, url, body, if_match } = self;
        let method = if kind.method() == "PUT" { Method::PUT } else { Method::GET };
        let mut request = client.request(method, url).body(body.unwrap_or_default());
        let if_match = if_match.map(|tag| ("if-match", tag));
        for (name, value) in kind.headers().into_iter().chain(if_match) {
            request = request.header(name, value);
        }
        let unexpected =
            |text: String| Error::UnexpectedResponse(format!("{}: {text}", kind.name()));
        let response = request.send().await.map_err(|error| unexpected(error.to_string()))?;
        let status = response.status();
        let tag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let text = response.text().await.map_err(|error| unexpected(error.to_string()))?;
        let expected = kind.expected().contains(&status.as_u16());
        if expected { Ok(tag) } else { Err(unexpected(format!("{status} {text}"))) }
    }
}

fn check_joined(
    joined: Option<Result<Result<Option<String>, Error>, tokio::task::JoinError>>,
) -> Result<(), Error> {
    joined.map_or(Ok(()), |joined| {
        joined.map_err(|error| Error::UnexpectedResponse(error.to_string()))?.map(drop)
    })
}
