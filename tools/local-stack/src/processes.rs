//! Finds the descendants of a process, to kill exactly these.

use std::{
    fs,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

/// A process as the system lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub id: i32,
    /// Its parent's id.
    pub parent: i32,
    /// Its process group's id.
    pub group: i32,
}

/// Makes this process the parent of orphaned descendants, if the system supports it.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_child_subreaper(Some(rustix::process::getpid())) {
        eprintln!("warning: processes of the functions' builds may outlive the stack: {error}");
    }
}

/// All descendants of a process.
#[must_use]
pub fn descendants(of: i32) -> Vec<Process> {
    let all = all();
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![of];
    while let Some(parent) = parents.pop() {
        let children = all.iter().filter(|process| process.parent == parent);
        for child in children {
            parents.push(child.id);
            found.push(*child);
        }
    }
    found
}

/// The processes that still exist and are still the same.
#[must_use]
pub fn survivors(of: &[Process]) -> Vec<Process> {
    let same =
        |process: &Process| of.iter().any(|old| (old.id, old.group) == (process.id, process.group));
    all().into_iter().filter(same).collect()
}

/// Sends SIGKILL.
pub fn kill(process: Process) {
    if let Some(id) = Pid::from_raw(process.id) {
        // It may have exited by itself.
        let _ = kill_process(id, Signal::KILL);
    }
}

/// All processes that have not exited.
fn all() -> Vec<Process> {
    match fs::read_dir("/proc") {
        Ok(entries) => entries
            .flatten()
            .filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok())
            .filter_map(|stat| from_stat(&stat))
            .collect(),
        Err(_) => from_ps(),
    }
}

/// Linux: `id (name) state parent group …`; the name may contain anything.
fn from_stat(stat: &str) -> Option<Process> {
    let (id, rest) = stat.split_once(" (")?;
    let (_, rest) = rest.rsplit_once(") ")?;
    let columns: Vec<&str> = std::iter::once(id).chain(rest.split(' ')).collect();
    parse_columns(&columns)
}

/// Elsewhere: POSIX's `ps`.
fn from_ps() -> Vec<Process> {
    let mut ps = Command::new("ps");
    ps.args(["-A", "-o", "pid=,stat=,ppid=,pgid="]).stdout(Stdio::piped());
    let Ok(ps) = ps.spawn() else { return Vec::new() };
    let ps_id = i32::try_from(ps.id()).ok();
    let text = ps.wait_with_output().map(|output| output.stdout).unwrap_or_default();
    let processes = String::from_utf8_lossy(&text)
        .lines()
        .filter_map(|line| parse_columns(&line.split_whitespace().collect::<Vec<_>>()))
        .collect::<Vec<_>>();
    processes.into_iter().filter(|process| Some(process.id) != ps_id).collect()
}

fn parse_columns(columns: &[&str]) -> Option<Process> {
    let [id, state, parent, group, ..] = columns else { return None };
    let number = |text: &str| text.parse().ok();
    let process = Process { id: number(id)?, parent: number(parent)?, group: number(group)? };
    (!state.starts_with('Z')).then_some(process)
}
