//! A process group that never outlives this process, however it ends: a shell in the group waits for the end
//! of its standard input and then kills the group. The system closes that pipe even after SIGKILL.

use std::{io, process::Stdio};

use tokio::process::{Child, Command};

/// Ends when standard input does, and the whole group with it.
const GUARD: &str = "read -r _; kill -KILL 0";

/// A group of processes. All of them are killed when this is dropped.
#[derive(Debug)]
pub struct ProcessGroup {
    guard: Child,
    id: GroupId,
}

/// The id of a group.
#[derive(Clone, Copy, Debug)]
pub struct GroupId(i32);

impl ProcessGroup {
    /// Starts a group without other processes.
    ///
    /// # Errors
    ///
    /// There is no POSIX shell.
    pub fn start() -> io::Result<Self> {
        let guard = Command::new("sh")
            .args(["-c", GUARD])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let id = guard.id().and_then(|id| i32::try_from(id).ok());
        Ok(Self { guard, id: GroupId(id.ok_or_else(|| io::Error::other("the shell ended"))?) })
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> GroupId {
        self.id
    }

    /// Kills all processes of the group and waits until the shell is gone.
    pub async fn stop(mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait().await;
    }
}

impl GroupId {
    /// Makes the program start in this group, without standard input. It is killed when its handle is dropped.
    pub fn include(self, command: &mut Command) -> &mut Command {
        command.process_group(self.0).stdin(Stdio::null()).kill_on_drop(true)
    }
}
