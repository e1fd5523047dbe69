//! A JSON file: an array with an object for each row.

use serde_json::value::RawValue;
use strict_json::{Json, Object};

use super::{Cell, Cells, Columns, FileRows, lines, place_after};
use crate::validation::{Location, Problems, shortened};

/// The rows. Entries of another form are problems.
pub(super) fn read(text: &str, columns: Columns, problems: &mut Problems) -> FileRows {
    let mut rows = FileRows::default();
    if text.trim_start().starts_with('{') {
        problems.add(Location::File, "must be a JSON array of objects, in square brackets");
        return rows;
    }
    let entries: Vec<&RawValue> = match serde_json::from_str(text) {
        Ok(entries) => entries,
        Err(error) => {
            let (line, character) = place(&error, text);
            let location = Location::Line(u64::try_from(line).unwrap_or(u64::MAX));
            let reason = without_position(&error);
            problems.add(location, format!("character {character}: not JSON: {reason}"));
            return rows;
        }
    };
    rows.is_complete = true;
    let mut lines = LineCounter::new(text);
    for (number, entry) in (1..).zip(entries) {
        let offset = entry.get().as_ptr().addr() - text.as_ptr().addr();
        let location = Location::Entry { number, line: lines.line_at(offset) };
        let object = match object(entry) {
            Ok(object) => object,
            Err(problem) => {
                rows.is_complete = false;
                problems.add(location, problem);
                continue;
            }
        };
        let (cells, found) = cells(&object, columns);
        if found.is_empty() && cells.iter().all(Cell::is_blank) {
            rows.blank += 1;
            continue;
        }
        found.into_iter().for_each(|problem| problems.add(location, problem));
        rows.rows.push((location, cells));
    }
    rows
}

/// The line and character of an error. `serde_json` counts line feeds only, and in a line bytes.
fn place(error: &serde_json::Error, text: &str) -> (usize, usize) {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let offset = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    place_after(text.get(..text.floor_char_boundary(offset)).unwrap_or_default())
}

/// Counts lines from one offset of a text to the next.
struct LineCounter<'a> {
    text: &'a str,
    offset: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    const fn new(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    /// The line at an offset. Offsets must not decrease.
    fn line_at(&mut self, offset: usize) -> u64 {
        let passed = self.text.get(self.offset..offset).unwrap_or_default();
        let line_ends = lines(passed).count().saturating_sub(1);
        self.line += u64::try_from(line_ends).unwrap_or_default();
        self.offset = offset.max(self.offset);
        self.line
    }
}

fn object(entry: &RawValue) -> Result<Object, String> {
    match strict_json::parse(entry.get()) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err("not an object".to_owned()),
        Err(error) => Err(without_position(&error)),
    }
}

/// An object's members, and what is wrong with its names and types.
fn cells(object: &Object, columns: Columns) -> (Cells, Vec<String>) {
    let unknown = object.names().filter(|name| !columns.all.contains(name));
    let mut problems: Vec<String> = unknown
        .map(|name| format!("{} is not one of {}", shortened(name), columns.all.join(", ")))
        .collect();
    let mut cells = Vec::with_capacity(columns.all.len());
    for column in columns.all {
        let is_list = columns.lists.contains(column);
        let cell = match object.member(column) {
            None => Cell::Missing,
            Some(value) => member(value, is_list).map_or(Cell::Invalid, Cell::Text),
        };
        if matches!(cell, Cell::Invalid) {
            let expected = match is_list {
                true => "an array of texts or numbers",
                false => "a text, a number, true or false",
            };
            problems.push(format!("{column}: must be {expected}"));
        }
        cells.push(cell);
    }
    (cells, problems)
}

/// Removes the position from the message: it counts within the entry, not the file.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

fn member(value: &Json, list: bool) -> Option<String> {
    match value {
        Json::Null => Some(String::new()),
        Json::Array(values) if list => {
            let texts: Option<Vec<String>> = values.iter().map(scalar).collect();
            texts.map(|texts| texts.join(" "))
        }
        value => scalar(value),
    }
}

fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(text) | Json::String(text) => Some(text.clone()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
