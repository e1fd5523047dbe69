//! Answers as CSV (RFC 4180), for those who ask for it by `Accept`. No cell is a formula to a spreadsheet.

use lambda_http::http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, CONTENT_TYPE, VARY},
};
use serde::Serialize;

use super::{Problem, Response, file::weight, json_ok};
use crate::domain::formula;

/// A table: its lines, the header first.
pub type Table = Vec<Vec<String>>;

/// The answer as CSV if the client prefers it, else as JSON.
///
/// # Errors
/// [`Problem::Internal`] if it cannot be written as JSON.
pub fn json_or_csv(
    headers: &HeaderMap,
    json: &impl Serialize,
    csv: impl FnOnce() -> Table,
) -> Result<Response, Problem> {
    let mut response = if prefers_csv(headers) { csv_response(&csv()) } else { json_ok(json)? };
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

fn csv_response(table: &Table) -> Response {
    let mut text = String::new();
    for line in table {
        let cells: Vec<String> = line.iter().map(|value| cell(value)).collect();
        text += &cells.join(",");
        text += "\r\n";
    }
    let mut response = Response::new(text.into());
    let csv_type = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
    response.headers_mut().insert(CONTENT_TYPE, csv_type);
    response
}

fn cell(value: &str) -> String {
    let value = formula::neutralised(value);
    if value.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value
    }
}

/// Whether the client gives `text/csv` a greater weight than `application/json` (RFC 9110, 12.5.1).
fn prefers_csv(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<&str> = values.flat_map(|value| value.split(',')).collect();
    let named = |wanted: &str| {
        ranges.iter().find_map(|range| {
            let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
            name.trim().eq_ignore_ascii_case(wanted).then(|| weight(parameters))
        })
    };
    // The most specific range of each counts.
    let best = |names: [&str; 3]| names.into_iter().find_map(named).unwrap_or_default();
    best(["text/csv", "text/*", "*/*"]) > best(["application/json", "application/*", "*/*"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefers(values: &[&'static str]) -> bool {
        let values = values.iter().map(|value| (ACCEPT, HeaderValue::from_static(value)));
        prefers_csv(&values.collect())
    }

    #[test]
    fn csv_is_for_those_who_prefer_it() {
        for csv in [
            &["text/csv"][..],
            &["Text/CSV; charset=utf-8"],
            &["text/csv, */*;q=0.1"],
            &["application/json;q=0.5", "text/csv;q=0.6"],
            &["text/*"],
            &["*/*, application/json;q=0"],
        ] {
            assert!(prefers(csv), "{csv:?}");
        }
        for json in [
            &[][..],
            &["*/*"],
            &["application/json"],
            &["text/csv, application/json"],
            &["text/csv;q=0"],
            &["text/html, application/xhtml+xml, */*;q=0.8"],
            &["text/csv-schema"],
            &[""],
        ] {
            assert!(!prefers(json), "{json:?}");
        }
    }

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        for (value, expected) in [
            ("Ward 7", "Ward 7"),
            ("Pharmacy, High Street", "\"Pharmacy, High Street\""),
            ("The \"Hub\"", "\"The \"\"Hub\"\"\""),
            ("=1+1", "'=1+1"),
            ("@SUM(A1,A2)", "\"'@SUM(A1,A2)\""),
            ("'=1", "''=1"),
        ] {
            assert_eq!(cell(value), expected);
        }
    }
}
