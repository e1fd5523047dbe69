//! A CSV file (RFC 4180) with a header: one line a row.

use csv::{ReaderBuilder, StringRecord, Terminator};

use super::{Cells, Columns, quotes};
use crate::validation::{Location, Problems, shortened};

/// The rows. Skips lines without any text: spreadsheets write lines of commas only.
pub(super) fn read(text: &str, columns: Columns, problems: &mut Problems) -> Vec<Cells> {
    let Some(records) = records(text, problems) else { return Vec::new() };
    let mut records = records.into_iter();
    let (line, header) = records.next().unwrap_or((Location::Line(1), StringRecord::new()));
    let (width, positions) = match positions(&header, columns) {
        Ok(positions) => (used(&header), positions),
        Err(found) => {
            found.into_iter().for_each(|problem| problems.add(line, problem));
            return Vec::new();
        }
    };
    let mut rows = Vec::new();
    for (location, record) in records {
        match used(&record) {
            0 => {}
            used if used > width => add_width_problem(location, used, width, problems),
            _ if record.len() < width => {
                add_width_problem(location, record.len(), width, problems);
            }
            _ => {
                let cells = positions.iter().map(|position| record.get(*position));
                rows.push((location, cells.map(|cell| cell.unwrap_or("").to_owned()).collect()));
            }
        }
    }
    rows
}

fn add_width_problem(location: Location, found: usize, width: usize, problems: &mut Problems) {
    problems.add(location, format!("{found} columns instead of {width}"));
}

/// The lines with text. Lines with misplaced quotation marks are problems; `None` if the header is one.
fn records(text: &str, problems: &mut Problems) -> Option<Vec<(Location, StringRecord)>> {
    // Old spreadsheets for the Mac end lines with CR alone.
    let end = if text.contains('\n') { '\n' } else { '\r' };
    let (mut lines, mut valid) = (Vec::new(), String::with_capacity(text.len()));
    for (number, line) in (1..).map(Location::Line).zip(text.split(end)) {
        let line = line.trim_end_matches('\r');
        if line.trim().is_empty() {
            continue;
        }
        match quotes::check(line) {
            Ok(()) => {
                valid.push_str(line);
                valid.push('\n');
                lines.push(number);
            }
            Err(problem) => {
                problems.add(number, problem);
                if lines.is_empty() {
                    return None;
                }
            }
        }
    }
    let mut reader = ReaderBuilder::new();
    reader.has_headers(false).flexible(true).terminator(Terminator::Any(b'\n'));
    let records = reader.from_reader(valid.as_bytes()).into_records().flatten();
    Some(lines.into_iter().zip(records).collect())
}

/// How many cells there are up to the last one with text.
fn used(record: &StringRecord) -> usize {
    let blank = record.iter().rev().take_while(|cell| cell.trim().is_empty()).count();
    record.len() - blank
}

/// The position of each column in the file.
///
/// # Errors
///
/// Everything that is wrong with the header.
fn positions(header: &StringRecord, columns: Columns) -> Result<Vec<usize>, Vec<String>> {
    let names: Vec<&str> = header.iter().take(used(header)).map(str::trim).collect();
    if let [name] = names.as_slice()
        && name.contains([';', '\t'])
    {
        return Err(vec!["the columns must be separated by commas".to_owned()]);
    }
    let mut problems = Vec::new();
    for (position, name) in names.iter().enumerate() {
        if !columns.all.contains(name) {
            problems.push(format!("unknown column {}", shortened(name)));
        } else if names.iter().take(position).any(|earlier| earlier == name) {
            problems.push(format!("the column {name} is there twice"));
        }
    }
    let position = |column: &&str| names.iter().position(|name| name == column);
    let missing: Vec<&str> =
        columns.all.iter().copied().filter(|column| position(column).is_none()).collect();
    if !missing.is_empty() {
        problems.push(format!("the header must also have {}", missing.join(", ")));
    }
    let positions = columns.all.iter().filter_map(position).collect();
    if problems.is_empty() { Ok(positions) } else { Err(problems) }
}
