//! Reads a CSV or JSON file into rows that have a text for each column. `services_file` and `users_file`
//! interpret the texts.

mod csv_line;
mod csv_rows;
mod encoding;
mod json_rows;

use std::{collections::BTreeSet, iter};

use crate::validation::{Location, Problems};

/// The columns of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    /// All columns.
    pub(crate) all: &'static [&'static str],
    /// Columns that a file, or an object of JSON, may lack.
    pub(crate) optional: &'static [&'static str],
    /// Columns with several values: separated by white space in CSV, an array in JSON.
    pub(crate) lists: &'static [&'static str],
}

/// What a row says in a column that its file may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionalColumn<T> {
    /// Nothing: what is stored stays.
    Missing,
    /// This value; `None` if the cell is empty: then what is stored is removed.
    Present(Option<T>),
}

/// One row. Its problems go to those of the file.
pub(crate) struct RawRow<'a> {
    columns: Columns,
    /// Where it starts in the file.
    pub(crate) location: Location,
    cells: Cells,
    problems: &'a mut Problems,
}

impl RawRow<'_> {
    fn cell(&self, column: &str) -> Option<&Cell> {
        let index = self.columns.all.iter().position(|name| *name == column)?;
        self.cells.get(index)
    }

    /// The text of a column without white space around it, empty if there is none. `None` if it is no text.
    fn text(&self, column: &str) -> Option<&str> {
        match self.cell(column)? {
            Cell::Text(text) => Some(text.trim()),
            Cell::Missing => Some(""),
            Cell::Invalid => None,
        }
    }

    /// Parses the text of a column.
    pub(crate) fn parse<T, E: Into<String>>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let parsed = parse(self.text(column)?);
        parsed.map_err(|problem| self.add_problem(format!("{column}: {}", problem.into()))).ok()
    }

    /// Parses the text of a column that the file may lack.
    pub(crate) fn parse_optional<T, E: Into<String>>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<Option<T>, E>,
    ) -> Option<OptionalColumn<T>> {
        match self.cell(column)? {
            Cell::Missing => Some(OptionalColumn::Missing),
            Cell::Text(_) | Cell::Invalid => self.parse(column, parse).map(OptionalColumn::Present),
        }
    }

    /// Parses each value of a column.
    pub(crate) fn parse_each<T: Ord>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> BTreeSet<T> {
        let text = self.text(column).unwrap_or_default().to_owned();
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
    let rows = file_rows.rows.into_iter().filter_map(|(location, cells)| {
        parse_row(&mut RawRow { columns, location, cells, problems })
    });
    ParsedRows { rows: rows.collect(), blank: file_rows.blank, is_complete: file_rows.is_complete }
}

/// The cells of a row, in the order of the columns.
type Cells = Vec<Cell>;

/// One value of a row.
enum Cell {
    /// Its text, empty if there is none.
    Text(String),
    /// The file, or the object of JSON, does not have the column.
    Missing,
    /// It is no text, which is a problem already.
    Invalid,
}

impl Cell {
    fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Missing => true,
            Self::Invalid => false,
        }
    }
}

/// The rows of a file before anything is parsed.
#[derive(Default)]
struct FileRows {
    /// Each row and where it starts in the file.
    rows: Vec<(Location, Cells)>,
    /// How many rows without any value were left out.
    blank: usize,
    /// Whether all other rows are here.
    is_complete: bool,
}

/// The lines of a text. A line feed, a carriage return or both separate them, as programs of any system write it.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let text = rest?;
        let end = text.find(['\n', '\r']).unwrap_or(text.len());
        let (line, behind) = text.split_at_checked(end)?;
        rest = behind.strip_prefix("\r\n").or_else(|| behind.strip_prefix(['\n', '\r']));
        Some(line)
    })
}

/// The line and the character of it that follow a text, both counted from 1.
fn place_after(text: &str) -> (usize, usize) {
    let (number, line) = (1..).zip(lines(text)).last().unwrap_or((1, ""));
    (number, line.chars().count() + 1)
}
