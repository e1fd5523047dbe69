//! `cargo bench-lambda`: compares each HTTP function, built as deployed, with a hello world and a naive
//! function in the same run. `docs/performance.md` has the method and the figures.

mod benchmark;
mod build;
mod cpu_limit;
mod events;
mod figures;
mod instructions;
mod recorded;
mod report;
mod store;
mod tables;
mod timing;

use std::{error::Error, fs, path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};

use crate::{benchmark::Benchmark, figures::Figures, store::Store};

/// Compares the functions, built as deployed, with a hello world and a naive function
///
/// Needs valgrind. To limit functions to a share of a CPU it needs a writable cgroup.
#[derive(Debug, Parser)]
#[command(name = "bench-lambda", bin_name = "cargo bench-lambda")]
struct Arguments {
    /// Benchmarks to run (hello, naive-get, …, get-status, …) [default: all]
    benchmarks: Vec<String>,
    /// What to measure [default: everything]
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Measure>,
    /// Use the binaries that are already built
    #[arg(long)]
    no_build: bool,
    /// Execution environments to start for each measurement of times
    #[arg(long, default_value_t = 20)]
    environments: usize,
    /// Compare instructions and sizes with recorded.json; exit with 1 if any rose by more than 3 %
    #[arg(long, conflicts_with = "record")]
    check: bool,
    /// Write instructions and sizes to recorded.json
    #[arg(long, alias = "write-baseline")]
    record: bool,
    /// Draw the instructions as an SVG picture
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Print JSON instead of tables
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
    /// The same on the shares of a CPU for 128, 256 and 512 MB
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
    if arguments.picture.is_some() && !arguments.wants(Measure::Instructions) {
        return Err("the picture shows instructions: measure them".into());
    }
    let deployed_only = arguments.check || arguments.record;
    let benchmarks = benchmark::select(&arguments.benchmarks, deployed_only)?;
    if !arguments.no_build {
        build::all(&benchmarks).await?;
    }
    let store = Store::start().await?;
    let mut all = Vec::new();
    for benchmark in &benchmarks {
        eprintln!("{}", benchmark.name);
        all.push((benchmark.name, measure(arguments, &store, benchmark).await?));
    }
    if arguments.json {
        report::print_json(&all)?;
    } else {
        report::print_tables(&all);
    }
    if let Some(file) = &arguments.picture {
        fs::write(file, report::picture(&all)?)?;
    }
    if arguments.record {
        fs::write(recorded::file(), recorded::to_json(&all)?)?;
    }
    if !arguments.check {
        return Ok(ExitCode::SUCCESS);
    }
    let regressions = recorded::regressions(&fs::read_to_string(recorded::file())?, &all)?;
    for line in &regressions {
        eprintln!("{line}");
    }
    Ok(if regressions.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn measure(
    arguments: &Arguments,
    store: &Store,
    benchmark: &Benchmark,
) -> Result<Figures, Box<dyn Error>> {
    let recorded_only = arguments.check || arguments.record;
    let mut figures = Figures::default();
    if arguments.wants(Measure::Sizes) {
        figures.sizes = Some(build::sizes(&benchmark.binary())?);
    }
    if arguments.wants(Measure::Instructions) {
        figures.instructions = Some(instructions::count(store, benchmark).await?);
    }
    if arguments.wants(Measure::Times) && !recorded_only {
        figures.times =
            Some(timing::measure(store, benchmark, arguments.environments, None).await?);
    }
    if arguments.wants(Measure::Shares) && !recorded_only {
        for memory_mb in [128, 256, 512] {
            let times =
                timing::measure(store, benchmark, arguments.environments, Some(memory_mb)).await?;
            figures.shares.push((memory_mb, times));
        }
    }
    Ok(figures)
}
