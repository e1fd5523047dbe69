//! A JSON file: an array with an object for each row.

use serde_json::value::RawValue;
use strict_json::Json;

use super::{Columns, FileRows};
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
            let location = Location::Line(u64::try_from(error.line()).unwrap_or(u64::MAX));
            let reason = without_position(&error);
            problems.add(location, format!("character {}: not JSON: {reason}", error.column()));
            return rows;
        }
    };
    let mut lines = LineCounter::new(text);
    for (number, entry) in (1..).zip(entries) {
        let offset = entry.get().as_ptr().addr() - text.as_ptr().addr();
        let location = Location::Entry { number, line: lines.line_at(offset) };
        match members(entry, columns) {
            Ok(cells) if cells.iter().all(|cell| cell.trim().is_empty()) => rows.blank += 1,
            Ok(cells) => rows.rows.push((location, cells)),
            Err(found) => found.into_iter().for_each(|problem| problems.add(location, problem)),
        }
    }
    rows
}

/// Counts lines from one offset of a text to the next.
struct LineCounter<'a> {
    text: &'a [u8],
    offset: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    const fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), offset: 0, line: 1 }
    }

    /// The line at an offset. Offsets must not decrease.
    fn line_at(&mut self, offset: usize) -> u64 {
        let passed = self.text.get(self.offset..offset).unwrap_or_default();
        let newlines = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line += u64::try_from(newlines).unwrap_or_default();
        self.offset = offset.max(self.offset);
        self.line
    }
}

/// The texts of an entry's members, or all problems of its form.
fn members(entry: &RawValue, columns: Columns) -> Result<Vec<String>, Vec<String>> {
    let object = match strict_json::parse(entry.get()) {
        Ok(Json::Object(object)) => object,
        Ok(_) => return Err(vec!["not an object".to_owned()]),
        Err(error) => return Err(vec![without_position(&error)]),
    };
    let unknown = object.names().filter(|name| !columns.all.contains(name));
    let mut problems: Vec<String> = unknown
        .map(|name| format!("{} is not one of {}", shortened(name), columns.all.join(", ")))
        .collect();
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
        Some(value) => scalar(value),
    }
}

fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(text) | Json::String(text) => Some(text.clone()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
