//! Cells of a CSV file that a spreadsheet would take for formulas and run. An apostrophe in front makes them texts.

/// What a cell that a spreadsheet runs begins with, in the widths of Latin and of East Asian scripts.
const FIRST: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The cell for a value.
#[must_use]
pub fn neutralised(value: &str) -> String {
    if is_formula(value) { format!("'{value}") } else { value.to_owned() }
}

/// The value of a cell. Undoes [`neutralised`] and leaves everything else as it is.
#[must_use]
pub fn restored(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|value| is_formula(value)).unwrap_or(cell)
}

/// Also if it already has apostrophes in front: otherwise such a value would lose one.
fn is_formula(value: &str) -> bool {
    value.trim_start_matches('\'').starts_with(FIRST)
}
