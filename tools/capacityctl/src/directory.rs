//! The directory as a CSV file: its rows, each valid by itself.
//!
//! How rows hang together is the matter of `hierarchy`; nothing here reads a table.

use csv::{ByteRecord, ReaderBuilder, StringRecord, Trim};
use shared::domain::ServiceId;

use crate::refusal::{Place, Problems, Refusal};

/// The only header that is accepted, column by column.
pub const HEADER: [&str; 8] =
    ["id", "name", "typeId", "parentId", "town", "postcode", "odsCode", "active"];

/// What the directory says of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line on which the row starts, counted from 1.
    pub line: u64,
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

/// Reads a directory file. White space around a field does not count.
///
/// # Errors
///
/// Every line that is no valid row, and every id that stands on more than one line.
pub fn parse(file: &[u8]) -> Result<Vec<Row>, Refusal> {
    let mut records = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::Fields)
        .from_reader(file)
        .into_byte_records();
    let header = records.next().transpose().ok().flatten();
    if header.is_none_or(|header| header != *HEADER.as_slice()) {
        return Err(Refusal::because(
            Place::Line(1),
            format!("the header must be {}", HEADER.join(",")),
        ));
    }
    let mut problems = Problems::default();
    let rows: Vec<Row> =
        records.flatten().filter_map(|record| row(file, record, &mut problems)).collect();
    note_duplicates(&rows, &mut problems);
    problems.none_or_refuse(rows)
}

fn row(file: &[u8], record: ByteRecord, problems: &mut Problems) -> Option<Row> {
    let line = line_of(file, &record);
    let place = Place::Line(line);
    let Ok(record) = StringRecord::from_byte_record(record) else {
        problems.note(place, "not UTF-8 text");
        return None;
    };
    if record.len() != HEADER.len() {
        problems.note(place, format!("{} columns instead of {}", record.len(), HEADER.len()));
        return None;
    }
    let mut fields = Fields { record: &record, place, problems };
    let id = fields.parsed("id", service_id);
    let name = fields.parsed("name", |text| optional(text).ok_or("missing"));
    let type_id = fields.parsed("typeId", digits);
    let parent = fields.parsed("parentId", |text| match text {
        "" => Ok(None),
        text => service_id(text).map(Some),
    });
    let active = fields.parsed("active", boolean);
    Some(Row {
        line,
        id: id?,
        name: name?,
        type_id: type_id?,
        parent: parent?,
        town: optional(fields.text("town")),
        postcode: optional(fields.text("postcode")),
        ods_code: optional(fields.text("odsCode")),
        active: active?,
    })
}

/// The record's line: `csv` counts one short after a CRLF or an empty line, so it is counted here.
fn line_of(file: &[u8], record: &ByteRecord) -> u64 {
    let start = record
        .position()
        .map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
    let (before, rest) = file.split_at_checked(start).unwrap_or((file, &[]));
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let newlines = before.iter().chain(skipped).filter(|byte| **byte == b'\n').count();
    u64::try_from(newlines).unwrap_or(u64::MAX).saturating_add(1)
}

struct Fields<'a> {
    record: &'a StringRecord,
    place: Place,
    problems: &'a mut Problems,
}

impl Fields<'_> {
    fn text(&self, column: &str) -> &str {
        let index = HEADER.iter().position(|name| *name == column);
        index.and_then(|index| self.record.get(index)).unwrap_or_default()
    }

    fn parsed<T>(
        &mut self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let parsed = parse(self.text(column));
        parsed
            .map_err(|expected| self.problems.note(self.place, format!("{column}: {expected}")))
            .ok()
    }
}

fn service_id(text: &str) -> Result<ServiceId, &'static str> {
    text.parse().map_err(|_| "not 1 to 18 digits without a leading zero")
}

fn digits(text: &str) -> Result<u64, &'static str> {
    let plain = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten().ok_or("not 1 to 18 digits")
}

fn boolean(text: &str) -> Result<bool, &'static str> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("neither true nor false"),
    }
}

fn optional(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn note_duplicates(rows: &[Row], problems: &mut Problems) {
    let mut first = std::collections::HashMap::new();
    for row in rows {
        let line = *first.entry(row.id).or_insert(row.line);
        if line != row.line {
            problems.note(
                Place::Line(row.line),
                format!("service {} is already on line {line}", row.id),
            );
        }
    }
}
