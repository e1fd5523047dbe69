//! A services file, CSV or JSON: parses and validates each row by itself.
//!
//! Pure. `hierarchy` checks how rows belong together.

use std::collections::HashMap;

use shared::domain::ServiceId;

use crate::{
    file_rows::{self, Columns, RawRow},
    validation::{Location, Problems, ValidationError},
};

/// The columns of a CSV file and the members of a JSON entry.
pub const COLUMNS: [&str; 8] =
    ["id", "name", "typeId", "parentId", "town", "postcode", "odsCode", "active"];

/// A service as the directory describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRow {
    /// Where the row starts in the file.
    pub location: Location,
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// The directory's number for this type of service.
    pub type_id: u64,
    /// Its parent; `None` for a region.
    pub parent: Option<ServiceId>,
    /// Its town, if known.
    pub town: Option<String>,
    /// Its postcode, if known.
    pub postcode: Option<String>,
    /// Its code of the Organisation Data Service, if known.
    pub ods_code: Option<String>,
    /// Whether it is active: the API answers 404 for an inactive service.
    pub active: bool,
}

/// Parses a services file.
///
/// # Errors
///
/// Every invalid row and every repeated id.
pub fn parse(file: &[u8]) -> Result<Vec<ServiceRow>, ValidationError> {
    let mut problems = Problems::default();
    let columns = Columns { all: &COLUMNS, lists: &[] };
    let rows = file_rows::read(file, columns, &mut problems, row)?;
    add_duplicates(&rows, &mut problems);
    problems.into_result(rows)
}

fn row(raw: &mut RawRow<'_>) -> Option<ServiceRow> {
    let id = raw.parse("id", service_id);
    let name = raw
        .parse("name", |text| if text.is_empty() { Err("missing") } else { Ok(text.to_owned()) });
    let type_id = raw.parse("typeId", digits);
    let parent = raw.parse("parentId", |text| match text {
        "" => Ok(None),
        text => service_id(text).map(Some),
    });
    let active = raw.parse("active", boolean);
    Some(ServiceRow {
        location: raw.location,
        id: id?,
        name: name?,
        type_id: type_id?,
        parent: parent?,
        town: raw.optional("town"),
        postcode: raw.optional("postcode"),
        ods_code: raw.optional("odsCode"),
        active: active?,
    })
}

pub(crate) fn service_id(text: &str) -> Result<ServiceId, &'static str> {
    text.parse().map_err(|_| "must be 1 to 18 digits without a leading zero")
}

fn digits(text: &str) -> Result<u64, &'static str> {
    let valid = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| text.parse().ok()).flatten().ok_or("must be 1 to 18 digits")
}

/// Accepts PostgreSQL's `t` and `f` too.
pub(crate) fn boolean(text: &str) -> Result<bool, &'static str> {
    match text {
        "true" | "t" => Ok(true),
        "false" | "f" => Ok(false),
        _ => Err("must be true or false"),
    }
}

fn add_duplicates(rows: &[ServiceRow], problems: &mut Problems) {
    let mut first = HashMap::new();
    for row in rows {
        let location = *first.entry(row.id).or_insert(row.location);
        if location != row.location {
            problems.add(row.location, format!("service {} is already on {location}", row.id));
        }
    }
}
