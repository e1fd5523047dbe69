//! The binaries, built as they are deployed, and their sizes.

use std::{error::Error, fs, io, path::Path};

use flate2::{Compression, write::DeflateEncoder};
use local_stack::cargo_lambda;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::{subject::Subject, tables::root};

/// In bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Sizes {
    /// The binary.
    pub(crate) binary: u64,
    /// The same in the archive that Lambda is given, which adds some 150 bytes.
    pub(crate) archive: u64,
}

/// Builds what those subjects need.
pub(crate) async fn all(subjects: &[Subject]) -> Result<(), Box<dyn Error>> {
    let program = cargo_lambda::find_or_bring(&root().join(".local/tools")).await?;
    if subjects.iter().any(|subject| subject.ours) {
        build(&program, &root(), "target").await?;
    }
    if subjects.iter().any(|subject| !subject.ours) {
        build(&program, &root().join("tools/bench-lambda/yardsticks"), "target/yardsticks").await?;
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

/// The sizes of a binary, alone and deflated as SAM does it.
pub(crate) fn sizes(binary: &Path) -> io::Result<Sizes> {
    let mut archive = DeflateEncoder::new(Vec::new(), Compression::default());
    let length = io::copy(&mut fs::File::open(binary)?, &mut archive)?;
    Ok(Sizes { binary: length, archive: archive.finish()?.len() as u64 })
}
