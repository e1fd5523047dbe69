//! The testbed of a run: an engine with data in its tables, and the built functions.

use std::{
    collections::HashMap,
    fs::{self, File},
    path::PathBuf,
    time::Instant,
};

use local_stack::{engine::Engine, function_env, state::workspace_root, tables};
use reqwest::{Client, redirect::Policy};
use tokio::sync::mpsc;

use crate::{
    Error,
    cli::Arguments,
    environment_pool::EnvironmentPool,
    event::EventTemplate,
    gateway::{FUNCTIONS, Function, Gateway},
    generated_directory::GeneratedDirectory,
    request::{Answer, Request, SignedIn, body, path, path_of, update},
    request_kind::RequestKind,
    seed,
};

/// With this many services each region has a board of 200.
const SERVICES_FOR_BOARDS: u64 = 2000;
/// One service in this many is AMBER or RED at first.
const SERVICES_PER_BUSY_ONE: u64 = 20;

/// The most updates in flight at the same time.
const MAX_CONCURRENT: usize = 4;

/// The engine, the data and the functions of a run.
pub struct Testbed {
    root: PathBuf,
    /// A folder for the files of a run.
    pub folder: PathBuf,
    functions: PathBuf,
    /// The engine.
    pub engine: Engine,
    /// The services in the table.
    pub directory: GeneratedDirectory,
    /// The users of the pages; none if there are no pages.
    pub signed_in: SignedIn,
    settings: HashMap<String, String>,
    pub(crate) client: Client,
    failed: mpsc::UnboundedSender<Error>,
}

impl Testbed {
    /// Starts the engine and seeds the tables. `failed` gets the errors of environments.
    ///
    /// # Errors
    /// There are too few services for boards, the engine does not start, or the tables cannot be seeded.
    pub async fn start(
        arguments: &Arguments,
        failed: mpsc::UnboundedSender<Error>,
    ) -> Result<Self, Error> {
        if arguments.has_pages() && arguments.services < SERVICES_FOR_BOARDS {
            return Err(Error::TooFew(SERVICES_FOR_BOARDS));
        }
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
        let mut signed_in = SignedIn::default();
        if arguments.has_pages() {
            signed_in.origin = settings.get("PUBLIC_URL").cloned().unwrap_or_default();
            for user in seed::USERS {
                let session = seed::begin_session(&client, &tables::sessions(""), user).await?;
                signed_in.sessions.insert(user, session);
            }
        }
        let functions = arguments.functions.clone().unwrap_or_else(|| root.join("target/lambda"));
        let client = Client::builder().no_proxy().redirect(Policy::none()).build();
        let client = client.map_err(|error| Error::UnexpectedResponse(error.to_string()))?;
        Ok(Self { root, folder, functions, engine, directory, signed_in, settings, client, failed })
    }

    /// Starts a gateway with this many environments of each function, which use DynamoDB at this URL.
    ///
    /// # Errors
    /// A function cannot be started.
    pub async fn gateway(&self, dynamodb_url: &str, environments: u16) -> Result<Gateway, Error> {
        let mut settings = self.settings.clone();
        settings.extend(function_env::aws_variables(dynamodb_url));
        let mut functions = Vec::new();
        for (name, case) in FUNCTIONS {
            if self.kinds().all(|kind| kind.function() != name) {
                continue;
            }
            let binary = self.functions.join(name).join("bootstrap");
            let log = self.log(name);
            let log = File::create(&log).map_err(|error| Error::File(log, error))?;
            let failed = self.failed.clone();
            let pool = EnvironmentPool::start(name, &binary, &settings, environments, &log, failed);
            let (pool, template) = (pool.await?, EventTemplate::read(&self.root, case)?);
            functions.push((name, Function { pool, template }));
        }
        Gateway::start(functions)
    }

    /// The kinds of requests that are sent.
    pub fn kinds(&self) -> impl Iterator<Item = RequestKind> {
        let has_pages = !self.signed_in.sessions.is_empty();
        RequestKind::ALL.into_iter().filter(move |kind| has_pages || !kind.is_page())
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
            running.spawn(self.put(gateway, id, update(status)).send(self.client.clone()));
        }
        while let Some(joined) = running.join_next().await {
            check_joined(Some(joined))?;
        }
        Ok(())
    }

    /// Requests of a kind. Those that name an entity tag or a cursor get one here. Services are updated for them, each
    /// once, so there may be fewer.
    ///
    /// # Errors
    /// A response is missing or unexpected.
    pub async fn requests(
        &self,
        gateway: &Gateway,
        kind: RequestKind,
        count: u64,
    ) -> Result<Vec<Request>, Error> {
        if kind.is_poll() {
            return self.polls(gateway, kind, count).await;
        }
        let request = |path: String| {
            let (url, headers) = (gateway.url.clone() + &path, self.signed_in.headers(kind));
            Request { kind, url, headers, body: body(kind) }
        };
        let Some(status) = kind.needs_status() else {
            return Ok((0..count).map(|_| request(path(kind, self.directory))).collect());
        };
        let mut requests = Vec::new();
        for number in 0..count.min(self.directory.size) {
            let id = self.directory.id(number);
            let body = format!(r#"{{"status": "{status}", "resetStatusIn": 60}}"#);
            let answer = self.put(gateway, id, body).send(self.client.clone()).await?;
            let tag = answer.tag.unwrap_or_default();
            let mut request = request(path_of(kind, id));
            if kind.is_page() {
                request.body = Some(self.signed_in.form(kind, &tag));
            } else {
                request.headers.push(("if-match", tag));
            }
            requests.push(request);
        }
        Ok(requests)
    }

    pub(crate) fn put(&self, gateway: &Gateway, id: u64, body: String) -> Request {
        let kind = RequestKind::Put;
        let (url, headers) =
            (gateway.url.clone() + &path_of(kind, id), self.signed_in.headers(kind));
        Request { kind, url, headers, body: Some(body) }
    }

    /// Sends requests one after the other, and returns the bytes of their responses.
    ///
    /// # Errors
    /// A response is missing or unexpected.
    pub async fn send(&self, requests: Vec<Request>) -> Result<u64, Error> {
        let mut bytes = 0;
        for request in requests {
            bytes += request.send(self.client.clone()).await?.body.len() as u64;
        }
        Ok(bytes)
    }
}

fn check_joined(
    joined: Option<Result<Result<Answer, Error>, tokio::task::JoinError>>,
) -> Result<(), Error> {
    joined.map_or(Ok(()), |joined| {
        joined.map_err(|error| Error::UnexpectedResponse(error.to_string()))?.map(drop)
    })
}
