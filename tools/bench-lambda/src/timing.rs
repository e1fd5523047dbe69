//! Measures times, CPU and memory of execution environments.

use std::{
    error::Error,
    fs, io,
    process::Command,
    time::{Duration, Instant},
};

use lambda_emulator::ExecutionEnvironment;

use crate::{
    benchmark::Benchmark,
    cpu_limit::CpuLimit,
    events::{Events, INIT_TIMEOUT, INVOKE_TIMEOUT},
    figures::Times,
    store::Store,
    tables,
};

/// Warm invocations of each environment.
const WARM_INVOCATIONS: u32 = 20;

/// The measurements of one environment.
struct Measurements {
    init: Duration,
    first: Duration,
    warm: Vec<Duration>,
    warm_cpu: Duration,
    peak_kb: u64,
}

/// Starts environments one after the other and computes the medians. With a memory size, each is limited
/// to its share of a CPU after init.
pub(crate) async fn measure(
    store: &Store,
    benchmark: &Benchmark,
    environments: usize,
    memory_mb: Option<u64>,
) -> Result<Times, Box<dyn Error>> {
    let tables = tables::create(&store.engine, benchmark.scenario).await?;
    let mut events = Events::start(store, &tables, benchmark).await?;
    let mut runs = Vec::new();
    for _ in 0..environments {
        let start = Instant::now();
        let mut function =
            ExecutionEnvironment::start(Command::new(benchmark.binary()), store.settings(&tables))
                .await?;
        function.wait_until_ready(INIT_TIMEOUT).await?;
        runs.push(measure_one(function, start.elapsed(), &mut events, memory_mb).await?);
    }
    let all = |of: fn(&Measurements) -> Duration| runs.iter().map(of).collect::<Vec<_>>();
    let cold = all(|run| run.init + run.first);
    Ok(Times {
        init_us: median(all(|run| run.init)),
        first_us: median(all(|run| run.first)),
        cold_max_us: micros(cold.iter().max().copied().unwrap_or_default()),
        cold_us: median(cold),
        warm_us: median(runs.iter().flat_map(|run| run.warm.clone()).collect()),
        warm_cpu_us: median(all(|run| run.warm_cpu / WARM_INVOCATIONS)),
        peak_kb: runs.iter().map(|run| run.peak_kb).max().unwrap_or_default(),
    })
}

async fn measure_one(
    environment: ExecutionEnvironment,
    init: Duration,
    events: &mut Events,
    memory_mb: Option<u64>,
) -> Result<Measurements, Box<dyn Error>> {
    let process = environment.process_id().ok_or("the function has exited")?;
    let cpu_limit = memory_mb.map(|memory_mb| CpuLimit::new(process, memory_mb)).transpose()?;
    // Dropped before the limit: the process must exit first.
    let mut function = environment;
    let event = events.next().await?;
    let first = events.answered(function.invoke(event, INVOKE_TIMEOUT).await?)?;
    let before = cpu_time(process)?;
    let mut warm = Vec::new();
    for _ in 0..WARM_INVOCATIONS {
        let event = events.next().await?;
        warm.push(events.answered(function.invoke(event, INVOKE_TIMEOUT).await?)?);
    }
    let warm_cpu = cpu_time(process)?.saturating_sub(before);
    let peak_kb = peak_kb(process)?;
    function.kill().await?;
    drop(cpu_limit);
    Ok(Measurements { init, first, warm, warm_cpu, peak_kb })
}

/// The CPU time of all threads of a process.
fn cpu_time(process: u32) -> io::Result<Duration> {
    let mut total = Duration::ZERO;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let statistics = fs::read_to_string(thread?.path().join("schedstat"))?;
        let nanoseconds = statistics.split_whitespace().next().and_then(|used| used.parse().ok());
        total += Duration::from_nanos(nanoseconds.unwrap_or_default());
    }
    Ok(total)
}

fn peak_kb(process: u32) -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(peak.ok_or("no VmHWM")?.trim().trim_end_matches(" kB").parse()?)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn median(mut times: Vec<Duration>) -> u64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().map(micros).unwrap_or_default()
}
