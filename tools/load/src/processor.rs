//! How much of the processor something has used, as Linux counts it.

use std::{fs, io, path::Path, time::Duration};

/// What a process has used so far, all its threads.
///
/// # Errors
/// The process is gone, or the system does not tell.
pub fn of_process(process: u32) -> io::Result<Duration> {
    threads(&process.to_string(), |_| true)
}

/// What those threads of this process that bear that name have used so far.
///
/// # Errors
/// The system does not tell.
pub fn of_own_threads(name: &str) -> io::Result<Duration> {
    threads("self", |thread| {
        fs::read_to_string(thread.join("comm")).is_ok_and(|own| own.trim_end() == name)
    })
}

fn threads(process: &str, counts: impl Fn(&Path) -> bool) -> io::Result<Duration> {
    let mut used = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?.path();
        if counts(&thread) {
            // The first number is nanoseconds (Linux, Documentation/scheduler/sched-stats.rst).
            let text = fs::read_to_string(thread.join("schedstat"))?;
            let spent = text.split(' ').next().and_then(|first| first.parse::<u64>().ok());
            used += spent.ok_or_else(|| io::Error::other("no schedstat"))?;
        }
    }
    Ok(Duration::from_nanos(used))
}
