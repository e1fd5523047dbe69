//! What a command prints: text for people, or JSON.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets::NOTHING};
use serde::Serialize;
use serde_json::Value;

/// A command's result.
#[derive(Debug)]
pub struct Output {
    /// For people. It may have colours, which whoever prints it takes out where there is no terminal.
    pub text: String,
    /// For programs; none where the text is for them already.
    pub json: Option<Value>,
    /// Whether all is well; `smoke` and `doctor` may find that it is not.
    pub well: bool,
}

impl Output {
    /// A result that is well.
    pub(crate) fn new(text: impl Display, json: &impl Serialize) -> Self {
        let json = serde_json::to_value(json).unwrap_or_default();
        Self { text: text.to_string(), json: Some(json), well: true }
    }

    /// A file's text, whoever reads it.
    pub(crate) fn raw(text: String) -> Self {
        Self { text: text.trim_end().to_owned(), json: None, well: true }
    }
}

/// What is to be noticed.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What is to be thought about.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// What is as any other.
pub(crate) const PLAIN: Style = Style::new();
const HEADING: Style = Style::new().bold();

/// Lines in columns, each line in a style of its own.
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

/// Names and values below each other; what has no value is left out.
pub(crate) fn particulars<const N: usize>(pairs: [(&str, Option<String>); N]) -> String {
    let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let known = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let lines = known.map(|(name, value)| {
        format!("{HEADING}{name:width$}{HEADING:#}  {}", value.replace(char::is_control, " "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The style of a status.
pub(crate) fn status_style(status: shared::domain::Rag) -> Style {
    use shared::domain::Rag;
    match status {
        Rag::Red => BAD,
        Rag::Amber => WARNING,
        Rag::Green => PLAIN,
    }
}
