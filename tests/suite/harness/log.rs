//! The log of the whole suite: each line is looked at when it is written, and a line that holds what
//! no log may hold fails the test that wrote it.

use std::{
    cell::RefCell,
    io::{self, Write},
    sync::Once,
};

use serde_json::Value;
use shared::telemetry;

/// What stands in every username of a [`World`](super::World).
pub(crate) const USERNAME_MARK: &str = "-name";

/// Marks of what must not be logged: any JSON token, the header that carries it, usernames, e-mail
/// addresses.
const FORBIDDEN: [&str; 5] = ["eyJ", "Bearer", "authorization", "@", USERNAME_MARK];

thread_local! {
    /// What this test has sent and must not find in a log line: notes, whole or in part.
    static SECRETS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static LINES: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// Has every line of this process looked at, at the most that an operator can have logged.
pub(crate) fn watch() {
    static START: Once = Once::new();
    START.call_once(|| {
        let subscriber = telemetry::subscriber(Some("TRACE"), || Lines);
        tracing::subscriber::set_global_default(subscriber).expect("nothing logs before");
    });
}

/// Has this test fail if it finds that text in a log line.
pub(crate) fn keep_secret(text: &str) {
    // Shorter ones stand in ordinary words too.
    if text.trim().len() >= 6 {
        SECRETS.with_borrow_mut(|secrets| secrets.push(text.trim().to_owned()));
    }
}

/// The lines written on this thread since it was last asked.
pub(crate) fn take_lines() -> Vec<Value> {
    LINES.take()
}

/// Why a line must not be in a log, if so.
pub(crate) fn offence(line: &str) -> Option<String> {
    if serde_json::from_str::<Value>(line).ok().filter(Value::is_object).is_none() {
        return Some("no JSON object".to_owned());
    }
    let known = FORBIDDEN.into_iter().map(str::to_owned);
    let own = SECRETS.with_borrow(Clone::clone);
    let line = line.to_lowercase();
    known.chain(own).find(|secret| line.contains(&secret.to_lowercase()))
}

struct Lines;

impl Write for Lines {
    /// Takes one line: that is how they are written.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(line).expect("UTF-8");
        if let Some(reason) = offence(text) {
            panic!("a log line with {reason:?}: {text}");
        }
        LINES.with_borrow_mut(|lines| lines.push(serde_json::from_str(text).expect("JSON")));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
