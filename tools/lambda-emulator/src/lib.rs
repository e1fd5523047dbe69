//! Runs a function's binary as Lambda does, in one execution environment, and serves the
//! [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) to it.

mod runtime_api;

use std::{
    ffi::OsStr,
    fmt,
    fs::File,
    io,
    process::{self, ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::timeout,
};

use runtime_api::Invocation;
pub use runtime_api::{InvocationResult, Outcome};

/// The limit of Lambda's init phase.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// An execution environment of a function. The process is killed when this is dropped, as Lambda does.
#[derive(Debug)]
pub struct ExecutionEnvironment {
    child: Child,
    invocations: mpsc::Sender<Invocation>,
    ready: watch::Receiver<bool>,
    invocation_count: u64,
    server: JoinHandle<()>,
    log_lines: JoinHandle<Vec<String>>,
}

/// Why an invocation has no outcome.
#[derive(Debug)]
pub enum InvokeError {
    /// The function did not answer before its deadline.
    TimedOut,
    /// The process exited.
    Exited(ExitStatus),
}

impl fmt::Display for InvokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("the function did not answer before its deadline"),
            Self::Exited(status) => write!(f, "the function exited ({status})"),
        }
    }
}

impl std::error::Error for InvokeError {}

impl ExecutionEnvironment {
    /// Starts a binary with these environment variables and those that Lambda always sets, and no others.
    ///
    /// # Errors
    /// The process cannot be started.
    pub async fn start<Name: AsRef<OsStr>, Value: AsRef<OsStr>>(
        command: process::Command,
        variables: impl IntoIterator<Item = (Name, Value)>,
    ) -> io::Result<Self> {
        Self::start_with_stdout(Stdio::piped(), command, variables).await
    }

    /// The same, with standard output in a file instead of memory, for millions of invocations.
    ///
    /// # Errors
    /// The process cannot be started.
    pub async fn start_logging_to<Name: AsRef<OsStr>, Value: AsRef<OsStr>>(
        log: File,
        command: process::Command,
        variables: impl IntoIterator<Item = (Name, Value)>,
    ) -> io::Result<Self> {
        Self::start_with_stdout(log.into(), command, variables).await
    }

    async fn start_with_stdout<Name: AsRef<OsStr>, Value: AsRef<OsStr>>(
        stdout: Stdio,
        command: process::Command,
        variables: impl IntoIterator<Item = (Name, Value)>,
    ) -> io::Result<Self> {
        let (invocations, queue) = mpsc::channel(1);
        let (set_ready, ready) = watch::channel(false);
        let (address, server) = runtime_api::serve(queue, set_ready).await?;
        let mut child = Command::from(command)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "function")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(stdout)
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take();
        let log_lines = tokio::spawn(async move {
            let Some(stdout) = stdout else { return Vec::new() };
            let (mut stdout, mut lines) = (BufReader::new(stdout).lines(), Vec::new());
            while let Ok(Some(line)) = stdout.next_line().await {
                lines.push(line);
            }
            lines
        });
        Ok(Self { child, invocations, ready, invocation_count: 0, server, log_lines })
    }

    /// The process id while it runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits for the end of the init phase: the function asks for its first invocation.
    ///
    /// # Errors
    /// The function exits or takes too long. Do not invoke it any more.
    pub async fn wait_until_ready(&mut self, limit: Duration) -> Result<(), InvokeError> {
        let ready = async {
            tokio::select! {
                Ok(_) = self.ready.wait_for(|ready| *ready) => Ok(()),
                Ok(status) = self.child.wait() => Err(InvokeError::Exited(status)),
                else => Err(InvokeError::TimedOut),
            }
        };
        timeout(limit, ready).await.unwrap_or(Err(InvokeError::TimedOut))
    }

    /// Invokes the function with an event and this timeout.
    ///
    /// # Errors
    /// There is no outcome. Do not invoke it any more.
    pub async fn invoke(
        &mut self,
        event: String,
        limit: Duration,
    ) -> Result<InvocationResult, InvokeError> {
        self.send(event, limit, true).await
    }

    /// As [`Self::invoke`], but never acknowledges the function's response, so that it does nothing more.
    ///
    /// # Errors
    /// There is no outcome.
    pub async fn invoke_last(
        &mut self,
        event: String,
        limit: Duration,
    ) -> Result<InvocationResult, InvokeError> {
        self.send(event, limit, false).await
    }

    async fn send(
        &mut self,
        event: String,
        limit: Duration,
        acknowledge: bool,
    ) -> Result<InvocationResult, InvokeError> {
        let (result, mut received) = oneshot::channel();
        self.invocation_count += 1;
        let id = format!("call-{}", self.invocation_count);
        // Never fails: the server runs as long as this exists.
        let _ = self.invocations.send(Invocation { id, event, limit, result, acknowledge }).await;
        let outcome = async {
            tokio::select! {
                Ok(result) = &mut received => Ok(result),
                Ok(status) = self.child.wait() => Err(InvokeError::Exited(status)),
                else => Err(InvokeError::TimedOut),
            }
        };
        timeout(INIT_TIMEOUT + limit, outcome).await.unwrap_or(Err(InvokeError::TimedOut))
    }

    /// Waits until the process exits by itself.
    ///
    /// # Errors
    /// The exit status is not available.
    pub async fn wait(mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Kills the process; returns the lines of its standard output if they were kept.
    ///
    /// # Errors
    /// The process cannot be killed.
    pub async fn kill(mut self) -> io::Result<Vec<String>> {
        self.child.kill().await?;
        self.server.abort();
        (&mut self.log_lines).await.map_err(io::Error::other)
    }
}

impl Drop for ExecutionEnvironment {
    fn drop(&mut self) {
        self.server.abort();
    }
}
