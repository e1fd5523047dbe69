//! Runs a command line as the process does: prints the result or the failure, and returns the exit code.

use std::{
    ffi::OsString,
    io::{ErrorKind, Write},
};

use clap::Parser as _;

use crate::{Error, Output, cli::Arguments, concurrency::Interrupt, dialog::Dialog, run};

/// The exit code if a command succeeds but finds a problem.
const UNHEALTHY: u8 = 5;

/// Runs the command line. The result goes to `stdout`, a failure to `stderr`. Returns the exit code, as
/// `--help` lists it.
pub async fn execute(
    words: impl IntoIterator<Item = OsString>,
    interrupt: Interrupt,
    dialog: Dialog,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> u8 {
    let words: Vec<OsString> = words.into_iter().collect();
    let (json, result) = match Arguments::try_parse_from(&words) {
        Ok(arguments) => (arguments.json, run(arguments, interrupt, dialog, stdout).await),
        // The text of --help or --version
        Err(asked) if !asked.use_stderr() => {
            (false, Ok(Output::raw(asked.render().ansi().to_string())))
        }
        Err(error) => (has_json_flag(&words), Err(Error::Usage(error))),
    };
    let printed = result.and_then(|output| {
        print(&output, json, stdout)?;
        Ok(if output.healthy { 0 } else { UNHEALTHY })
    });
    printed.unwrap_or_else(|error| {
        let text = if json { format!("{:#}", error.json()) } else { error.terminal_text() };
        // If this fails too, the exit code is all that is left.
        let _ = writeln!(stderr, "{text}");
        error.exit_code()
    })
}

/// Whether a command line that is invalid has the flag `--json`.
fn has_json_flag(words: &[OsString]) -> bool {
    words.iter().take_while(|word| *word != "--").any(|word| word == "--json")
}

/// Prints the result. A reader that has read enough, such as `head`, is no error.
fn print(output: &Output, json: bool, stdout: &mut dyn Write) -> Result<(), Error> {
    let text = match output.json.as_ref().filter(|_| json) {
        Some(value) => format!("{value:#}"),
        None if output.text.is_empty() => return Ok(()),
        None => output.text.clone(),
    };
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::Output(error)),
        _ => Ok(()),
    }
}
