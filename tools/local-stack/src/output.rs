//! Everything that the stack prints after its guide, and the files with the raw lines.
//!
//! A terminal that is gone must not stop the stack, so errors of printing are ignored.

use std::{
    io::Write,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use shared::http::Clock;

use crate::{
    function_line::{is_entry, render, time_of_day},
    log_files::LogFiles,
    request_line::{DIM, RequestLine},
    schedule,
};

/// The terminal and the log files.
#[derive(Debug)]
pub struct Output {
    json: bool,
    closed: AtomicBool,
    log: Mutex<LogFiles>,
    latest_function: Mutex<Option<String>>,
}

/// Where a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output, also of functions: their log.
    Out,
    /// Standard error.
    Err,
}

impl Output {
    /// Prints lines for people, or with `json` the functions' log lines as they are.
    #[must_use]
    pub const fn new(json: bool, log: LogFiles) -> Self {
        Self {
            json,
            closed: AtomicBool::new(false),
            log: Mutex::new(log),
            latest_function: Mutex::new(None),
        }
    }

    /// Whether log lines are printed as they are.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// The file with the raw lines.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.log().path().to_owned()
    }

    fn log(&self) -> MutexGuard<'_, LogFiles> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The function that answered last: it wrote the last log line. The schedule's does not count.
    #[must_use]
    pub fn latest_function(&self) -> Option<String> {
        self.latest_function.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Prints nothing more: what still happens is due to the end of the stack.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// A line that a program wrote.
    pub fn program_line(&self, program: &str, stream: Stream, line: &str) {
        let _ = self.log().write(line);
        if stream == Stream::Out && program != schedule::FUNCTION {
            let mut latest = self.latest_function.lock().unwrap_or_else(PoisonError::into_inner);
            *latest = Some(program.to_owned());
        }
        if let Some((stream, text)) = shown(program, stream, line, self.json) {
            self.print(stream, &text);
        }
    }

    /// A line that cargo wrote for people.
    pub fn cargo_line(&self, line: &str) {
        let _ = self.log().write(line);
        self.print(Stream::Err, line);
    }

    /// An answered request.
    pub fn request(&self, line: &RequestLine) {
        if !self.json {
            self.print(Stream::Out, &line.to_string());
        }
    }

    /// A message of the stack itself.
    pub fn message(&self, text: &str) {
        self.print(Stream::Err, &format!("{DIM}{}{DIM:#}  {text}", now()));
    }

    fn print(&self, stream: Stream, text: &str) {
        let _ = match stream {
            _ if self.closed.load(Ordering::Relaxed) => Ok(()),
            Stream::Out => writeln!(anstream::stdout(), "{text}"),
            Stream::Err => writeln!(anstream::stderr(), "{text}"),
        };
    }
}

/// What is printed of a line that a program wrote, and where. With `json` nothing but JSON goes to standard output: a
/// program reads it.
#[must_use]
pub fn shown(program: &str, stream: Stream, line: &str, json: bool) -> Option<(Stream, String)> {
    if json && stream == Stream::Out && is_entry(line) {
        return Some((Stream::Out, line.to_owned()));
    }
    render(program, line).map(|text| (Stream::Err, text))
}

/// The time of day, in UTC.
#[must_use]
pub fn now() -> String {
    time_of_day(&Clock::system().now().to_string())
}
