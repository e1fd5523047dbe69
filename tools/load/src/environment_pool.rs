//! A pool of execution environments of one function. A request uses a free one, or waits for one.

use std::{
    collections::HashMap,
    fs::File,
    path::Path,
    process::Command,
    sync::{Mutex as Lock, PoisonError},
    time::Duration,
};

use lambda_emulator::{ExecutionEnvironment, Outcome};
use tokio::sync::{Mutex, mpsc};

use crate::{Error, cpu_time, invocation_stats::InvocationStats};

/// The timeout of a function in template.yaml.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The execution environments of one function.
#[derive(Debug)]
pub struct EnvironmentPool {
    function: &'static str,
    free: mpsc::UnboundedSender<ExecutionEnvironment>,
    waiting: Mutex<mpsc::UnboundedReceiver<ExecutionEnvironment>>,
    processes: Vec<u32>,
    reported_cpu_time: Lock<Duration>,
    durations: Lock<Vec<Duration>>,
    failed: mpsc::UnboundedSender<Error>,
}

impl EnvironmentPool {
    /// Starts `count` environments with these variables; all write to one log. Sends to `failed` if an
    /// environment fails, which ends the run.
    ///
    /// # Errors
    /// The function cannot be started.
    pub async fn start(
        function: &'static str,
        binary: &Path,
        settings: &HashMap<String, String>,
        count: u16,
        log: &File,
        failed: mpsc::UnboundedSender<Error>,
    ) -> Result<Self, Error> {
        let failed_to_start = |error| Error::File(binary.to_owned(), error);
        let (free, waiting) = mpsc::unbounded_channel();
        let mut processes = Vec::new();
        for _ in 0..count {
            let log = log.try_clone().map_err(failed_to_start)?;
            let environment =
                ExecutionEnvironment::start_logging_to(log, Command::new(binary), settings).await;
            let environment = environment.map_err(failed_to_start)?;
            processes.extend(environment.process_id());
            // Never fails: the receiver is in scope.
            let _ = free.send(environment);
        }
        let (waiting, reported_cpu_time, durations) =
            (Mutex::new(waiting), Lock::default(), Lock::default());
        Ok(Self { function, free, waiting, processes, reported_cpu_time, durations, failed })
    }

    /// Invokes the function; `None` if it has no outcome or no environment is left.
    pub async fn invoke(&self, event: String) -> Option<Outcome> {
        let mut environment = self.waiting.lock().await.recv().await?;
        match environment.invoke(event, TIMEOUT).await {
            Ok(result) => {
                let _ = self.free.send(environment);
                let mut durations = self.durations.lock().unwrap_or_else(PoisonError::into_inner);
                durations.push(TIMEOUT.saturating_sub(result.remaining));
                Some(result.outcome)
            }
            Err(error) => {
                let _ = self.failed.send(Error::Invoke(self.function, error.to_string()));
                None
            }
        }
    }

    /// The statistics since the last call of this.
    ///
    /// # Errors
    /// An environment has exited.
    pub fn take_stats(&self) -> Result<InvocationStats, Error> {
        let exited = |error| Error::Start(self.function, error);
        let total = self.processes.iter().map(|process| cpu_time::of_process(*process));
        let total = total.sum::<std::io::Result<Duration>>().map_err(exited)?;
        let mut reported = self.reported_cpu_time.lock().unwrap_or_else(PoisonError::into_inner);
        let cpu_time = total.saturating_sub(*reported);
        *reported = total;
        let mut durations = self.durations.lock().unwrap_or_else(PoisonError::into_inner);
        let mut durations = std::mem::take(&mut *durations);
        durations.sort_unstable();
        Ok(InvocationStats { durations, cpu_time })
    }
}
