//! Checks every log line of the suite when it is written. A line with something that must not be logged
//! fails the test that wrote it.

use std::{
    cell::RefCell,
    collections::VecDeque,
    io::{self, Write},
    sync::Once,
};

use serde_json::Value;
use shared::telemetry::log;

/// A mark that every username of a [`World`](super::World) contains.
pub(crate) const USERNAME_MARK: &str = "-name";

/// Marks of what must not be logged: any JSON token, the header that carries it, usernames, e-mail
/// addresses. Also a panic, which the handler's answer would hide from the test.
const FORBIDDEN: [&str; 6] =
    ["eyJ", "Bearer", "authorization", "@", USERNAME_MARK, "the handler panicked"];

/// How many secrets a test remembers. One call has fewer.
const REMEMBERED: usize = 50;

/// How many lines of each kind a test remembers.
const LINES_KEPT: usize = 1000;

thread_local! {
    /// What this test has sent recently and must not find in a log line: notes, parts of tokens.
    static SECRETS: RefCell<VecDeque<String>> = const { RefCell::new(VecDeque::new()) };
    static LINES: RefCell<VecDeque<Value>> = const { RefCell::new(VecDeque::new()) };
    static METRICS: RefCell<VecDeque<Value>> = const { RefCell::new(VecDeque::new()) };
}

/// Checks every log line of this process, at the most verbose level that an operator can set.
pub(crate) fn watch() {
    static START: Once = Once::new();
    START.call_once(|| {
        let subscriber = log::subscriber(Some("TRACE"), || Lines);
        tracing::subscriber::set_global_default(subscriber).expect("nothing logs before");
    });
}

/// Makes this test fail if a log line contains that text.
pub(crate) fn keep_secret(text: &str) {
    let text = text.trim().to_lowercase();
    SECRETS.with_borrow_mut(|secrets| {
        // Shorter ones occur in ordinary words too.
        if text.len() >= 6 && !secrets.contains(&text) {
            secrets.push_back(text);
        }
        if secrets.len() > REMEMBERED {
            secrets.pop_front();
        }
    });
}

/// The events written on this thread since the last call.
pub(crate) fn take_lines() -> Vec<Value> {
    LINES.take().into()
}

/// The metric documents written on this thread since the last call.
pub(crate) fn take_metrics() -> Vec<Value> {
    METRICS.take().into()
}

/// Why a line must not be in a log, if so.
pub(crate) fn offence(line: &str) -> Option<String> {
    if serde_json::from_str::<Value>(line).ok().filter(Value::is_object).is_none() {
        return Some("no JSON object".to_owned());
    }
    let line = line.to_lowercase();
    let known = FORBIDDEN.into_iter().find(|mark| line.contains(&mark.to_lowercase()));
    known.map(str::to_owned).or_else(|| {
        SECRETS.with_borrow(|own| own.iter().find(|secret| line.contains(*secret)).cloned())
    })
}

struct Lines;

impl Write for Lines {
    /// Takes one line: the log writes a line at a time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(line).expect("UTF-8");
        if let Some(reason) = offence(text) {
            panic!("a log line with {reason:?}: {text}");
        }
        let entry: Value = serde_json::from_str(text).expect("JSON");
        let kind = if entry["_aws"].is_null() { &LINES } else { &METRICS };
        kind.with_borrow_mut(|lines| {
            lines.push_back(entry);
            if lines.len() > LINES_KEPT {
                lines.pop_front();
            }
        });
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
