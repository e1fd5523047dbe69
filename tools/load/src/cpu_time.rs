//! CPU time of processes and threads, as Linux counts it.

use std::{fs, io, path::Path, time::Duration};

/// The CPU time of all threads of a process.
///
/// # Errors
/// The process has exited, or the system does not provide the time.
pub fn of_process(process: u32) -> io::Result<Duration> {
    threads(&process.to_string(), |_| true)
}

/// The CPU time of this process's threads with this name.
///
/// # Errors
/// The system does not provide the time.
pub fn of_own_threads(name: &str) -> io::Result<Duration> {
    threads("self", |thread| {
        fs::read_to_string(thread.join("comm")).is_ok_and(|comm| comm.trim_end() == name)
    })
}

fn threads(process: &str, include: impl Fn(&Path) -> bool) -> io::Result<Duration> {
    let mut total = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?.path();
        if include(&thread) {
            // The first number is nanoseconds (Linux, Documentation/scheduler/sched-stats.rst).
            let text = fs::read_to_string(thread.join("schedstat"))?;
            let spent = text.split(' ').next().and_then(|first| first.parse::<u64>().ok());
            total += spent.ok_or_else(|| io::Error::other("no schedstat"))?;
        }
    }
    Ok(Duration::from_nanos(total))
}
