//! Starts the components in order, waits for Ctrl-C, stops them in reverse order.

use std::{
    convert::Infallible,
    io::{self, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    Error,
    background::{Background, free_port},
    cargo_lambda,
    cli::Arguments,
    cors::Cors,
    emulator, events,
    functions::{Environment, Functions},
    gateway::{Gate, Gateway},
    guide::Guide,
    log_files::{LogFiles, MAX_BYTES},
    output::Output,
    ports::Listeners,
    process_group::{GroupId, ProcessGroup},
    ready,
    routes::{self, Route},
    schedule,
    services::Services,
    settings,
    shutdown_signal::ShutdownSignal,
    state::{self, State},
};

/// Runs the stack until it is interrupted.
///
/// # Errors
///
/// A component does not start, or stops.
pub async fn run(arguments: &Arguments) -> Result<(), Error> {
    let mut shutdown =
        ShutdownSignal::listen().map_err(|error| Error::Start("signal handling", error))?;
    let (stack, listeners) = tokio::select! {
        started = Stack::start(arguments) => started?,
        () = shutdown.wait() => return Ok(()),
    };
    let group = ProcessGroup::start().map_err(|error| Error::Start("shell sh", error))?;
    let outcome = tokio::select! {
        stopped = stack.run_until_failure(arguments, listeners, group.id()) =>
            stopped.map(|never| match never {}),
        () = shutdown.wait() => Ok(()),
    };
    stack.output.close();
    // `eprintln!` would panic if the terminal is gone, which is one reason for stopping.
    let _ = writeln!(io::stderr(), "\nStopping. The data stays; `cargo dev --fresh` deletes it.");
    group.stop().await;
    stack.services.finish().await;
    outcome
}

/// Everything except the functions.
struct Stack {
    root: PathBuf,
    cargo_lambda: PathBuf,
    routes: Vec<Route>,
    services: Services,
    output: Arc<Output>,
    state: State,
}

impl Stack {
    async fn start(arguments: &Arguments) -> Result<(Self, Vec<TcpListener>), Error> {
        let root = state::workspace_root()?;
        let directory = arguments.state.clone().unwrap_or_else(|| state::default_directory(&root));
        let state = State::lock(&directory)?;
        let listeners = Listeners::bind(arguments)?;
        let routes =
            routes::declared(&read(&root.join("CargoLambda.toml"))?).map_err(Error::Routes)?;
        let cargo_lambda =
            cargo_lambda::find_or_install(&state::default_directory(&root).join("tools")).await?;
        if arguments.fresh {
            state.clear()?;
        }
        let log = LogFiles::start(&state.log(), MAX_BYTES);
        let log = log.map_err(|error| Error::File(state.log(), error))?;
        let output = Arc::new(Output::new(arguments.json, log));
        let template = read(&root.join("template.yaml"))?;
        let (dynamodb, issuer) = (listeners.dynamodb, listeners.issuer);
        let services = Services::start(&state, &template, dynamodb, issuer, arguments.port).await?;
        Ok((Self { root, cargo_lambda, routes, services, output, state }, listeners.api))
    }

    async fn run_until_failure(
        &self,
        arguments: &Arguments,
        listeners: Vec<TcpListener>,
        group: GroupId,
    ) -> Result<Infallible, Error> {
        if arguments.only_services {
            return self.wait_beside_other_functions().await;
        }
        eprintln!("building the functions");
        // Free again when the emulator starts.
        let listener = free_port().map_err(|error| Error::Start("cargo-lambda", error))?;
        let port =
            listener.local_addr().map_err(|error| Error::Start("cargo-lambda", error))?.port();
        drop(listener);
        let gate = Arc::<Gate>::default();
        let environment = Environment {
            root: self.root.clone(),
            port,
            variables: self.services.variables(),
            group,
            gate: Arc::clone(&gate),
            output: Arc::clone(&self.output),
        };
        let names = routes::functions(&self.routes).into_iter().chain([schedule::FUNCTION]);
        let functions = Functions::build(environment, &names.collect()).await?;
        tokio::select! {
            error = emulator::run(&self.cargo_lambda, &self.root, port, group, &self.output) =>
                Err(error),
            stopped = self.serve(port, functions, &gate, listeners) => stopped,
        }
    }

    /// Serves the API when the functions answer.
    async fn serve(
        &self,
        emulator_port: u16,
        mut functions: Functions,
        gate: &Arc<Gate>,
        listeners: Vec<TcpListener>,
    ) -> Result<Infallible, Error> {
        let emulator = format!("http://127.0.0.1:{emulator_port}");
        ready::wait_for_listener(emulator_port).await?;
        functions.start();
        let serving = async {
            ready::wait_for_functions(&emulator, &self.routes).await?;
            self.write_files()?;
            let cors = Cors::read(&read(&self.root.join("openapi.yaml"))?).map_err(Error::Cors)?;
            let gateway = Gateway::new(&emulator, gate, cors, &self.output);
            let serve = |listener| gateway.clone().serve(listener);
            let served: Result<Vec<Background>, _> = listeners.into_iter().map(serve).collect();
            let _served = served.map_err(|error| Error::Start("API", error))?;
            anstream::eprintln!("{}", self.guide().text());
            let event = self.root.join("events").join(schedule::FUNCTION).join("each-minute.json");
            schedule::run(&emulator, &event, &self.output).await
        };
        tokio::select! {
            stopped = serving => stopped,
            error = functions.rebuild_changed() => Err(error),
        }
    }

    /// For `--only-services`.
    async fn wait_beside_other_functions(&self) -> Result<Infallible, Error> {
        let file = self.state.env_file();
        let text = settings::env_file(&self.services.variables());
        std::fs::write(&file, text).map_err(|error| Error::File(file, error))?;
        self.write_files()?;
        anstream::eprintln!("{}", self.guide().text_without_functions());
        std::future::pending().await
    }

    /// Writes what other programs need to find this stack.
    fn write_files(&self) -> Result<(), Error> {
        let copies = self.state.events();
        let issuer = self.services.issuer.issuer();
        events::write_copies_with_tokens(&self.root.join("events"), &copies, issuer)?;
        let state = self.state.directory();
        self.services.file.write(state).map_err(|error| Error::File(state.to_owned(), error))
    }

    fn guide(&self) -> Guide<'_> {
        Guide {
            root: &self.root,
            state: &self.state,
            stack: &self.services.file,
            cargo_lambda: &self.cargo_lambda,
            log: self.output.log_file(),
            json: self.output.is_json(),
        }
    }
}

fn read(file: &Path) -> Result<String, Error> {
    std::fs::read_to_string(file).map_err(|error| Error::File(file.to_owned(), error))
}
