//! A file of records, CSV or JSON: each a text for every column. What the texts mean is the matter of
//! `directory` and `user_file`.

use csv::{ByteRecord, ReaderBuilder, StringRecord, Trim};
use serde_json::value::RawValue;
use shared::json::{self, Json};

use crate::refusal::{Place, Problems, Refusal};

/// The columns of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    /// All of them, in the order of a CSV file's header.
    pub(crate) all: &'static [&'static str],
    /// Those of several values: separated by white space in CSV, an array in JSON.
    pub(crate) lists: &'static [&'static str],
}

/// One record, with what is wrong with it going to the file's problems.
pub(crate) struct Record<'a> {
    columns: Columns,
    /// Where it starts in the file.
    pub(crate) place: Place,
    cells: Vec<String>,
    problems: &'a mut Problems,
}

impl Record<'_> {
    /// The column's text; empty where there is none.
    pub(crate) fn text(&self, column: &str) -> &str {
        let index = self.columns.all.iter().position(|name| *name == column);
        index.and_then(|index| self.cells.get(index)).map_or("", String::as_str)
    }

    /// The column's text, if there is any.
    pub(crate) fn optional(&self, column: &str) -> Option<String> {
        Some(self.text(column)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// What the column's text says.
    pub(crate) fn parsed<T>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let parsed = parse(self.text(column));
        parsed.map_err(|expected| self.note(format!("{column}: {expected}"))).ok()
    }

    /// What each of the column's values says.
    pub(crate) fn each<T: Ord>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> std::collections::BTreeSet<T> {
        let text = self.text(column).to_owned();
        let parsed = text.split_whitespace().map(parse).filter_map(|parsed| {
            parsed.map_err(|problem| self.note(format!("{column}: {problem}"))).ok()
        });
        parsed.collect()
    }

    /// Notes what is wrong with the record.
    pub(crate) fn note(&mut self, problem: impl Into<String>) {
        self.problems.note(self.place, problem);
    }
}

/// Reads a file: JSON if it begins with a bracket, else CSV. White space around a text does not
/// count. What `row` makes of each record comes back, and what is wrong with any goes to `problems`.
///
/// # Errors
///
/// Neither a JSON array nor a CSV file with this header.
pub(crate) fn read<T>(
    file: &[u8],
    columns: Columns,
    problems: &mut Problems,
    row: impl FnMut(&mut Record<'_>) -> Option<T>,
) -> Result<Vec<T>, Refusal> {
    match file.trim_ascii_start().first() {
        Some(b'[' | b'{') => read_json(file, columns, problems, row),
        _ => read_csv(file, columns, problems, row),
    }
}

fn read_csv<T>(
    file: &[u8],
    columns: Columns,
    problems: &mut Problems,
    mut row: impl FnMut(&mut Record<'_>) -> Option<T>,
) -> Result<Vec<T>, Refusal> {
    let mut records = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::Fields)
        .from_reader(file)
        .into_byte_records();
    let header = records.next().transpose().ok().flatten();
    if header.is_none_or(|header| header != *columns.all) {
        let text = format!("the header must be {}", columns.all.join(","));
        return Err(Refusal::because(Place::Line(1), text));
    }
    let (mut rows, mut lines) = (Vec::new(), Lines::of(file));
    for record in records.flatten() {
        let place = Place::Line(lines.of_record(&record));
        match cells(record, columns) {
            Ok(cells) => rows.extend(row(&mut Record { columns, place, cells, problems })),
            Err(problem) => problems.note(place, problem),
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

/// Counts lines from one place of a file to the next.
struct Lines<'a> {
    file: &'a [u8],
    offset: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    const fn of(file: &'a [u8]) -> Self {
        Self { file, offset: 0, line: 1 }
    }

    /// The line of the byte at an offset that is not before the last one.
    fn at(&mut self, offset: usize) -> u64 {
        let passed = self.file.get(self.offset..offset).unwrap_or_default();
        let newlines = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line += u64::try_from(newlines).unwrap_or_default();
        self.offset = offset.max(self.offset);
        self.line
    }

    /// The record's line: `csv` counts one short after a CRLF or an empty line.
    fn of_record(&mut self, record: &ByteRecord) -> u64 {
        let byte = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        let rest = self.file.get(start..).unwrap_or_default();
        let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.at(start.saturating_add(skipped))
    }
}

fn read_json<T>(
    file: &[u8],
    columns: Columns,
    problems: &mut Problems,
    mut row: impl FnMut(&mut Record<'_>) -> Option<T>,
) -> Result<Vec<T>, Refusal> {
    let entries: Vec<&RawValue> = serde_json::from_slice(file)
        .map_err(|error| Refusal::because(Place::File, format!("not a JSON array: {error}")))?;
    let (mut rows, mut lines) = (Vec::new(), Lines::of(file));
    for (number, entry) in (1..).zip(entries) {
        let offset = entry.get().as_ptr().addr() - file.as_ptr().addr();
        let place = Place::Entry { number, line: lines.at(offset) };
        match members(entry, columns) {
            Ok(cells) => rows.extend(row(&mut Record { columns, place, cells, problems })),
            Err(found) => found.into_iter().for_each(|problem| problems.note(place, problem)),
        }
    }
    Ok(rows)
}

/// The texts of an entry's members, or all that is wrong with its form.
fn members(entry: &RawValue, columns: Columns) -> Result<Vec<String>, Vec<String>> {
    let object = match json::parse(entry.get()) {
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
                problems.push(format!("{column}: not an array of texts or numbers"));
            }
            None => problems.push(format!("{column}: not a text, a number, true or false")),
        }
    }
    if problems.is_empty() { Ok(cells) } else { Err(problems) }
}

/// The position is that within the entry, which would mislead.
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
