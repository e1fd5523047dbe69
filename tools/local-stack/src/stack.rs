//! Starts the parts in their order, waits for Ctrl-C, stops them in the reverse order.

use std::{
    io::{self, Write},
    net::TcpListener,
    path::{Path, PathBuf},
};

use capacityctl::{
    services,
    stack_file::StackFile,
    target::{deciding_variable, is_set},
    users,
};
use shared::config::Tables;

use crate::{
    Failure,
    background::Background,
    cargo_lambda,
    child::Child,
    cli::Arguments,
    engine::{Engine, REGION},
    events, forward,
    guide::Guide,
    interrupt::Interrupt,
    issuer::LocalIssuer,
    key,
    ports::Listeners,
    processes, ready,
    routes::{self, Route},
    sample, schedule,
    state::{self, State},
    tables::{self, TablesError},
    template,
    watch::{self, Watch},
};

const TABLE_PREFIX: &str = "capacity-";

/// Runs the stack until it is interrupted.
///
/// # Errors
///
/// Whatever keeps the stack from starting or from staying.
pub async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut interrupt =
        Interrupt::listen().map_err(|error| Failure::Part("signal handling", error))?;
    processes::adopt_orphans();
    let parts = tokio::select! {
        parts = Parts::start(arguments) => parts?,
        () = interrupt.wait() => return Ok(()),
    };
    let mut functions = parts.watch(arguments).start(parts.state.directory())?;
    let outcome = tokio::select! {
        outcome = parts.stay(&mut functions) => outcome,
        () = interrupt.wait() => Ok(()),
    };
    // Not `eprintln!`, which panics where the terminal is gone: that is why the stack stops, then.
    let _ = writeln!(io::stderr(), "\nstopping");
    functions.stop().await;
    parts.finish().await;
    outcome
}

/// Everything but the functions.
struct Parts {
    root: PathBuf,
    state: State,
    cargo_lambda: PathBuf,
    routes: Vec<Route>,
    limits: Vec<(&'static str, String)>,
    engine: Engine,
    issuer: LocalIssuer,
    ipv6: Option<Background>,
    file: StackFile,
}

impl Parts {
    async fn start(arguments: &Arguments) -> Result<Self, Failure> {
        let root = state::workspace_root()?;
        let directory = arguments.state.clone().unwrap_or_else(|| state::default_directory(&root));
        let state = State::take(&directory)?;
        let listeners = Listeners::bind(arguments)?;
        let template = read(&root.join("template.yaml"))?;
        let limits = template::reset_limits(&template)
            .map_err(|reason| Failure::Tables(TablesError::Template(reason)))?;
        let routes = routes::declared(&read(&root.join("Cargo.toml"))?).map_err(Failure::Routes)?;
        let cargo_lambda =
            cargo_lambda::find_or_bring(&state::default_directory(&root).join("tools")).await?;
        if arguments.fresh {
            state.forget()?;
        }
        let (engine, tables) = store(listeners.dynamodb, &state, &template).await?;
        let issuer = token_issuer(listeners.issuer, &state)?;
        let ipv6 = listeners.api_ipv6.map(|listener| forward::start(listener, arguments.port));
        let ipv6 = ipv6.transpose().map_err(|error| Failure::Part("API's IPv6 address", error))?;
        let file = StackFile {
            api_url: format!("http://127.0.0.1:{}", arguments.port),
            dynamodb_endpoint: engine.endpoint().to_owned(),
            region: REGION.to_owned(),
            tables,
            issuer: issuer.issuer().url.clone(),
            client_id: issuer.issuer().client_id.clone(),
            key_file: state.key(),
        };
        let parts = Self { root, state, cargo_lambda, routes, limits, engine, issuer, ipv6, file };
        parts.seed().await?;
        eprintln!("building the functions");
        watch::build(&parts.root, &parts.routes).await?;
        Ok(parts)
    }

