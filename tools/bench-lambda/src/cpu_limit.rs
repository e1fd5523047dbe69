//! Limits a process to the share of a CPU that Lambda gives for a memory size, with a cgroup (version 1 or
//! 2).

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The memory in MB that gets one whole CPU ([AWS]).
///
/// [AWS]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
const WHOLE_CPU_MB: u64 = 1769;

/// The period of the CPU quota, in microseconds.
const PERIOD_US: u64 = 20_000;

/// The cgroup of one process. Removed when dropped; the process must have exited by then.
#[derive(Debug)]
pub(crate) struct CpuLimit {
    group: PathBuf,
}

impl CpuLimit {
    /// Puts a process into a cgroup with the CPU quota for this memory size.
    ///
    /// # Errors
    /// There is no writable cgroup.
    pub(crate) fn new(process: u32, memory_mb: u64) -> io::Result<Self> {
        let hierarchies = ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup"].map(Path::new);
        let home = hierarchies.into_iter().find(|home| home.join("cgroup.procs").exists());
        let home = home.ok_or_else(|| io::Error::other("no cgroup found"))?;
        let group = home.join(format!("bench-lambda-{process}"));
        fs::create_dir(&group)?;
        let cpu_limit = Self { group };
        cpu_limit.set_quota(PERIOD_US * memory_mb / WHOLE_CPU_MB)?;
        cpu_limit.write("cgroup.procs", &process.to_string())?;
        Ok(cpu_limit)
    }

    fn set_quota(&self, quota_us: u64) -> io::Result<()> {
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

impl Drop for CpuLimit {
    fn drop(&mut self) {
        // A cgroup left behind is empty and limits nothing.
        let _ = fs::remove_dir(&self.group);
    }
}
