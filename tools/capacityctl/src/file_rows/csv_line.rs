//! One line of a CSV file, as RFC 4180 has it. The crate `csv` also takes misplaced quotation marks, and then reads
//! something else than was meant. No value of our files has a line break, so each line stands by itself.

use std::{fmt, iter::Zip, ops::RangeFrom, str::Chars};

/// A misplaced quotation mark.
#[derive(Debug)]
pub(super) struct QuoteError {
    /// In which cell of the line, counted from 0.
    pub(super) cell: usize,
    /// Its place in the line, in characters counted from 1.
    pub(super) character: usize,
    pub(super) mistake: Mistake,
}

/// What is wrong with a quotation mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    NotClosed,
    TextBehind,
    InsideValue,
}

impl fmt::Display for QuoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let character = self.character;
        match self.mistake {
            Mistake::NotClosed => write!(
                f,
                "the quotation mark at character {character} is not closed on this line: a value cannot contain a \
                 line break"
            ),
            Mistake::TextBehind => write!(
                f,
                "text follows the closing quotation mark at character {character}: inside quotation marks, write \
                 each quotation mark twice"
            ),
            Mistake::InsideValue => write!(
                f,
                "the quotation mark at character {character} is inside a value that does not begin with one: put the \
                 value in quotation marks and write this one twice"
            ),
        }
    }
}

/// The characters of a line, counted from 1.
type Characters<'a> = Zip<RangeFrom<usize>, Chars<'a>>;

/// The cells of a line.
///
/// # Errors
///
/// The first misplaced quotation mark.
pub(super) fn cells(line: &str) -> Result<Vec<String>, QuoteError> {
    let mut cells = Vec::new();
    let mut rest = (1..).zip(line.chars());
    loop {
        let (text, end) = cell(&mut rest).map_err(|(character, mistake)| QuoteError {
            cell: cells.len(),
            character,
            mistake,
        })?;
        cells.push(text);
        if end == End::Line {
            return Ok(cells);
        }
    }
}

/// What ends a cell.
#[derive(PartialEq, Eq)]
enum End {
    Comma,
    Line,
}

/// The next cell. Passes over the comma behind it.
fn cell(rest: &mut Characters<'_>) -> Result<(String, End), (usize, Mistake)> {
    let mut text = String::new();
    while let Some((place, character)) = rest.next() {
        match character {
            ',' => return Ok((text, End::Comma)),
            '"' if text.is_empty() => return quoted(place, rest),
            '"' => return Err((place, Mistake::InsideValue)),
            _ => text.push(character),
        }
    }
    Ok((text, End::Line))
}

/// The rest of a cell in quotation marks.
fn quoted(start: usize, rest: &mut Characters<'_>) -> Result<(String, End), (usize, Mistake)> {
    let mut text = String::new();
    while let Some((place, character)) = rest.next() {
        if character != '"' {
            text.push(character);
            continue;
        }
        match rest.next() {
            Some((_, '"')) => text.push('"'),
            Some((_, ',')) => return Ok((text, End::Comma)),
            None => return Ok((text, End::Line)),
            Some(_) => return Err((place, Mistake::TextBehind)),
        }
    }
    Err((start, Mistake::NotClosed))
}