    /// Once for the data: what was done to the sample directory since is the developer's.
    async fn seed(&self) -> Result<(), Failure> {
        if self.state.is_seeded() {
            return Ok(());
        }
        let (client, tables) = (self.engine.client(), &self.file.tables);
        let failed = |failure| Failure::Seed(Box::new(failure));
        let written = services::import_rows(&client, &tables.services, sample::directory()).await;
        let services = written.map_err(failed)?;
        let users =
            users::import_users(&client, &tables.users, sample::users()).await.map_err(failed)?;
        eprintln!("sample directory: {services}; {users}");
        self.state.set_seeded()
    }

    fn watch(&self, arguments: &Arguments) -> Watch<'_> {
        Watch {
            program: self.cargo_lambda.clone(),
            root: &self.root,
            port: arguments.port,
            stack: &self.file,
            jwks_url: self.issuer.jwks_url(),
            limits: &self.limits,
        }
    }

    /// Waits until the functions answer, says so, and returns when they end.
    async fn stay(&self, functions: &mut Child) -> Result<(), Failure> {
        tokio::select! {
            ready = ready::wait(&self.file.api_url, &self.routes) => ready?,
            ended = functions.ended() => return Err(unexpected(ended)),
        }
        self.announce()?;
        let event = self.root.join("events").join(schedule::FUNCTION).join("each-minute.json");
        tokio::select! {
            stopped = schedule::run(&self.file.api_url, &event) => stopped,
            ended = functions.ended() => Err(unexpected(ended)),
        }
    }

    fn announce(&self) -> Result<(), Failure> {
        let state = self.state.directory();
        let copies = state.join("events");
        events::write_live_copies(&self.root.join("events"), &copies, self.issuer.issuer())?;
        self.file.write(state).map_err(|error| Failure::File(state.to_owned(), error))?;
        let guide = Guide {
            api_url: &self.file.api_url,
            issuer: &self.file.issuer,
            ctl: self.ctl(),
            cargo_lambda: self.cargo_lambda(),
            events: self.shown(&copies),
        };
        eprintln!("{}", guide.text());
        Ok(())
    }

    /// `cargo ctl`, told where the stack is when it would not find it, or look for AWS.
    fn ctl(&self) -> String {
        let state = self.state.directory();
        let found = state::default_directory(&self.root)
            .canonicalize()
            .is_ok_and(|default| default == state);
        if found && deciding_variable(is_set).is_none() {
            "cargo ctl".to_owned()
        } else {
            format!("cargo ctl --state {}", self.shown(state).display())
        }
    }

    fn cargo_lambda(&self) -> String {
        if self.cargo_lambda == Path::new(cargo_lambda::PROGRAM) {
            return "cargo lambda".to_owned();
        }
        format!("{} lambda", self.shown(&self.cargo_lambda).display())
    }

    /// The path as seen from the workspace.
    fn shown<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    async fn finish(self) {
        drop(self.ipv6);
        self.issuer.finish().await;
        self.engine.finish().await;
    }
}

fn unexpected(ended: Result<std::process::ExitStatus, Failure>) -> Failure {
    ended.map_or_else(
        |failure| failure,
        |status| Failure::Program("cargo lambda watch", format!("ended ({status})")),
    )
}

async fn store(
    listener: TcpListener,
    state: &State,
    template: &str,
) -> Result<(Engine, Tables), Failure> {
    let engine = Engine::on_disk(listener, &state.database()?)
        .map_err(|error| Failure::Part("DynamoDB engine", error))?;
    let tables = tables::create(&engine.client(), template, TABLE_PREFIX).await?;
    Ok((engine, tables))
}

fn token_issuer(listener: TcpListener, state: &State) -> Result<LocalIssuer, Failure> {
    let file = state.key();
    let key = key::read_or_make(&file).map_err(|error| Failure::File(file, error))?;
    LocalIssuer::start(listener, key).map_err(|error| Failure::Part("token issuer", error))
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::File(file.to_owned(), error))
}
