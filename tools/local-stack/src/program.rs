//! Runs a program of the stack and passes on what it prints, line by line.

use std::process::{ExitStatus, Stdio};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::Command,
};

use crate::{
    Error,
    output::{Output, Stream},
};

/// Runs the program until it exits.
///
/// # Errors
///
/// It cannot be started.
pub async fn run(name: &str, command: &mut Command, output: &Output) -> Result<ExitStatus, Error> {
    let failed = |error: std::io::Error| Error::Program(name.to_owned(), error.to_string());
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let status = tokio::join!(
        pass_on(out, |line| output.program_line(name, Stream::Out, line)),
        pass_on(err, |line| output.program_line(name, Stream::Err, line)),
        child.wait()
    );
    status.2.map_err(failed)
}

/// Calls the function with every line until the end of the pipe.
pub async fn pass_on(pipe: Option<impl AsyncRead + Unpin>, mut line: impl FnMut(&str)) {
    let Some(pipe) = pipe else { return };
    let mut lines = BufReader::new(pipe);
    let mut bytes = Vec::new();
    while lines.read_until(b'\n', &mut bytes).await.is_ok_and(|read| read > 0) {
        line(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']));
        bytes.clear();
    }
}
