//! `cargo bench-lambda`: what each HTTP function costs as it is deployed, beside a hello world and a
//! naive function in the same run. `docs/performance.md` has the method and the figures.

mod baseline;
mod build;
mod figures;
mod instructions;
mod report;
mod store;
mod subject;
mod tables;
mod throttle;
mod timing;

use std::{error::Error, fs, process::ExitCode};

use clap::{Parser, ValueEnum};

use crate::{figures::Figures, store::Store, subject::Subject};

/// Measures the functions as they are deployed, beside a hello world and a naive function
///
/// Needs valgrind; holding functions to a share of a CPU needs a cgroup that may be written to.
#[derive(Debug, Parser)]
#[command(name = "cargo bench-lambda")]
struct Arguments {
    /// Only these subjects (hello, naive-get, …, get-status, …); all, if none is named
    subjects: Vec<String>,
    /// What to measure; all, if it is not given
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Measure>,
    /// Takes the binaries as they are instead of building them
    #[arg(long)]
    no_build: bool,
    /// How many environments to start for each time
    #[arg(long, default_value_t = 20)]
    environments: usize,
    /// Compares instructions and sizes with the baseline; exits with 1 if any has risen by more than 3 %
    #[arg(long, conflicts_with = "write_baseline")]
    check: bool,
    /// Makes instructions and sizes the baseline
    #[arg(long)]
    write_baseline: bool,
    /// Prints everything as JSON instead of tables
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Measure {
    /// Instructions in user space, by callgrind
    Instructions,
    /// Sizes of binary and archive
    Sizes,
    /// Times, CPU and memory on a whole CPU
    Times,
    /// The same on the shares of a CPU that 128, 256 and 512 MB get
    Shares,
}

impl Arguments {
    fn wants(&self, measure: Measure) -> bool {
        self.only.is_empty() || self.only.contains(&measure)
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let ours_only = arguments.check || arguments.write_baseline;
    let subjects = subject::chosen(&arguments.subjects, ours_only)?;
    if !arguments.no_build {
        build::all(&subjects).await?;
    }
    let store = Store::start().await?;
    let mut all = Vec::new();
    for subject in &subjects {
        eprintln!("{}", subject.name);
        all.push((subject.name, measure(arguments, &store, subject).await?));
    }
    if arguments.json {
        report::print_json(&all)?;
    } else {
        report::print_tables(&all);
    }
    if arguments.write_baseline {
        fs::write(baseline::file(), baseline::write(&all)?)?;
    }
    if !arguments.check {
        return Ok(ExitCode::SUCCESS);
    }
    let grown = baseline::grown(&fs::read_to_string(baseline::file())?, &all)?;
    for line in &grown {
        eprintln!("{line}");
    }
    Ok(if grown.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn measure(
    arguments: &Arguments,
    store: &Store,
    subject: &Subject,
) -> Result<Figures, Box<dyn Error>> {
    let checked = arguments.check || arguments.write_baseline;
    let mut figures = Figures::default();
    if arguments.wants(Measure::Sizes) {
        figures.sizes = Some(build::sizes(&subject.binary())?);
    }
    if arguments.wants(Measure::Instructions) {
        figures.instructions = Some(instructions::count(store, subject).await?);
    }
    if arguments.wants(Measure::Times) && !checked {
        figures.times = Some(timing::measure(store, subject, arguments.environments, None).await?);
    }
    if arguments.wants(Measure::Shares) && !checked {
        for memory_mb in [128, 256, 512] {
            let times =
                timing::measure(store, subject, arguments.environments, Some(memory_mb)).await?;
            figures.shares.push((memory_mb, times));
        }
    }
    Ok(figures)
}
