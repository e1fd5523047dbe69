//! How far a long command is, on standard error: a bar on a terminal, elsewhere a line every ten seconds.

use std::{
    io::Write as _,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use serde_json::json;

const LINE_INTERVAL: Duration = Duration::from_secs(10);
/// How often a bar is drawn again while nothing happens.
const TICK: Duration = Duration::from_millis(200);
const READING: &str = "{spinner} {msg}: {human_pos} so far";
const COUNTING: &str = "{msg} {bar:30} {human_pos} of {human_len}, {per_sec:0}, {eta} left";

/// How far a long command is.
#[derive(Clone, Debug)]
pub struct Progress {
    bar: ProgressBar,
    /// Without a terminal: when to print the next line.
    lines: Option<Arc<Mutex<LineTimer>>>,
    say: Say,
}

/// How to say what must be known soon.
#[derive(Clone, Copy, Debug)]
enum Say {
    Nothing,
    Text,
    /// A JSON object on a line of its own.
    Json,
}

impl Progress {
    /// Counts, but shows nothing.
    #[must_use]
    pub fn silent() -> Self {
        Self { bar: ProgressBar::hidden(), lines: None, say: Say::Nothing }
    }

    /// On standard error. With `json` and without a terminal it shows no progress, and says the rest as JSON: there,
    /// programs read.
    pub(crate) fn on_stderr(json: bool) -> Self {
        let bar = ProgressBar::no_length();
        if !bar.is_hidden() {
            return Self { bar, lines: None, say: Say::Text };
        }
        if json {
            return Self { bar, lines: None, say: Say::Json };
        }
        let lines = LineTimer::new(Instant::now());
        Self { bar, lines: Some(Arc::new(Mutex::new(lines))), say: Say::Text }
    }

    /// Begins to count what is read.
    pub(crate) fn start_reading(&self, what: String) {
        self.start(what, READING);
    }

    /// Begins to count what is done of a known number: `what` is a word for it, such as `writing`.
    pub(crate) fn start_all(&self, what: &str, total: usize) {
        self.start(what.to_owned(), COUNTING);
        self.bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
    }

    fn start(&self, what: String, template: &str) {
        let style = ProgressStyle::with_template(template);
        self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.bar.set_message(what);
        self.bar.reset();
        if !self.bar.is_hidden() {
            self.bar.enable_steady_tick(TICK);
        }
    }

    /// Counts more that was read or written.
    pub(crate) fn advance(&self, count: usize) {
        self.bar.inc(u64::try_from(count).unwrap_or_default());
        let due = |timer: &Arc<Mutex<LineTimer>>| {
            timer.lock().is_ok_and(|mut timer| timer.is_due(Instant::now()))
        };
        if self.lines.as_ref().is_some_and(due) {
            print(&self.line());
        }
    }

    fn line(&self) -> String {
        let (what, position) = (self.bar.message(), HumanCount(self.bar.position()));
        match self.bar.length() {
            None => format!("{what}: {position} so far"),
            Some(length) => {
                let left = HumanDuration(self.bar.eta());
                format!("{what}: {position} of {}, {left:#} left", HumanCount(length))
            }
        }
    }

    /// Prints a line without disturbing the bar.
    pub(crate) fn say(&self, text: &str) {
        match self.say {
            Say::Nothing => {}
            Say::Text => self.bar.suspend(|| print(text)),
            Say::Json => print(&json!({"message": text}).to_string()),
        }
    }

    /// What has been counted since the last start.
    pub(crate) fn position(&self) -> u64 {
        self.bar.position()
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// An import goes on where nobody reads what it prints.
fn print(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Decides when the next line is due.
#[derive(Debug)]
pub struct LineTimer {
    last: Instant,
}

impl LineTimer {
    /// The first line is due ten seconds after the start.
    #[must_use]
    pub const fn new(start: Instant) -> Self {
        Self { last: start }
    }

    /// Whether a line is due. If so, the next one is due ten seconds later.
    pub fn is_due(&mut self, now: Instant) -> bool {
        let due = now.duration_since(self.last) >= LINE_INTERVAL;
        if due {
            self.last = now;
        }
        due
    }
}
