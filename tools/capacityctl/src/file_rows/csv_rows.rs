//! A CSV file (RFC 4180) with a header: one line a row.

use shared::domain::formula;

use super::{
    Cell, Cells, Columns, FileRows,
    csv_line::{self, Mistake, QuoteError},
    lines,
};
use crate::validation::{Location, Problems, shortened};

/// The rows.
pub(super) fn read(text: &str, columns: Columns, problems: &mut Problems) -> FileRows {
    let lines = lines(text).map(csv_line::cells);
    let mut lines = (1..).map(Location::Line).zip(lines).filter(is_not_empty);
    let (location, line) = lines.find(has_text).unwrap_or((Location::Line(1), Ok(Vec::new())));
    let header = line.map_err(|error| vec![error.to_string()]);
    let header = match header.and_then(|cells| Header::parse(&cells, columns)) {
        Ok(header) => header,
        Err(found) => {
            found.into_iter().for_each(|problem| problems.add(location, problem));
            return FileRows::default();
        }
    };
    let rows = FileRows { is_complete: true, ..FileRows::default() };
    let mut reader = Reader { header, rows, is_in_value: false };
    for (location, line) in lines {
        if let Err(problem) = reader.add(location, line) {
            reader.rows.is_complete = false;
            problems.add(location, problem);
        }
    }
    reader.rows
}

type Line = (Location, Result<Vec<String>, QuoteError>);

/// Spreadsheets end a file with empty lines.
fn is_not_empty((_, line): &Line) -> bool {
    !matches!(line.as_deref(), Ok([cell]) if cell.trim().is_empty())
}

fn has_text((_, line): &Line) -> bool {
    !matches!(line, Ok(cells) if used(cells) == 0)
}

/// Where the file has the columns.
struct Header {
    /// In the order of the file.
    names: Vec<&'static str>,
    /// For each column, in the order of [`Columns::all`], its position in the file if it has it.
    positions: Vec<Option<usize>>,
}

impl Header {
    /// # Errors
    ///
    /// Everything that is wrong with it.
    fn parse(cells: &[String], columns: Columns) -> Result<Self, Vec<String>> {
        let cells: Vec<&str> = cells.iter().take(used(cells)).map(|cell| cell.trim()).collect();
        if let [name] = cells.as_slice() {
            for (separator, names) in [(';', "semicolons"), ('\t', "tabs")] {
                if name.contains(separator) {
                    return Err(vec![format!(
                        "columns must be separated by commas, not by {names}"
                    )]);
                }
            }
        }
        let (mut names, mut problems) = (Vec::new(), Vec::new());
        for (number, cell) in (1..).zip(cells) {
            match columns.all.iter().find(|name| **name == cell) {
                Some(name) if names.contains(name) => {
                    problems.push(format!("column {number}: {name} is there twice"));
                }
                Some(name) => names.push(*name),
                None if cell.is_empty() => problems.push(format!("column {number} has no name")),
                None => problems.push(format!("column {number}: {} is unknown", shortened(cell))),
            }
        }
        let position = |column: &&str| names.iter().position(|name| name == column);
        let required = columns.all.iter().filter(|column| !columns.optional.contains(column));
        let missing: Vec<&str> =
            required.copied().filter(|column| position(column).is_none()).collect();
        if !missing.is_empty() {
            problems.push(format!("the header lacks {}", missing.join(", ")));
        }
        let positions = columns.all.iter().map(position).collect();
        if problems.is_empty() { Ok(Self { names, positions }) } else { Err(problems) }
    }

    /// The texts of a line, in the order of [`Columns::all`].
    ///
    /// # Errors
    ///
    /// The line has too few or too many columns.
    fn texts(&self, cells: &[String]) -> Result<Cells, String> {
        let (found, width) = (cells.len(), self.names.len());
        if found < width {
            return Err(format!(
                "{}: this line ends after column {found} of {width}: if nothing is cut off, add a comma for each \
                 empty value; a spreadsheet writes all commas if the last column is never empty",
                self.name(found)
            ));
        }
        let used = used(cells);
        if used > width {
            return Err(format!(
                "{}: this line has {used} columns instead of {width}; put a value that has a comma in quotation marks",
                self.name(width)
            ));
        }
        let cell = |position: &Option<usize>| match position.and_then(|index| cells.get(index)) {
            Some(cell) => Cell::Text(formula::restored(cell.trim()).to_owned()),
            None => Cell::Missing,
        };
        Ok(self.positions.iter().map(cell).collect())
    }

    /// The name of a column, or its number if it has none.
    fn name(&self, position: usize) -> String {
        let name = self.names.get(position).map(|name| (*name).to_owned());
        name.unwrap_or_else(|| format!("column {}", position + 1))
    }
}

/// Reads lines below a header.
struct Reader {
    header: Header,
    rows: FileRows,
    /// Whether the line seems to be in a value that an earlier line began with a quotation mark.
    is_in_value: bool,
}

impl Reader {
    /// Adds a line.
    ///
    /// # Errors
    ///
    /// What is wrong with it, unless the line seems to belong to a value that an earlier line began.
    fn add(
        &mut self,
        location: Location,
        line: Result<Vec<String>, QuoteError>,
    ) -> Result<(), String> {
        let texts = match &line {
            Ok(cells) if used(cells) == 0 => {
                self.rows.blank += 1;
                return Ok(());
            }
            Ok(cells) => self.header.texts(cells),
            Err(error) => Err(format!("{}: {error}", self.header.name(error.cell))),
        };
        // A quotation mark that begins a line may as well close a value.
        let begins_value =
            line.is_err_and(|error| error.mistake == Mistake::NotClosed && error.character > 1);
        match texts {
            Err(_) if self.is_in_value && !begins_value => Ok(()),
            Err(problem) => {
                self.is_in_value = begins_value;
                Err(problem)
            }
            Ok(texts) => {
                self.is_in_value = false;
                self.rows.rows.push((location, texts));
                Ok(())
            }
        }
    }
}

/// How many cells there are up to the last one with text.
fn used(cells: &[String]) -> usize {
    let blank = cells.iter().rev().take_while(|cell| cell.trim().is_empty()).count();
    cells.len() - blank
}
