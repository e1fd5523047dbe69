//! Counts instructions in user space with callgrind: independent of the load of the machine.

use std::{error::Error, fs, path::Path, process::Command};

use lambda_emulator::ExecutionEnvironment;
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    benchmark::Benchmark,
    events::{Events, INIT_TIMEOUT, INVOKE_TIMEOUT},
    figures::Instructions,
    store::Store,
    tables::{self, root},
};

/// The factor by which callgrind may slow a function down.
const CALLGRIND_SLOWDOWN: u32 = 30;

/// The number of warm invocations for the mean.
const WARM_INVOCATIONS: u64 = 20;

/// Counts the instructions of init with the first invocation, and of a warm one.
pub(crate) async fn count(
    store: &Store,
    benchmark: &Benchmark,
) -> Result<Instructions, Box<dyn Error>> {
    let first = count_with_retry(store, benchmark, 0).await?;
    let all = count_with_retry(store, benchmark, WARM_INVOCATIONS).await?;
    Ok(Instructions { first, warm: all.saturating_sub(first) / WARM_INVOCATIONS })
}

/// As [`count_total`], with one retry: on a busy machine a function can time out under callgrind.
async fn count_with_retry(
    store: &Store,
    benchmark: &Benchmark,
    before: u64,
) -> Result<u64, Box<dyn Error>> {
    match count_total(store, benchmark, before).await {
        Ok(total) => Ok(total),
        Err(error) => {
            eprintln!("{}: {error}; retrying", benchmark.name);
            count_total(store, benchmark, before).await
        }
    }
}

/// From `exec` until the response of the last invocation is sent, with `before` invocations before it.
async fn count_total(
    store: &Store,
    benchmark: &Benchmark,
    before: u64,
) -> Result<u64, Box<dyn Error>> {
    let tables = tables::create(&store.engine, benchmark.scenario).await?;
    let mut events = Events::start(store, &tables, benchmark).await?;
    let out = root().join("target/bench-lambda").join(format!("{}.callgrind", benchmark.name));
    let mut function =
        ExecutionEnvironment::start(callgrind(benchmark, &out), store.settings(&tables)).await?;
    function.wait_until_ready(INIT_TIMEOUT * CALLGRIND_SLOWDOWN).await?;
    for _ in 0..before {
        let event = events.next().await?;
        events.answered(function.invoke(event, INVOKE_TIMEOUT * CALLGRIND_SLOWDOWN).await?)?;
    }
    let event = events.next().await?;
    events.answered(function.invoke_last(event, INVOKE_TIMEOUT * CALLGRIND_SLOWDOWN).await?)?;
    let process = function.process_id().and_then(|process| Pid::from_raw(process.cast_signed()));
    kill_process(process.ok_or("the function has exited")?, Signal::TERM)?;
    function.wait().await?;
    let output = fs::read_to_string(&out)?;
    let total = output.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("callgrind wrote no total")?.trim().parse()?)
}

fn callgrind(benchmark: &Benchmark, out: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(benchmark.binary());
    command
}
