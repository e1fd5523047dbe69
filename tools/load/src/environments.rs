//! A function's environments: a request goes to one that is free, and waits for one if none is.

use std::{
    collections::HashMap,
    fs::File,
    path::Path,
    process::Command,
    sync::{Mutex as Lock, PoisonError},
    time::Duration,
};

use lambda_emulator::{Function, Outcome};
use tokio::sync::{Mutex, mpsc};

use crate::{Failure, done::Done, processor};

/// How long a call may take: what template.yaml gives a function.
const TIME: Duration = Duration::from_secs(10);

/// The environments of one function.
#[derive(Debug)]
pub struct Environments {
    function: &'static str,
    free: mpsc::UnboundedSender<Function>,
    taken: Mutex<mpsc::UnboundedReceiver<Function>>,
    processes: Vec<u32>,
    used_before: Lock<Duration>,
    durations: Lock<Vec<Duration>>,
    lost: mpsc::UnboundedSender<Failure>,
}

impl Environments {
    /// Starts so many of them with those settings, all writing to that log. Whoever is told of those
    /// that are lost ends the run.
    ///
    /// # Errors
    /// The function cannot be started.
    pub async fn start(
        function: &'static str,
        binary: &Path,
        settings: &HashMap<String, String>,
        count: u16,
        log: &File,
        lost: mpsc::UnboundedSender<Failure>,
    ) -> Result<Self, Failure> {
        let unusable = |error| Failure::File(binary.to_owned(), error);
        let (free, taken) = mpsc::unbounded_channel();
        let mut processes = Vec::new();
        for _ in 0..count {
            let log = log.try_clone().map_err(unusable)?;
            let started = Function::start_logging_to(log, Command::new(binary), settings).await;
            let started = started.map_err(unusable)?;
            processes.extend(started.id());
            // Its receiver is beside it.
            let _ = free.send(started);
        }
        let (taken, used_before, durations) = (Mutex::new(taken), Lock::default(), Lock::default());
        Ok(Self { function, free, taken, processes, used_before, durations, lost })
    }

    /// Has one of them answer; `None` if it gave no outcome, or none is left.
    pub async fn call(&self, event: String) -> Option<Outcome> {
        let mut environment = self.taken.lock().await.recv().await?;
        match environment.call(event, TIME).await {
            Ok(ended) => {
                let _ = self.free.send(environment);
                let mut durations = self.durations.lock().unwrap_or_else(PoisonError::into_inner);
                durations.push(TIME.saturating_sub(ended.left));
                Some(ended.outcome)
            }
            Err(lost) => {
                let _ = self.lost.send(Failure::Lost(self.function, lost.to_string()));
                None
            }
        }
    }

    /// What they have done since this was last asked.
    ///
    /// # Errors
    /// One of them has ended.
    pub fn done(&self) -> Result<Done, Failure> {
        let gone = |error| Failure::Part(self.function, error);
        let used = self.processes.iter().map(|process| processor::of_process(*process));
        let used = used.sum::<std::io::Result<Duration>>().map_err(gone)?;
        let mut before = self.used_before.lock().unwrap_or_else(PoisonError::into_inner);
        let since = used.saturating_sub(*before);
        *before = used;
        let mut durations = self.durations.lock().unwrap_or_else(PoisonError::into_inner);
        let mut durations = std::mem::take(&mut *durations);
        durations.sort_unstable();
        Ok(Done { durations, used: since })
    }
}
