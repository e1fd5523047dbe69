//! Builds the binaries as they are deployed, and measures their sizes.

use std::{error::Error, fs, io, path::Path};

use flate2::{Compression, write::DeflateEncoder};
use local_stack::cargo_lambda;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::{benchmark::Benchmark, tables::root};

/// Sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Sizes {
    /// The binary.
    pub(crate) binary: u64,
    /// The deflated binary. The archive for Lambda is about 150 bytes larger.
    pub(crate) archive: u64,
}

/// Builds what the benchmarks need.
pub(crate) async fn all(benchmarks: &[Benchmark]) -> Result<(), Box<dyn Error>> {
    let program = cargo_lambda::find_or_install(&root().join(".local/tools")).await?;
    if benchmarks.iter().any(|benchmark| benchmark.is_deployed) {
        build(&program, &root(), "target").await?;
    }
    if benchmarks.iter().any(|benchmark| !benchmark.is_deployed) {
        build(&program, &root().join("tools/bench-lambda/baselines"), "target/baselines").await?;
    }
    Ok(())
}

async fn build(program: &Path, workspace: &Path, target: &str) -> Result<(), Box<dyn Error>> {
    let status = Command::new(program)
        .args(["lambda", "build", "--release", "--compiler", "cargo", "--locked"])
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", root().join(target))
        .status()
        .await?;
    if status.success() { Ok(()) } else { Err(format!("the build failed: {status}").into()) }
}

/// The sizes of a binary, plain and deflated as SAM does.
pub(crate) fn sizes(binary: &Path) -> io::Result<Sizes> {
    let mut archive = DeflateEncoder::new(Vec::new(), Compression::default());
    let length = io::copy(&mut fs::File::open(binary)?, &mut archive)?;
    Ok(Sizes { binary: length, archive: archive.finish()?.len() as u64 })
}
