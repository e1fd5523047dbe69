//! Times, CPU and memory of environments.

use std::{
    error::Error,
    fs, io,
    process::Command,
    time::{Duration, Instant},
};

use lambda_emulator::{Ended, Function, Outcome};

use crate::{figures::Times, store::Store, subject::Subject, tables, throttle::Throttle};

/// How long a call may take.
pub(crate) const TIME: Duration = Duration::from_secs(20);

/// How long Lambda lets a function start.
pub(crate) const START: Duration = Duration::from_secs(10);

/// How many later calls each environment gets.
const LATER: u32 = 20;

/// One environment.
struct Run {
    init: Duration,
    first: Duration,
    later: Vec<Duration>,
    later_cpu: Duration,
    peak_kb: u64,
}

/// Starts so many environments, one after the other, and takes the medians. With a memory, each is held
/// to its share of a CPU once it has started.
pub(crate) async fn measure(
    store: &Store,
    subject: &Subject,
    environments: usize,
    memory_mb: Option<u64>,
) -> Result<Times, Box<dyn Error>> {
    let tables = tables::fresh(&store.engine).await?;
    let event = subject.event()?;
    let mut runs = Vec::new();
    for _ in 0..environments {
        let start = Instant::now();
        let mut function =
            Function::start(Command::new(subject.binary()), store.settings(&tables)).await?;
        function.started(START).await?;
        runs.push(run(function, start.elapsed(), &event, memory_mb).await?);
    }
    let all = |of: fn(&Run) -> Duration| runs.iter().map(of).collect::<Vec<_>>();
    let cold = all(|run| run.init + run.first);
    Ok(Times {
        init_us: median(all(|run| run.init)),
        first_us: median(all(|run| run.first)),
        cold_max_us: micros(cold.iter().max().copied().unwrap_or_default()),
        cold_us: median(cold),
        warm_us: median(runs.iter().flat_map(|run| run.later.clone()).collect()),
        warm_cpu_us: median(all(|run| run.later_cpu / LATER)),
        peak_kb: runs.iter().map(|run| run.peak_kb).max().unwrap_or_default(),
    })
}

async fn run(
    started: Function,
    init: Duration,
    event: &str,
    memory_mb: Option<u64>,
) -> Result<Run, Box<dyn Error>> {
    let process = started.id().ok_or("the function has ended")?;
    let throttle = memory_mb.map(|memory_mb| Throttle::new(process, memory_mb)).transpose()?;
    // Dropped before the throttle, which can go when the process has gone.
    let mut function = started;
    let first = answered(function.call(event.to_owned(), TIME).await?)?;
    let before = cpu(process)?;
    let mut later = Vec::new();
    for _ in 0..LATER {
        later.push(answered(function.call(event.to_owned(), TIME).await?)?);
    }
    let later_cpu = cpu(process)?.saturating_sub(before);
    let peak_kb = peak_kb(process)?;
    function.kill().await?;
    drop(throttle);
    Ok(Run { init, first, later, later_cpu, peak_kb })
}

/// How long a call took that has got the answer that is wanted.
pub(crate) fn answered(ended: Ended) -> Result<Duration, String> {
    match ended.outcome {
        Outcome::Answer(answer) if answer.get("statusCode").is_some_and(|code| code == 200) => {
            Ok(ended.took)
        }
        Outcome::Answer(answer) | Outcome::Failure(answer) => Err(format!("it answered {answer}")),
    }
}

/// What all threads of a process have used of the CPU.
fn cpu(process: u32) -> io::Result<Duration> {
    let mut used = Duration::ZERO;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let statistics = fs::read_to_string(thread?.path().join("schedstat"))?;
        let nanoseconds = statistics.split_whitespace().next().and_then(|used| used.parse().ok());
        used += Duration::from_nanos(nanoseconds.unwrap_or_default());
    }
    Ok(used)
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
