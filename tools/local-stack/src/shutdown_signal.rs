//! Ctrl-C and the other signals that stop the stack.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that stop the stack.
#[derive(Debug)]
pub struct ShutdownSignal {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl ShutdownSignal {
    /// Starts to listen.
    ///
    /// # Errors
    ///
    /// A signal handler cannot be installed.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for a signal.
    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
