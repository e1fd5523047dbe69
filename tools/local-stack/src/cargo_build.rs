//! Builds functions with cargo.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anstream::adapter::strip_str;
use serde::Deserialize;
use tokio::process::Command;

use crate::{
    Error, output::Output, process_group::GroupId, program::pass_on, settings::without_cargo,
};

/// Where cargo prints.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// To the terminal, with its progress bar.
    Shown,
    /// Only warnings and errors, and that it waits for another cargo, here.
    Diagnostics(&'a Output),
}

/// A message of `cargo build --message-format json`.
#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Builds the functions; calls `built` with the name and path of each as soon as it is there. Returns whether
/// all were built.
///
/// # Errors
///
/// cargo cannot be started.
pub async fn run(
    root: &Path,
    functions: impl IntoIterator<Item = &str>,
    progress: Progress<'_>,
    group: GroupId,
    mut built: impl FnMut(&str, PathBuf),
) -> Result<bool, Error> {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["build", "--message-format", "json-render-diagnostics"]);
    for function in functions {
        command.args(["--bin", function]);
    }
    command.stdout(Stdio::piped());
    if let Progress::Diagnostics(_) = progress {
        // What is printed removes the colours if they are not wanted.
        command.args(["--color", "always"]).stderr(Stdio::piped());
    }
    let failed =
        |error: std::io::Error| Error::Program("cargo build".to_owned(), error.to_string());
    let mut child = group.include(without_cargo(&mut command)).spawn().map_err(failed)?;
    let messages = pass_on(child.stdout.take(), |line| {
        if let Some((name, program)) = built_program(line) {
            built(&name, program);
        }
    });
    let diagnostics = pass_on(child.stderr.take(), |line| {
        let Progress::Diagnostics(output) = progress else { return };
        match status(line).as_deref() {
            None => output.cargo_line(line),
            Some("Blocking") => output.message("another cargo is running: waiting for it"),
            Some(_) => {}
        }
    });
    let ((), ()) = tokio::join!(messages, diagnostics);
    Ok(child.wait().await.map_err(failed)?.success())
}

/// The word with which cargo says what it does, such as `Compiling`; `None` if the line is a part of a warning or an
/// error. The word ends in the twelfth column.
#[must_use]
pub fn status(line: &str) -> Option<String> {
    let line = strip_str(line).to_string();
    let (word, _) = line.split_at_checked(12).filter(|(_, rest)| rest.starts_with(' '))?;
    let word = word.trim_start();
    let is_word = word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.chars().all(|letter| letter.is_ascii_alphabetic());
    is_word.then(|| word.to_owned())
}

/// The program that a message reports.
fn built_program(line: &str) -> Option<(String, PathBuf)> {
    let message: Message = serde_json::from_str(line).ok()?;
    let is_artifact = message.reason == "compiler-artifact";
    is_artifact.then_some((message.target?.name, message.executable?))
}
