//! Runs a program in its own process group, so that the stack decides what Ctrl-C does to it, and never
//! leaves it behind.

use std::{process::ExitStatus, time::Duration};

use rustix::process::{Pid, Signal, getpid, kill_process_group};
use tokio::{
    process::{Child as Inner, Command},
    time::{sleep, timeout},
};

use crate::{Error, processes};

/// How long to wait after SIGTERM before SIGKILL.
const GRACE_PERIOD: Duration = Duration::from_secs(5);

/// A running program. Its process group gets SIGTERM when this is dropped.
#[derive(Debug)]
pub struct Child {
    name: &'static str,
    inner: Inner,
    group: Option<Pid>,
}

impl Child {
    /// Starts a program without standard input.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self, Error> {
        let command = command.process_group(0).stdin(std::process::Stdio::null());
        let inner = command.spawn().map_err(|error| Error::Program(name, error.to_string()))?;
        let group = inner.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { name, inner, group })
    }

    /// Waits until it exits.
    ///
    /// # Errors
    ///
    /// The exit status is not available.
    pub async fn wait(&mut self) -> Result<ExitStatus, Error> {
        let status = self.inner.wait().await;
        status.map_err(|error| Error::Program(self.name, error.to_string()))
    }

    /// Waits until it exits successfully.
    ///
    /// # Errors
    ///
    /// It fails.
    pub async fn wait_for_success(mut self) -> Result<(), Error> {
        match self.wait().await? {
            status if status.success() => Ok(()),
            status => Err(Error::Program(self.name, format!("failed ({status})"))),
        }
    }

    /// Ends it and all its descendants, in any process group.
    pub async fn stop(mut self) {
        let Some(group) = self.group else { return };
        let below = processes::descendants(group.as_raw_nonzero().get());
        self.terminate();
        let _ = timeout(GRACE_PERIOD, self.inner.wait()).await;
        let own = getpid().as_raw_nonzero().get();
        for _ in 0..100 {
            // Adopted orphans are descendants of this process; others are known from before only.
            let mut left = processes::descendants(own);
            left.extend(processes::survivors(&below));
            if left.is_empty() {
                break;
            }
            left.into_iter().for_each(processes::kill);
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn terminate(&self) {
        // No id: it has exited and been waited for. Until then its process id is not reused.
        if let (Some(group), Some(_)) = (self.group, self.inner.id()) {
            let _ = kill_process_group(group, Signal::TERM);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.terminate();
    }
}
