//! Runs the functions, and builds and restarts them when their sources change.
//!
//! From the change on, requests wait in the emulator for the new code. If it does not compile, the code before
//! the change answers them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    process::Command,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    Error,
    cargo_build::{self, Progress},
    emulator::{DEFAULT_FUNCTION, runtime_api},
    gateway::Gate,
    output::Output,
    process_group::GroupId,
    program,
    settings::without_aws,
    source_files::{SourceChange, SourceFiles},
    state::relative,
};

/// The processes of each function. Each handles one request at a time.
const INSTANCES: usize = 2;
/// A function that ends sooner is not started again before its source changes.
const MIN_LIFETIME: Duration = Duration::from_secs(5);
/// How long functions may go on answering before they are stopped.
const ANSWERING_TIME: Duration = Duration::from_secs(1);
/// How long the emulator takes at most to notice that a process is gone.
const NOTICING_TIME: Duration = Duration::from_millis(100);
/// Answers requests to no route.
const FALLBACK: &str = "health";

/// What all functions have in common.
#[derive(Debug)]
pub struct Environment {
    /// The workspace's root.
    pub root: PathBuf,
    /// The emulator's port.
    pub port: u16,
    /// The functions' environment variables.
    pub variables: Vec<(&'static str, String)>,
    /// The group of their processes.
    pub group: GroupId,
    /// The requests on their way to them.
    pub gate: Arc<Gate>,
    /// Where their lines go.
    pub output: Arc<Output>,
}

/// The running functions. They end when this is dropped.
#[derive(Debug)]
pub struct Functions {
    environment: Arc<Environment>,
    sources: SourceFiles,
    programs: BTreeMap<String, PathBuf>,
    running: BTreeMap<String, JoinSet<()>>,
}

impl Functions {
    /// Builds the functions.
    ///
    /// # Errors
    ///
    /// They do not compile.
    pub async fn build(environment: Environment, names: &BTreeSet<&str>) -> Result<Self, Error> {
        let Environment { root, group, .. } = &environment;
        let (mut programs, mut sources) = (BTreeMap::new(), SourceFiles::default());
        let built = cargo_build::run(
            root,
            names.iter().copied(),
            Progress::Shown,
            *group,
            |name, program| drop(programs.insert(name.to_owned(), program)),
        );
        if !built.await? {
            return Err(Error::Program("cargo build".to_owned(), "failed".to_owned()));
        }
        for (name, program) in &programs {
            sources.add(root, name, program)?;
        }
        Ok(Self { environment: Arc::new(environment), sources, programs, running: BTreeMap::new() })
    }

    /// Starts them. The emulator must be there.
    pub fn start(&mut self) {
        for (name, program) in &self.programs {
            self.running.insert(name.clone(), spawn(&self.environment, name, program));
        }
    }

    /// Rebuilds functions whenever their sources change.
    ///
    /// # Errors
    ///
    /// Always, and only: cargo cannot be started, or a list of sources cannot be read.
    pub async fn rebuild_changed(mut self) -> Error {
        loop {
            let change = self.sources.changed().await;
            if let Err(error) = self.rebuild(&change).await {
                return error;
            }
        }
    }

    /// Builds these functions and starts each as soon as it is built: first the one that somebody is trying out.
    /// Returns whether all were built.
    async fn build_again(&mut self, names: &BTreeSet<String>) -> Result<bool, Error> {
        let environment = Arc::clone(&self.environment);
        let Environment { root, output, group, .. } = environment.as_ref();
        let latest = output.latest_function();
        let (first, others): (Vec<_>, Vec<_>) =
            names.iter().map(String::as_str).partition(|name| Some(*name) == latest.as_deref());
        for names in [first, others].into_iter().filter(|names| !names.is_empty()) {
            let progress = Progress::Diagnostics(output);
            let (programs, running) = (&mut self.programs, &mut self.running);
            let built = |name: &str, program: PathBuf| {
                running.insert(name.to_owned(), spawn(&environment, name, &program));
                programs.insert(name.to_owned(), program);
            };
            if !cargo_build::run(root, names, progress, *group, built).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Stops these functions when they have answered.
    async fn stop(&mut self, names: &BTreeSet<String>) {
        let gate = Arc::clone(&self.environment.gate);
        let closed = timeout(ANSWERING_TIME, gate.close()).await;
        for name in names {
            self.running.remove(name);
        }
        if closed.is_err() {
            gate.process_ended();
        }
        // Until then the emulator might give a request to a process that is gone.
        let gate = Arc::clone(&self.environment.gate);
        tokio::spawn(async move {
            let closed = match closed {
                Ok(closed) => closed,
                Err(_) => gate.close().await,
            };
            sleep(NOTICING_TIME).await;
            drop(closed);
        });
    }

    async fn rebuild(&mut self, change: &SourceChange) -> Result<(), Error> {
        let (started, environment) = (Instant::now(), Arc::clone(&self.environment));
        let Environment { root, output, .. } = environment.as_ref();
        let file = relative(root, &change.file).display();
        let changed = listed(&change.functions);
        output.message(&format!("{file} changed: building {changed}"));
        self.stop(&change.functions).await;
        let all_built = self.build_again(&change.functions).await?;
        let mut not_built = BTreeSet::new();
        for name in &change.functions {
            let Some(program) = self.programs.get(name) else { continue };
            if self.running.contains_key(name) {
                self.sources.add(root, name, program)?;
            } else {
                // Its sources stay what they were: some may be gone for now.
                self.running.insert(name.clone(), spawn(&environment, name, program));
                not_built.insert(name.clone());
            }
        }
        output.message(&if all_built {
            format!("{changed} rebuilt in {:.1} s", started.elapsed().as_secs_f64())
        } else {
            format!("the build failed: the code before the change runs {}", listed(&not_built))
        });
        Ok(())
    }
}

/// One or two names, else how many there are.
fn listed(functions: &BTreeSet<String>) -> String {
    let names: Vec<&str> = functions.iter().map(String::as_str).collect();
    match names.as_slice() {
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {other}"),
        several => format!("{} functions", several.len()),
    }
}

fn spawn(environment: &Arc<Environment>, name: &str, program: &Path) -> JoinSet<()> {
    let queues = std::iter::repeat_n(name, INSTANCES);
    let fallback = (name == FALLBACK).then_some(DEFAULT_FUNCTION);
    let mut instances = JoinSet::new();
    for queue in queues.chain(fallback) {
        let (environment, runtime_api) =
            (Arc::clone(environment), runtime_api(environment.port, queue));
        let (name, program) = (name.to_owned(), program.to_owned());
        instances
            .spawn(async move { keep_running(&environment, &name, &program, &runtime_api).await });
    }
    instances
}

async fn keep_running(environment: &Environment, name: &str, program: &Path, runtime_api: &str) {
    let Environment { root, variables, group, gate, output, .. } = environment;
    loop {
        let started = Instant::now();
        let mut command = Command::new(program);
        without_aws(&mut command)
            .current_dir(root)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "4096")
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api);
        let ended = match program::run(name, group.include(&mut command), output).await {
            Ok(status) => format!("{name} ended ({status})"),
            Err(error) => error.to_string(),
        };
        gate.process_ended();
        if started.elapsed() < MIN_LIFETIME {
            output
                .message(&format!("{ended} and starts again after the next change of its source"));
            return;
        }
        output.message(&format!("{ended} and starts again"));
    }
}
