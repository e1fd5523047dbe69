//! Which processes descend from one, so that exactly these can be ended.

use std::{
    fs,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

/// A process, as the system lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: i32,
    /// Its parent's number.
    pub parent: i32,
    /// Its group's number.
    pub group: i32,
}

/// Makes this process inherit the children of descendants that die, where the system can.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_child_subreaper(Some(rustix::process::getpid())) {
        eprintln!("warning: orphans of the functions' builds may survive the stack: {error}");
    }
}

/// Every process below that one.
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

/// Those of the processes that are still there and still the same.
#[must_use]
pub fn survivors(of: &[Process]) -> Vec<Process> {
    let same =
        |process: &Process| of.iter().any(|old| (old.id, old.group) == (process.id, process.group));
    all().into_iter().filter(same).collect()
}

/// Ends a process without asking it.
pub fn kill(process: Process) {
    if let Some(id) = Pid::from_raw(process.id) {
        // It may have ended by itself.
        let _ = kill_process(id, Signal::KILL);
    }
}

/// Every process that has not ended.
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

/// Linux: `id (name) state parent group …`, where the name may hold anything.
fn from_stat(stat: &str) -> Option<Process> {
    let (id, rest) = stat.split_once(" (")?;
    let (_, rest) = rest.rsplit_once(") ")?;
    let columns: Vec<&str> = std::iter::once(id).chain(rest.split(' ')).collect();
    listed(&columns)
}

/// Elsewhere: POSIX's `ps`.
fn from_ps() -> Vec<Process> {
    let mut ps = Command::new("ps");
    ps.args(["-A", "-o", "pid=,stat=,ppid=,pgid="]).stdout(Stdio::piped());
    let Ok(ps) = ps.spawn() else { return Vec::new() };
    let itself = i32::try_from(ps.id()).ok();
    let text = ps.wait_with_output().map(|output| output.stdout).unwrap_or_default();
    let listed = String::from_utf8_lossy(&text)
        .lines()
        .filter_map(|line| listed(&line.split_whitespace().collect::<Vec<_>>()))
        .collect::<Vec<_>>();
    listed.into_iter().filter(|process| Some(process.id) != itself).collect()
}

fn listed(columns: &[&str]) -> Option<Process> {
    let [id, state, parent, group, ..] = columns else { return None };
    let number = |text: &str| text.parse().ok();
    let process = Process { id: number(id)?, parent: number(parent)?, group: number(group)? };
    (!state.starts_with('Z')).then_some(process)
}
