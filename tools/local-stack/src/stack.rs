//! Starts the components in order, waits for Ctrl-C, stops them in reverse order.

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
use shared::store::TableNames;

use crate::{
    Error,
    background::Background,
    cargo_lambda,
    child::Child,
    cli::Arguments,
    engine::{Engine, REGION},
    events,
    guide::Guide,
    ipv6_forward,
    issuer::LocalIssuer,
    key,
    ports::Listeners,
    processes, ready,
    routes::{self, Route},
    sample, schedule,
    shutdown_signal::ShutdownSignal,
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
/// A component does not start, or stops.
pub async fn run(arguments: &Arguments) -> Result<(), Error> {
    let mut shutdown =
        ShutdownSignal::listen().map_err(|error| Error::Start("signal handling", error))?;
    processes::adopt_orphans();
    let components = tokio::select! {
        components = Components::start(arguments) => components?,
        () = shutdown.wait() => return Ok(()),
    };
    let mut functions = components.watch(arguments).start(components.state.directory())?;
    let outcome = tokio::select! {
        outcome = components.run_until_exit(&mut functions) => outcome,
        () = shutdown.wait() => Ok(()),
    };
    // `eprintln!` would panic if the terminal is gone, which is one reason for stopping.
    let _ = writeln!(io::stderr(), "\nstopping");
    functions.stop().await;
    components.finish().await;
    outcome
}

/// Everything except the functions.
struct Components {
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

impl Components {
    async fn start(arguments: &Arguments) -> Result<Self, Error> {
        let root = state::workspace_root()?;
        let directory = arguments.state.clone().unwrap_or_else(|| state::default_directory(&root));
        let state = State::lock(&directory)?;
        let listeners = Listeners::bind(arguments)?;
        let template = read(&root.join("template.yaml"))?;
        let limits = template::reset_limits(&template)
            .map_err(|reason| Error::Tables(TablesError::Template(reason)))?;
        let routes =
            routes::declared(&read(&root.join("CargoLambda.toml"))?).map_err(Error::Routes)?;
        let cargo_lambda =
            cargo_lambda::find_or_install(&state::default_directory(&root).join("tools")).await?;
        if arguments.fresh {
            state.clear()?;
        }
        let (engine, tables) = start_engine(listeners.dynamodb, &state, &template).await?;
        let issuer = start_issuer(listeners.issuer, &state)?;
        let ipv6 = listeners.api_ipv6.map(|listener| ipv6_forward::start(listener, arguments.port));
        let ipv6 = ipv6.transpose().map_err(|error| Error::Start("API's IPv6 address", error))?;
        let file = StackFile {
            api_url: format!("http://127.0.0.1:{}", arguments.port),
            dynamodb_endpoint: engine.endpoint().to_owned(),
            region: REGION.to_owned(),
            tables,
            issuer: issuer.issuer().url.clone(),
            client_id: issuer.issuer().client_id.clone(),
            key_file: state.key(),
        };
        let components =
            Self { root, state, cargo_lambda, routes, limits, engine, issuer, ipv6, file };
        components.seed().await?;
        eprintln!("building the functions");
        watch::build(&components.root, &components.routes).await?;
        Ok(components)
    }

    /// Imports the sample data once; later changes to it are the developer's.
    async fn seed(&self) -> Result<(), Error> {
        if self.state.is_seeded() {
            return Ok(());
        }
        let (client, tables) = (self.engine.client(), &self.file.tables);
        let failed = |error| Error::Seed(Box::new(error));
        let services = services::import_rows(&client, &tables.services, sample::directory()).await;
        let services = services.map_err(failed)?;
        let users =
            users::import_users(&client, &tables.users, sample::users()).await.map_err(failed)?;
        eprintln!("sample data: {services}; {users}");
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

    /// Waits until the functions answer, prints the guide, and returns when they exit.
    async fn run_until_exit(&self, functions: &mut Child) -> Result<(), Error> {
        tokio::select! {
            ready = ready::wait(&self.file.api_url, &self.routes) => ready?,
            exited = functions.wait() => return Err(unexpected_exit(exited)),
        }
        self.announce()?;
        let event = self.root.join("events").join(schedule::FUNCTION).join("each-minute.json");
        tokio::select! {
            result = schedule::run(&self.file.api_url, &event) => result,
            exited = functions.wait() => Err(unexpected_exit(exited)),
        }
    }

    fn announce(&self) -> Result<(), Error> {
        let state = self.state.directory();
        let copies = state.join("events");
        events::write_copies_with_tokens(&self.root.join("events"), &copies, self.issuer.issuer())?;
        self.file.write(state).map_err(|error| Error::File(state.to_owned(), error))?;
        let guide = Guide {
            api_url: &self.file.api_url,
            issuer: &self.file.issuer,
            ctl: self.ctl(),
            cargo_lambda: self.cargo_lambda(),
            events: self.relative(&copies),
        };
        eprintln!("{}", guide.text());
        Ok(())
    }

    /// `cargo ctl`, with `--state` if it would not find this stack or would use AWS.
    fn ctl(&self) -> String {
        let state = self.state.directory();
        let found = state::default_directory(&self.root)
            .canonicalize()
            .is_ok_and(|default| default == state);
        if found && deciding_variable(is_set).is_none() {
            "cargo ctl".to_owned()
        } else {
            format!("cargo ctl --state {}", self.relative(state).display())
        }
    }

    fn cargo_lambda(&self) -> String {
        if self.cargo_lambda == Path::new(cargo_lambda::PROGRAM) {
            return "cargo lambda".to_owned();
        }
        format!("{} lambda", self.relative(&self.cargo_lambda).display())
    }

    /// The path relative to the workspace.
    fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    async fn finish(self) {
        drop(self.ipv6);
        self.issuer.finish().await;
        self.engine.finish().await;
    }
}

fn unexpected_exit(exited: Result<std::process::ExitStatus, Error>) -> Error {
    exited.map_or_else(
        |error| error,
        |status| Error::Program("cargo lambda watch", format!("exited ({status})")),
    )
}

async fn start_engine(
    listener: TcpListener,
    state: &State,
    template: &str,
) -> Result<(Engine, TableNames), Error> {
    let engine = Engine::on_disk(listener, &state.database()?)
        .map_err(|error| Error::Start("DynamoDB engine", error))?;
    let tables = tables::create(&engine.client(), template, TABLE_PREFIX).await?;
    Ok((engine, tables))
}

fn start_issuer(listener: TcpListener, state: &State) -> Result<LocalIssuer, Error> {
    let file = state.key();
    let key = key::read_or_make(&file).map_err(|error| Error::File(file, error))?;
    LocalIssuer::start(listener, key).map_err(|error| Error::Start("token issuer", error))
}

fn read(file: &Path) -> Result<String, Error> {
    std::fs::read_to_string(file).map_err(|error| Error::File(file.to_owned(), error))
}
