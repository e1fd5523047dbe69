//! Finds cargo-lambda, or brings it into the workspace's `.local/tools`: from PyPI, else from source.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tokio::process::Command;

use crate::{Failure, child::Child};

/// The version whose behaviour this stack relies on.
pub const VERSION: &str = "1.9.2";
/// Its name on the path.
pub const PROGRAM: &str = "cargo-lambda";

/// The program of exactly [`VERSION`]: on the path, else in the tools' folder, brought there if need be.
///
/// # Errors
///
/// It can neither be downloaded nor built.
pub async fn find_or_bring(tools: &Path) -> Result<PathBuf, Failure> {
    if is_right(Path::new(PROGRAM)).await {
        return Ok(PathBuf::from(PROGRAM));
    }
    let home = tools.join(format!("{PROGRAM}-{VERSION}"));
    let program = home.join("bin").join(PROGRAM);
    if is_right(&program).await {
        return Ok(program);
    }
    fs::create_dir_all(tools).map_err(|error| Failure::File(tools.to_owned(), error))?;
    eprintln!("{PROGRAM} {VERSION} is not on the path; bringing it into {}", tools.display());
    if let Err(failure) = download(&home).await {
        eprintln!("{failure}; building it from source instead, which takes some minutes");
        build(&home).await?;
    }
    if is_right(&program).await {
        return Ok(program);
    }
    Err(Failure::Program(PROGRAM, format!("{} does not run", program.display())))
}

async fn is_right(program: &Path) -> bool {
    let asked =
        Command::new(program).args(["lambda", "--version"]).kill_on_drop(true).output().await;
    let Ok(answer) = asked else { return false };
    let version = String::from_utf8_lossy(&answer.stdout).into_owned();
    answer.status.success() && version.split_whitespace().nth(1) == Some(VERSION)
}

/// The wheel alone: its dependency, the zig toolchain, is for cross-compiling and weighs 400 MB.
async fn download(home: &Path) -> Result<(), Failure> {
    let unfinished = home.with_extension("unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    let mut command = Command::new("python3");
    command
        .env("PIP_ROOT_USER_ACTION", "ignore")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--no-deps", "--only-binary", ":all:", "--target"])
        .arg(&unfinished)
        .arg(format!("{PROGRAM}=={VERSION}"));
    Child::start("python3 -m pip install cargo-lambda", &mut command)?.succeeded().await?;
    let _ = fs::remove_dir_all(home);
    fs::rename(&unfinished, home).map_err(|error| Failure::File(home.to_owned(), error))
}

async fn build(home: &Path) -> Result<(), Failure> {
    let mut command = Command::new("cargo");
    command.args(["install", "--locked", PROGRAM, "--version", VERSION, "--root"]).arg(home);
    Child::start("cargo install cargo-lambda", &mut command)?.succeeded().await
}
