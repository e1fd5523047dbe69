//! Instructions in user space, counted by callgrind: the same however busy the machine is.

use std::{error::Error, fs, path::Path, process::Command};

use lambda_emulator::Function;
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    figures::Instructions,
    store::Store,
    subject::Subject,
    tables::{self, root},
    timing::{START, TIME, answered},
};

/// How much slower a function may be under callgrind than in Lambda.
const SLOWER: u32 = 30;

/// How many calls are averaged over.
const LATER: u64 = 20;

/// Counts what a first call takes with the start, and a later one.
pub(crate) async fn count(
    store: &Store,
    subject: &Subject,
) -> Result<Instructions, Box<dyn Error>> {
    let first = patient(store, subject, 0).await?;
    let all = patient(store, subject, LATER).await?;
    Ok(Instructions { first, warm: all.saturating_sub(first) / LATER })
}

/// As [`total`], once more if a function has run out of its own time, as under callgrind it can on a busy machine.
async fn patient(store: &Store, subject: &Subject, before: u64) -> Result<u64, Box<dyn Error>> {
    match total(store, subject, before).await {
        Ok(total) => Ok(total),
        Err(error) => {
            eprintln!("{}: {error}; once more", subject.name);
            total(store, subject, before).await
        }
    }
}

/// From `exec` until the answer to the last call is sent, with so many calls before it.
async fn total(store: &Store, subject: &Subject, before: u64) -> Result<u64, Box<dyn Error>> {
    let tables = tables::fresh(&store.engine).await?;
    let event = subject.event()?;
    let out = root().join("target/bench-lambda").join(format!("{}.callgrind", subject.name));
    let mut function = Function::start(callgrind(subject, &out), store.settings(&tables)).await?;
    function.started(START * SLOWER).await?;
    for _ in 0..before {
        answered(function.call(event.clone(), TIME * SLOWER).await?)?;
    }
    answered(function.last_call(event, TIME * SLOWER).await?)?;
    let process = function.id().and_then(|process| Pid::from_raw(process.cast_signed()));
    kill_process(process.ok_or("the function has ended")?, Signal::TERM)?;
    function.ended().await?;
    let counted = fs::read_to_string(&out)?;
    let total = counted.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("callgrind has not counted")?.trim().parse()?)
}

fn callgrind(subject: &Subject, out: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(subject.binary());
    command
}
