//! What a run happens on: an engine with filled tables, and the built functions.

use std::{
    collections::HashMap,
    fs::{self, File},
    path::PathBuf,
    time::Instant,
};

use local_stack::{engine::Engine, gateway, state::workspace_root, tables};
use reqwest::{Client, Method};
use tokio::sync::mpsc;

use crate::{
    Failure,
    cli::Arguments,
    directory::Directory,
    environments::Environments,
    event::Pattern,
    fill,
    gateway::{FUNCTIONS, Gateway, Route},
    kind::{Kind, update},
};

/// One of so many services is AMBER or RED at first.
const ONE_IS_BUSY_OF: u64 = 20;

/// How many of these updates are under way at once.
const IN_FLIGHT: usize = 4;

/// The stage.
#[derive(Debug)]
pub struct Stage {
    root: PathBuf,
    /// A folder for what is of one run.
    pub folder: PathBuf,
    functions: PathBuf,
    /// The engine.
    pub engine: Engine,
    /// What the tables hold.
    pub directory: Directory,
    settings: HashMap<String, String>,
    client: Client,
    lost: mpsc::UnboundedSender<Failure>,
}

impl Stage {
    /// Starts the engine and fills the tables; tells of lost environments there.
    ///
    /// # Errors
    /// Whatever keeps the engine from running or the tables from being filled.
    pub async fn set(
        arguments: &Arguments,
        lost: mpsc::UnboundedSender<Failure>,
    ) -> Result<Self, Failure> {
        let root = workspace_root()?;
        let folder = root.join("target/load");
        fs::create_dir_all(&folder).map_err(|error| Failure::File(folder.clone(), error))?;
        let file = root.join("template.yaml");
        let template = fs::read_to_string(&file).map_err(|error| Failure::File(file, error))?;
        let engine = Engine::in_memory().map_err(|error| Failure::Part("engine", error))?;
        let client = engine.client();
        let tables = tables::create(&client, &template, "").await?;
        let directory = Directory { size: arguments.services };
        let begun = Instant::now();
        fill::fill(&client, &tables, directory).await?;
        eprintln!("{} services in {:.0} s", directory.size, begun.elapsed().as_secs_f64());
        let settings = gateway::settings(&tables);
        let functions = arguments.functions.clone().unwrap_or_else(|| root.join("target/lambda"));
        let client = Client::builder().no_proxy().build();
        let client = client.map_err(|error| Failure::Answer(error.to_string()))?;
        Ok(Self { root, folder, functions, engine, directory, settings, client, lost })
    }

    /// A gateway in front of so many environments of each function, which have their store there.
    ///
    /// # Errors
    /// A function cannot be started.
    pub async fn gateway(&self, store: &str, environments: u16) -> Result<Gateway, Failure> {
        let mut settings = self.settings.clone();
        settings.extend(gateway::store(store));
        let start = async |(function, case): (&'static str, &'static str)| {
            let binary = self.functions.join(function).join("bootstrap");
            let log = self.log(function);
            let log = File::create(&log).map_err(|error| Failure::File(log, error))?;
            let lost = self.lost.clone();
            let started =
                Environments::start(function, &binary, &settings, environments, &log, lost);
            let environments = started.await?;
            Ok::<_, Failure>(Route { environments, pattern: Pattern::read(&self.root, case)? })
        };
        let [read, list, update] = FUNCTIONS;
        Gateway::start([start(read).await?, start(list).await?, start(update).await?])
    }

    fn log(&self, function: &str) -> PathBuf {
        self.folder.join(format!("{function}.log"))
    }

    /// How many bytes that function has written since the gateway was started.
    ///
    /// # Errors
    /// The log is gone.
    pub fn logged(&self, function: &str) -> Result<u64, Failure> {
        let log = self.log(function);
        let length = fs::metadata(&log).map(|metadata| metadata.len());
        length.map_err(|error| Failure::File(log, error))
    }

    /// Has one service in twenty be AMBER or RED, each by an update.
    ///
    /// # Errors
    /// An update is refused.
    pub async fn be_busy(&self, gateway: &Gateway) -> Result<(), Failure> {
        let mut running = tokio::task::JoinSet::new();
        let busy = (0..self.directory.size / ONE_IS_BUSY_OF).map(|one| {
            let status = if one.is_multiple_of(2) { "RED" } else { "AMBER" };
            // Each in another place among its twenty, so that they are of every sort.
            (self.directory.id(one * ONE_IS_BUSY_OF + one % ONE_IS_BUSY_OF), status)
        });
        for (id, status) in busy {
            if running.len() >= IN_FLIGHT {
                finished(running.join_next().await)?;
            }
            let path = format!("{}/services/{id}/capacitystatus", gateway.url);
            running.spawn(send(self.client.clone(), Kind::Put, path, Some(update(status))));
        }
        while let Some(ended) = running.join_next().await {
            finished(Some(ended))?;
        }
        Ok(())
    }

    /// Sends so many requests of a kind, one after the other.
    ///
    /// # Errors
    /// One is not answered as it should be.
    pub async fn ask(&self, gateway: &Gateway, kind: Kind, times: u64) -> Result<(), Failure> {
        for _ in 0..times {
            let path = gateway.url.clone() + &kind.path(self.directory);
            send(self.client.clone(), kind, path, kind.body()).await?;
        }
        Ok(())
    }
}

fn finished(
    ended: Option<Result<Result<(), Failure>, tokio::task::JoinError>>,
) -> Result<(), Failure> {
    ended.map_or(Ok(()), |ended| ended.map_err(|error| Failure::Answer(error.to_string()))?)
}

async fn send(
    client: Client,
    kind: Kind,
    url: String,
    body: Option<String>,
) -> Result<(), Failure> {
    let method = if kind.method() == "PUT" { Method::PUT } else { Method::GET };
    let mut request = client.request(method, url).body(body.unwrap_or_default());
    for (name, value) in kind.headers() {
        request = request.header(name, value);
    }
    let wrong = |text: String| Failure::Answer(format!("{}: {text}", kind.name()));
    let answer = request.send().await.map_err(|error| wrong(error.to_string()))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| wrong(error.to_string()))?;
    let expected = kind.expected().contains(&status.as_u16());
    if expected { Ok(()) } else { Err(wrong(format!("{status} {text}"))) }
}
