//! Reads a CSV or JSON file into rows that have a text for each column. `services_file` and `users_file`
//! interpret the texts.

use csv::{ByteRecord, ReaderBuilder, StringRecord, Trim};
use serde_json::value::RawValue;
use strict_json::Json;

use crate::validation::{Location, Problems, ValidationError};

/// The columns of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    /// All columns, in the order of the CSV header.
    pub(crate) all: &'static [&'static str],
    /// Columns with several values: separated by white space in CSV, an array in JSON.
    pub(crate) lists: &'static [&'static str],
}

/// One row. Its problems go to those of the file.
pub(crate) struct RawRow<'a> {
    columns: Columns,
    /// Where it starts in the file.
    pub(crate) location: Location,
    cells: Vec<String>,
    problems: &'a mut Problems,
}

impl RawRow<'_> {
    /// The text of a column; empty if there is none.
    pub(crate) fn text(&self, column: &str) -> &str {
        let index = self.columns.all.iter().position(|name| *name == column);
        index.and_then(|index| self.cells.get(index)).map_or("", String::as_str)
    }

    /// The text of a column; `None` if it is empty.
    pub(crate) fn optional(&self, column: &str) -> Option<String> {
        Some(self.text(column)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Parses the text of a column.
    pub(crate) fn parse<T>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let parsed = parse(self.text(column));
        parsed.map_err(|expected| self.add_problem(format!("{column}: {expected}"))).ok()
    }

    /// Parses each value of a column.
    pub(crate) fn parse_each<T: Ord>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> std::collections::BTreeSet<T> {
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

/// Reads a file: JSON if it begins with a bracket, else CSV. Ignores white space around a text. Calls
/// `parse_row` for each row; problems of rows go to `problems`.
///
/// # Errors
///
/// Neither a JSON array nor a CSV file with this header.
pub(crate) fn read<T>(
    file: &[u8],
    columns: Columns,
    problems: &mut Problems,
    parse_row: impl FnMut(&mut RawRow<'_>) -> Option<T>,
) -> Result<Vec<T>, ValidationError> {
    match file.trim_ascii_start().first() {
        Some(b'[' | b'{') => read_json(file, columns, problems, parse_row),
        _ => read_csv(file, columns, problems, parse_row),
    }
}

fn read_csv<T>(
    file: &[u8],
    columns: Columns,
    problems: &mut Problems,
    mut parse_row: impl FnMut(&mut RawRow<'_>) -> Option<T>,
) -> Result<Vec<T>, ValidationError> {
    let mut records = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::Fields)
        .from_reader(file)
        .into_byte_records();
    let header = records.next().transpose().ok().flatten();
    if header.is_none_or(|header| header != *columns.all) {
        let text = format!("the header must be {}", columns.all.join(","));
        return Err(ValidationError::new(Location::Line(1), text));
    }
    let (mut rows, mut lines) = (Vec::new(), LineCounter::new(file));
    for record in records.flatten() {
        let location = Location::Line(lines.line_of(&record));
        match cells(record, columns) {
            Ok(cells) => rows.extend(parse_row(&mut RawRow { columns, location, cells, problems })),
            Err(problem) => problems.add(location, problem),
        }
    }
    Ok(rows)
}

fn cells(record: ByteRecord, columns: Columns) -> Result<Vec<String>, String> {
    let record = StringRecord::from_byte_record(record).map_err(|_| "not UTF-8 text".to_owned())?;
    if record.len() == columns.all.len() {
        Ok(record.iter().map(str::to_owned).collect())
    } else {
        Err(format!("{} columns instead of {}", record.len(), columns.all.len()))
    }
}

/// Counts lines from one offset of a file to the next.
struct LineCounter<'a> {
    file: &'a [u8],
    offset: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    const fn new(file: &'a [u8]) -> Self {
        Self { file, offset: 0, line: 1 }
    }

    /// The line at an offset. Offsets must not decrease.
    fn line_at(&mut self, offset: usize) -> u64 {
        let passed = self.file.get(self.offset..offset).unwrap_or_default();
        let newlines = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line += u64::try_from(newlines).unwrap_or_default();
        self.offset = offset.max(self.offset);
        self.line
    }

    /// The line of a CSV record. The `csv` crate is one line short after a CRLF or an empty line.
    fn line_of(&mut self, record: &ByteRecord) -> u64 {
        let byte = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        let rest = self.file.get(start..).unwrap_or_default();
        let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.line_at(start.saturating_add(skipped))
    }
}

fn read_json<T>(
    file: &[u8],
    columns: Columns,
    problems: &mut Problems,
    mut parse_row: impl FnMut(&mut RawRow<'_>) -> Option<T>,
) -> Result<Vec<T>, ValidationError> {
    let entries: Vec<&RawValue> = serde_json::from_slice(file).map_err(|error| {
        ValidationError::new(Location::File, format!("not a JSON array: {error}"))
    })?;
    let (mut rows, mut lines) = (Vec::new(), LineCounter::new(file));
    for (number, entry) in (1..).zip(entries) {
        let offset = entry.get().as_ptr().addr() - file.as_ptr().addr();
        let location = Location::Entry { number, line: lines.line_at(offset) };
        match members(entry, columns) {
            Ok(cells) => rows.extend(parse_row(&mut RawRow { columns, location, cells, problems })),
            Err(found) => found.into_iter().for_each(|problem| problems.add(location, problem)),
        }
    }
    Ok(rows)
}

/// The texts of an entry's members, or all problems of its form.
fn members(entry: &RawValue, columns: Columns) -> Result<Vec<String>, Vec<String>> {
    let object = match strict_json::parse(entry.get()) {
        Ok(Json::Object(object)) => object,
        Ok(_) => return Err(vec!["not an object".to_owned()]),
        Err(error) => return Err(vec![without_position(&error)]),
    };
    let unknown = object.names().filter(|name| !columns.all.contains(name));
    let mut problems: Vec<String> =
        unknown.map(|name| format!("{name:?} is not one of {}", columns.all.join(", "))).collect();
    let mut cells = Vec::with_capacity(columns.all.len());
    for column in columns.all {
        match member(object.member(column), columns.lists.contains(column)) {
            Some(text) => cells.push(text),
            None if columns.lists.contains(column) => {
                problems.push(format!("{column}: must be an array of texts or numbers"));
            }
            None => problems.push(format!("{column}: must be a text, a number, true or false")),
        }
    }
    if problems.is_empty() { Ok(cells) } else { Err(problems) }
}

/// Removes the position from the message: it counts within the entry, not the file.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

fn member(value: Option<&Json>, list: bool) -> Option<String> {
    match value {
        None | Some(Json::Null) => Some(String::new()),
        Some(Json::Array(values)) if list => {
            let texts: Option<Vec<String>> = values.iter().map(scalar).collect();
            texts.map(|texts| texts.join(" "))
        }
        Some(value) if !list => scalar(value),
        Some(_) => None,
    }
}

fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(text) | Json::String(text) => Some(text.trim().to_owned()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
