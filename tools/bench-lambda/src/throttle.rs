//! Holds a process to the share of a CPU that Lambda gives for its memory, by a cgroup of version 1 or 2.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The memory in MB that comes with one whole CPU ([AWS]).
///
/// [AWS]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
const WHOLE_CPU_MB: u64 = 1769;

/// How often the share is handed out, in microseconds.
const PERIOD_US: u64 = 20_000;

/// A group of one process; it is removed when this is dropped, by when the process must have ended.
#[derive(Debug)]
pub(crate) struct Throttle {
    group: PathBuf,
}

impl Throttle {
    /// Puts a process into a group of its own, with what CPU that memory brings.
    ///
    /// # Errors
    /// There is no cgroup that this process may write to.
    pub(crate) fn new(process: u32, memory_mb: u64) -> io::Result<Self> {
        let hierarchies = ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup"].map(Path::new);
        let home = hierarchies.into_iter().find(|home| home.join("cgroup.procs").exists());
        let home = home.ok_or_else(|| io::Error::other("there is no cgroup"))?;
        let group = home.join(format!("bench-lambda-{process}"));
        fs::create_dir(&group)?;
        let throttle = Self { group };
        throttle.limit(PERIOD_US * memory_mb / WHOLE_CPU_MB)?;
        throttle.write("cgroup.procs", &process.to_string())?;
        Ok(throttle)
    }

    fn limit(&self, quota_us: u64) -> io::Result<()> {
        if self.group.join("cpu.cfs_quota_us").exists() {
            self.write("cpu.cfs_period_us", &PERIOD_US.to_string())?;
            return self.write("cpu.cfs_quota_us", &quota_us.to_string());
        }
        self.write("cpu.max", &format!("{quota_us} {PERIOD_US}"))
    }

    fn write(&self, file: &str, value: &str) -> io::Result<()> {
        fs::write(self.group.join(file), value)
    }
}

impl Drop for Throttle {
    fn drop(&mut self) {
        // One that is left behind is empty, and bounds nothing.
        let _ = fs::remove_dir(&self.group);
    }
}
