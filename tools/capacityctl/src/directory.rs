//! The directory as a file, CSV or JSON: its rows, each valid by itself.
//!
//! How rows hang together is the matter of `hierarchy`; nothing here reads a table.

use std::collections::HashMap;

use shared::domain::ServiceId;

use crate::{
    records::{self, Columns, Record},
    refusal::{Place, Problems, Refusal},
};

/// The columns of a CSV file, and the members of a JSON array's entries.
pub const COLUMNS: [&str; 8] =
    ["id", "name", "typeId", "parentId", "town", "postcode", "odsCode", "active"];

/// What the directory says of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where the row starts in its file.
    pub place: Place,
    /// Which service.
    pub id: ServiceId,
    /// What people call it.
    pub name: String,
    /// The kind of service, as the directory numbers them.
    pub type_id: u64,
    /// The service above it; none for a region.
    pub parent: Option<ServiceId>,
    /// The town, where known.
    pub town: Option<String>,
    /// The postcode, where known.
    pub postcode: Option<String>,
    /// The Organisation Data Service's code, where known.
    pub ods_code: Option<String>,
    /// Whether the service is in use.
    pub active: bool,
}

/// Reads a directory file.
///
/// # Errors
///
/// Every line that is no valid row, and every id that stands on more than one line.
pub fn parse(file: &[u8]) -> Result<Vec<Row>, Refusal> {
    let mut problems = Problems::default();
    let columns = Columns { all: &COLUMNS, lists: &[] };
    let rows = records::read(file, columns, &mut problems, row)?;
    note_duplicates(&rows, &mut problems);
    problems.none_or_refuse(rows)
}

fn row(record: &mut Record<'_>) -> Option<Row> {
    let id = record.parsed("id", service_id);
    let name = record
        .parsed("name", |text| if text.is_empty() { Err("missing") } else { Ok(text.to_owned()) });
    let type_id = record.parsed("typeId", digits);
    let parent = record.parsed("parentId", |text| match text {
        "" => Ok(None),
        text => service_id(text).map(Some),
    });
    let active = record.parsed("active", boolean);
    Some(Row {
        place: record.place,
        id: id?,
        name: name?,
        type_id: type_id?,
        parent: parent?,
        town: record.optional("town"),
        postcode: record.optional("postcode"),
        ods_code: record.optional("odsCode"),
        active: active?,
    })
}

pub(crate) fn service_id(text: &str) -> Result<ServiceId, &'static str> {
    text.parse().map_err(|_| "not 1 to 18 digits without a leading zero")
}

fn digits(text: &str) -> Result<u64, &'static str> {
    let plain = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten().ok_or("not 1 to 18 digits")
}

/// Also as PostgreSQL writes it.
pub(crate) fn boolean(text: &str) -> Result<bool, &'static str> {
    match text {
        "true" | "t" => Ok(true),
        "false" | "f" => Ok(false),
        _ => Err("neither true nor false"),
    }
}

fn note_duplicates(rows: &[Row], problems: &mut Problems) {
    let mut first = HashMap::new();
    for row in rows {
        let place = *first.entry(row.id).or_insert(row.place);
        if place != row.place {
            problems.note(row.place, format!("service {} is already on {place}", row.id));
        }
    }
}
