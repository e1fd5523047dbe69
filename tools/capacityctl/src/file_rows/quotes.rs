//! Whether the quotation marks of a CSV line follow RFC 4180. The `csv` crate accepts all of what is refused
//! here, and then stores something else than what was meant.

use std::iter::Peekable;

/// Checks the quotation marks of one line. No value of our files has a line break, so that a quotation mark that
/// is not closed on its line is an error.
///
/// # Errors
///
/// The first misplaced quotation mark, with its place in the line.
pub(super) fn check(line: &str) -> Result<(), String> {
    let mut characters = (1..).zip(line.chars()).peekable();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => end_of_quoted(place, &mut characters)?,
            ',' => {}
            _ => end_of_unquoted(&mut characters)?,
        }
    }
    Ok(())
}

type Characters<'a> = Peekable<std::iter::Zip<std::ops::RangeFrom<usize>, std::str::Chars<'a>>>;

/// Passes over the rest of a value in quotation marks and the comma behind it.
fn end_of_quoted(start: usize, characters: &mut Characters<'_>) -> Result<(), String> {
    while let Some((place, character)) = characters.next() {
        if character != '"' {
            continue;
        }
        match characters.next() {
            Some((_, '"')) => {}
            None | Some((_, ',')) => return Ok(()),
            Some(_) => {
                return Err(format!(
                    "text follows the closing quotation mark at character {place}: inside quotation marks, write \
                     each quotation mark twice"
                ));
            }
        }
    }
    Err(format!(
        "the quotation mark at character {start} is not closed on this line: a value cannot contain a line break"
    ))
}

/// Passes over the rest of a value without quotation marks and the comma behind it.
fn end_of_unquoted(characters: &mut Characters<'_>) -> Result<(), String> {
    match characters.find(|(_, character)| matches!(character, '"' | ',')) {
        Some((place, '"')) => Err(format!(
            "the quotation mark at character {place} is inside a value that does not begin with one: put the value \
             in quotation marks and write this one twice"
        )),
        _ => Ok(()),
    }
}
