//! Runs a function as it is deployed: starts its binary as one environment of Lambda, and is the other
//! side of the [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) to it.

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

use runtime_api::Call;
pub use runtime_api::{Ended, Outcome};

/// How long Lambda lets the start of a function take.
const START: Duration = Duration::from_secs(10);

/// One environment of a function. It is killed when this is dropped, as Lambda does.
#[derive(Debug)]
pub struct Function {
    child: Child,
    calls: mpsc::Sender<Call>,
    asked: watch::Receiver<bool>,
    called: u64,
    server: JoinHandle<()>,
    lines: JoinHandle<Vec<String>>,
}

/// Why there is no outcome.
#[derive(Debug)]
pub enum Lost {
    /// The function did not answer before its deadline.
    TimedOut,
    /// The function ended.
    Exited(ExitStatus),
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("the function did not answer before its deadline"),
            Self::Exited(status) => write!(f, "the function ended ({status})"),
        }
    }
}

impl std::error::Error for Lost {}

impl Function {
    /// Starts a command that runs a binary with those variables, besides what Lambda always sets, and
    /// nothing else.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn start<Name: AsRef<OsStr>, Value: AsRef<OsStr>>(
        command: process::Command,
        variables: impl IntoIterator<Item = (Name, Value)>,
    ) -> io::Result<Self> {
        Self::writing_to(Stdio::piped(), command, variables).await
    }

    /// The same, with its lines in that file, and not kept: it may be called millions of times.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn start_logging_to<Name: AsRef<OsStr>, Value: AsRef<OsStr>>(
        log: File,
        command: process::Command,
        variables: impl IntoIterator<Item = (Name, Value)>,
    ) -> io::Result<Self> {
        Self::writing_to(log.into(), command, variables).await
    }

    async fn writing_to<Name: AsRef<OsStr>, Value: AsRef<OsStr>>(
        log: Stdio,
        command: process::Command,
        variables: impl IntoIterator<Item = (Name, Value)>,
    ) -> io::Result<Self> {
        let (calls, taken) = mpsc::channel(1);
        let (ask, asked) = watch::channel(false);
        let (address, server) = runtime_api::serve(taken, ask).await?;
        let mut child = Command::from(command)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "function")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(log)
            .kill_on_drop(true)
            .spawn()?;
        let written = child.stdout.take();
        let lines = tokio::spawn(async move {
            let Some(written) = written else { return Vec::new() };
            let (mut written, mut lines) = (BufReader::new(written).lines(), Vec::new());
            while let Ok(Some(line)) = written.next_line().await {
                lines.push(line);
            }
            lines
        });
        Ok(Self { child, calls, asked, called: 0, server, lines })
    }

    /// The process, as long as it runs.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until the function has started: it asks for its first call.
    ///
    /// # Errors
    /// It does not get there; it must not be called any more.
    pub async fn started(&mut self, within: Duration) -> Result<(), Lost> {
        let started = async {
            tokio::select! {
                Ok(_) = self.asked.wait_for(|asked| *asked) => Ok(()),
                Ok(status) = self.child.wait() => Err(Lost::Exited(status)),
                else => Err(Lost::TimedOut),
            }
        };
        timeout(within, started).await.unwrap_or(Err(Lost::TimedOut))
    }

    /// Calls the function with an event, once it has started, and gives it so much time.
    ///
    /// # Errors
    /// It gives no outcome; it must not be called any more.
    pub async fn call(&mut self, event: String, time: Duration) -> Result<Ended, Lost> {
        self.make(event, time, true).await
    }

    /// As [`Self::call`], but the function is never told that its answer has arrived: it stands still.
    ///
    /// # Errors
    /// It gives no outcome.
    pub async fn last_call(&mut self, event: String, time: Duration) -> Result<Ended, Lost> {
        self.make(event, time, false).await
    }

    async fn make(&mut self, event: String, time: Duration, goes_on: bool) -> Result<Ended, Lost> {
        let (answer, mut answered) = oneshot::channel();
        self.called += 1;
        let id = format!("call-{}", self.called);
        // The server takes calls for as long as this is here.
        let _ = self.calls.send(Call { id, event, time, answer, goes_on }).await;
        let ended = async {
            tokio::select! {
                Ok(ended) = &mut answered => Ok(ended),
                Ok(status) = self.child.wait() => Err(Lost::Exited(status)),
                else => Err(Lost::TimedOut),
            }
        };
        timeout(START + time, ended).await.unwrap_or(Err(Lost::TimedOut))
    }

    /// Waits until the function has ended by itself.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub async fn ended(mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Kills the function without a warning, and gives the lines that it has written, if
    /// they were kept.
    ///
    /// # Errors
    /// It cannot be killed.
    pub async fn kill(mut self) -> io::Result<Vec<String>> {
        self.child.kill().await?;
        self.server.abort();
        (&mut self.lines).await.map_err(io::Error::other)
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.server.abort();
    }
}
