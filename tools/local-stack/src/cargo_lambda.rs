//! Finds cargo-lambda, or installs it into the workspace's `.local/tools`: from PyPI, else from source.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tokio::process::Command;

use crate::Error;

/// The version that this stack needs.
pub const VERSION: &str = "1.9.2";
/// Its name on the path.
pub const PROGRAM: &str = "cargo-lambda";

/// Finds exactly [`VERSION`] on the path or in the tools folder, else installs it there.
///
/// # Errors
///
/// It can neither be downloaded nor built.
pub async fn find_or_install(tools: &Path) -> Result<PathBuf, Error> {
    if has_version(Path::new(PROGRAM)).await {
        return Ok(PathBuf::from(PROGRAM));
    }
    let home = tools.join(format!("{PROGRAM}-{VERSION}"));
    let program = home.join("bin").join(PROGRAM);
    if has_version(&program).await {
        return Ok(program);
    }
    fs::create_dir_all(tools).map_err(|error| Error::File(tools.to_owned(), error))?;
    eprintln!("{PROGRAM} {VERSION} is not on the path; installing it into {}", tools.display());
    if let Err(error) = download(&home).await {
        eprintln!("{error}; building it from source instead, which takes some minutes");
        build(&home).await?;
    }
    if has_version(&program).await {
        return Ok(program);
    }
    Err(Error::Program(PROGRAM.to_owned(), format!("{} does not run", program.display())))
}

async fn has_version(program: &Path) -> bool {
    let output =
        Command::new(program).args(["lambda", "--version"]).kill_on_drop(true).output().await;
    let Ok(output) = output else { return false };
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success() && version.split_whitespace().nth(1) == Some(VERSION)
}

/// Without dependencies: the zig toolchain (400 MB) is for cross-compiling only.
async fn download(home: &Path) -> Result<(), Error> {
    let unfinished = home.with_extension("unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    let mut command = Command::new("python3");
    command
        .env("PIP_ROOT_USER_ACTION", "ignore")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--no-deps", "--only-binary", ":all:", "--target"])
        .arg(&unfinished)
        .arg(format!("{PROGRAM}=={VERSION}"));
    succeed("python3 -m pip install cargo-lambda", &mut command).await?;
    let _ = fs::remove_dir_all(home);
    fs::rename(&unfinished, home).map_err(|error| Error::File(home.to_owned(), error))
}

async fn build(home: &Path) -> Result<(), Error> {
    let mut command = Command::new("cargo");
    command.args(["install", "--locked", PROGRAM, "--version", VERSION, "--root"]).arg(home);
    succeed("cargo install cargo-lambda", &mut command).await
}

async fn succeed(name: &str, command: &mut Command) -> Result<(), Error> {
    let failed = |reason: String| Error::Program(name.to_owned(), reason);
    match command.kill_on_drop(true).status().await {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(format!("failed ({status})"))),
        Err(error) => Err(failed(error.to_string())),
    }
}
