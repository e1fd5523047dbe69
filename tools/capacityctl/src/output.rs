//! What a command prints: text for people, or JSON.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets::NOTHING};
use serde::Serialize;
use serde_json::Value;

/// A command's result.
#[derive(Debug)]
pub struct Output {
    /// For people. May have ANSI colours; the printer strips them when there is no terminal.
    pub text: String,
    /// For programs; `None` if the text is for programs already.
    pub json: Option<Value>,
    /// Whether everything is in order: `false` if `smoke`, `doctor` or a list found something bad.
    pub healthy: bool,
}

impl Output {
    /// A result without problems.
    pub(crate) fn new(text: impl Display, json: &impl Serialize) -> Self {
        let json = serde_json::to_value(json).unwrap_or_default();
        Self { text: text.to_string(), json: Some(json), healthy: true }
    }

    /// The result of a command that has printed it.
    pub(crate) const fn nothing() -> Self {
        Self { text: String::new(), json: None, healthy: true }
    }

    /// The contents of a file, for people and programs.
    pub(crate) fn raw(text: String) -> Self {
        Self { text: text.trim_end().to_owned(), json: None, healthy: true }
    }
}

/// For errors and RED.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// For warnings and AMBER.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// For everything else.
pub(crate) const PLAIN: Style = Style::new();
const HEADING: Style = Style::new().bold();

/// A table with a style for each line.
pub(crate) fn table<const N: usize>(
    heading: [&str; N],
    lines: impl IntoIterator<Item = (Style, [String; N])>,
) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header(heading);
    let mut styles = vec![HEADING];
    for (style, cells) in lines {
        styles.push(style);
        table.add_row(cells.map(|cell| cell.replace(char::is_control, " ")));
    }
    let lines = table.lines().zip(styles);
    let lines = lines.map(|(line, style)| format!("{style}{}{style:#}", line.trim_end()));
    lines.collect::<Vec<_>>().join("\n")
}

/// One line for each name with its value; leaves out names without one.
pub(crate) fn fields<const N: usize>(pairs: [(&str, Option<String>); N]) -> String {
    let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let known = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let lines = known.map(|(name, value)| {
        format!("{HEADING}{name:width$}{HEADING:#}  {}", value.replace(char::is_control, " "))
    });
    lines.collect::<Vec<_>>().join("\n")
}
