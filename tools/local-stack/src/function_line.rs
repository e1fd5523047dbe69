//! What a person needs to see of a function's output: warnings and errors in words, and text that is not JSON,
//! such as the output of `dbg!`. Metrics and other log lines are not shown.

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value};

use crate::request_line::DIM;

/// The runtime's own errors when the emulator no longer has the request. The request's line says what came of it.
const RUNTIME_API_ERROR: &str = "Lambda Runtime API returned";
const NAME: Style = AnsiColor::Blue.on_default();

/// Whether the line is a log line or a metric, and not text such as the output of `dbg!`.
#[must_use]
pub fn is_entry(line: &str) -> bool {
    serde_json::from_str::<Map<String, Value>>(line).is_ok()
}

/// The line to show, with colours.
#[must_use]
pub fn render(function: &str, line: &str) -> Option<String> {
    let Ok(Value::Object(entry)) = serde_json::from_str(line) else {
        let is_blank = line.trim().is_empty();
        return (!is_blank).then(|| format!("{NAME}{function}{NAME:#} | {line}"));
    };
    let text = |name| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("message").starts_with(RUNTIME_API_ERROR) {
        return None;
    }
    let style = match text("level") {
        "ERROR" => AnsiColor::Red.on_default().bold(),
        "WARN" => AnsiColor::Yellow.on_default().bold(),
        _ => return None,
    };
    let (time, level, message) = (time_of_day(text("timestamp")), text("level"), text("message"));
    let details = details(&entry);
    Some(format!(
        "{DIM}{time}{DIM:#}  {style}{level}{style:#} {NAME}{function}{NAME:#} {message}{details}"
    ))
}

/// `2026-11-21T09:05:00.123456Z` becomes `09:05:00Z`.
#[must_use]
pub fn time_of_day(timestamp: &str) -> String {
    let time = timestamp.get(11..19);
    time.map_or_else(String::new, |time| format!("{time}Z"))
}

/// The other members, each on a line of its own.
fn details(entry: &Map<String, Value>) -> String {
    let shown = ["timestamp", "level", "message"];
    let others = entry.iter().filter(|(name, _)| !shown.contains(&name.as_str()));
    let line = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("\n    {name}: {text}"),
        other => format!("\n    {name}: {other}"),
    };
    others.map(line).collect()
}
