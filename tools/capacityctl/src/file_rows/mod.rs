//! Reads a CSV or JSON file into rows that have a text for each column. `services_file` and `users_file`
//! interpret the texts.

mod csv_line;
mod csv_rows;
mod encoding;
mod json_rows;

use std::collections::BTreeSet;

use crate::validation::{Location, Problems};

/// The columns of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    /// All columns.
    pub(crate) all: &'static [&'static str],
    /// Columns with several values: separated by white space in CSV, an array in JSON.
    pub(crate) lists: &'static [&'static str],
}

/// One row. Its problems go to those of the file.
pub(crate) struct RawRow<'a> {
    columns: Columns,
    /// Where it starts in the file.
    pub(crate) location: Location,
    /// The texts, in the order of the columns.
    cells: Vec<String>,
    problems: &'a mut Problems,
}

impl RawRow<'_> {
    /// The text of a column without white space around it; empty if there is none.
    fn text(&self, column: &str) -> &str {
        let index = self.columns.all.iter().position(|name| *name == column);
        index.and_then(|index| self.cells.get(index)).map_or("", |cell| cell.trim())
    }

    /// Parses the text of a column.
    pub(crate) fn parse<T, E: Into<String>>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let parsed = parse(self.text(column));
        parsed.map_err(|problem| self.add_problem(format!("{column}: {}", problem.into()))).ok()
    }

    /// Parses each value of a column.
    pub(crate) fn parse_each<T: Ord>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> BTreeSet<T> {
        let text = self.text(column).to_owned();
        let parsed = text.split_whitespace().map(parse).filter_map(|parsed| {
            parsed.map_err(|problem| self.add_problem(format!("{column}: {problem}"))).ok()
        });
        parsed.collect()
    }

    /// Adds a problem of this row.
    pub(crate) fn add_problem(&mut self, problem: impl Into<String>) {
        self.problems.add(self.location, problem);
    }
}

/// The valid rows of a file.
pub(crate) struct ParsedRows<T> {
    pub(crate) rows: Vec<T>,
    /// How many rows without any value were left out.
    pub(crate) blank: usize,
    /// Whether all other rows could be read, if not understood.
    pub(crate) is_complete: bool,
}

/// Reads a file in UTF-8: JSON if it begins with a bracket, else CSV. Calls `parse_row` for each row. Everything
/// that is wrong goes to `problems`.
pub(crate) fn read<T>(
    file: &[u8],
    columns: Columns,
    problems: &mut Problems,
    mut parse_row: impl FnMut(&mut RawRow<'_>) -> Option<T>,
) -> ParsedRows<T> {
    let file_rows = match encoding::decode(file, problems) {
        None => FileRows::default(),
        Some(text) if text.trim_start().starts_with(['[', '{']) => {
            json_rows::read(&text, columns, problems)
        }
        Some(text) => csv_rows::read(&text, columns, problems),
    };
    let is_complete = !problems.any();
    let rows = file_rows.rows.into_iter().filter_map(|(location, cells)| {
        parse_row(&mut RawRow { columns, location, cells, problems })
    });
    ParsedRows { rows: rows.collect(), blank: file_rows.blank, is_complete }
}

/// The rows of a file before anything is parsed.
#[derive(Default)]
struct FileRows {
    /// The texts of each row, in the order of the columns, and where it starts in the file.
    rows: Vec<(Location, Vec<String>)>,
    /// How many rows without any value were left out.
    blank: usize,
}

/// The lines of a text. Each ends with a line feed, a carriage return or both, as programs of any system write it.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}
