//! A program that the stack started: in a process group of its own, so that a Ctrl-C in the terminal
//! reaches it by way of the stack, and never left behind.

use std::{process::ExitStatus, time::Duration};

use rustix::process::{Pid, Signal, getpid, kill_process_group};
use tokio::{
    process::{Child as Inner, Command},
    time::{sleep, timeout},
};

use crate::{Failure, processes};

/// How long a program may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// A running program; its group is told to end when this is dropped.
#[derive(Debug)]
pub struct Child {
    name: &'static str,
    inner: Inner,
    group: Option<Pid>,
}

impl Child {
    /// Starts a program that reads nothing from the terminal.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self, Failure> {
        let command = command.process_group(0).stdin(std::process::Stdio::null());
        let inner = command.spawn().map_err(|error| Failure::Program(name, error.to_string()))?;
        let group = inner.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { name, inner, group })
    }

    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// The system does not say how it ended.
    pub async fn ended(&mut self) -> Result<ExitStatus, Failure> {
        let status = self.inner.wait().await;
        status.map_err(|error| Failure::Program(self.name, error.to_string()))
    }

    /// Waits for its success.
    ///
    /// # Errors
    ///
    /// It fails.
    pub async fn succeeded(mut self) -> Result<(), Failure> {
        match self.ended().await? {
            status if status.success() => Ok(()),
            status => Err(Failure::Program(self.name, format!("failed ({status})"))),
        }
    }

    /// Ends it and everything that it started, in whatever group that is.
    pub async fn stop(mut self) {
        let Some(group) = self.group else { return };
        let below = processes::descendants(group.as_raw_nonzero().get());
        self.terminate();
        let _ = timeout(GRACE, self.inner.wait()).await;
        let own = getpid().as_raw_nonzero().get();
        for _ in 0..100 {
            // Adopted orphans are below this process, others only known from before.
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
        // Nothing to do where it has ended, and its number is not another's before it was waited for.
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
