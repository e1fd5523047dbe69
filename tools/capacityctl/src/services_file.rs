//! A services file, CSV or JSON: parses and validates each row by itself.
//!
//! Pure. `hierarchy` checks how rows belong together.

use std::collections::HashMap;

use shared::domain::{Minutes, ServiceId, limits};

use crate::{
    file_rows::{self, Columns, OptionalColumn, RawRow},
    text_rules,
    validation::{Location, Problems, ValidationError},
};

/// The columns of a CSV file and the members of a JSON entry. The last is never empty, so a spreadsheet writes all commas
/// of each line.
pub const COLUMNS: [&str; 10] = [
    "id",
    "name",
    "typeId",
    "parentId",
    "town",
    "postcode",
    "odsCode",
    "phone",
    "reviewAfterMinutes",
    "active",
];
/// Columns that a file may lack: then what is stored stays.
pub const OPTIONAL_COLUMNS: [&str; 2] = ["phone", "reviewAfterMinutes"];

/// The columns of texts that may be missing, and the most characters of each.
const OPTIONAL_TEXTS: [(&str, usize); 3] = [
    ("town", limits::MAX_TOWN_CHARS),
    ("postcode", limits::MAX_POSTCODE_CHARS),
    ("odsCode", limits::MAX_ODS_CODE_CHARS),
];

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
    /// Whom a professional rings when the status is not known.
    pub phone: OptionalColumn<String>,
    /// After how many minutes its status is due for review.
    pub review_after: OptionalColumn<Minutes>,
    /// Whether it is active: the API answers 404 for an inactive service.
    pub active: bool,
}

/// A services file after each row was checked by itself.
#[derive(Debug, Default)]
pub struct ServicesFile {
    /// The valid rows.
    pub(crate) rows: Vec<ServiceRow>,
    /// Where each id is first, also those of invalid rows.
    pub(crate) ids: HashMap<ServiceId, Location>,
    /// How many rows without any value were left out.
    pub(crate) blank: usize,
    /// Whether the id of every other row is known.
    pub(crate) has_all_ids: bool,
    /// What is wrong with the other rows.
    pub(crate) problems: Problems,
}

/// Rows that are valid by themselves.
impl From<Vec<ServiceRow>> for ServicesFile {
    fn from(rows: Vec<ServiceRow>) -> Self {
        let ids = rows.iter().map(|row| (row.id, row.location)).collect();
        Self { rows, ids, blank: 0, has_all_ids: true, problems: Problems::default() }
    }
}

/// Reads a services file.
pub(crate) fn read(file: &[u8]) -> ServicesFile {
    let ServicesFile { mut ids, mut problems, .. } = ServicesFile::default();
    let (columns, mut unknown_ids) =
        (Columns { all: &COLUMNS, optional: &OPTIONAL_COLUMNS, lists: &[] }, 0_usize);
    let parsed = file_rows::read(file, columns, &mut problems, |raw| {
        let id = raw.parse("id", service_id);
        unknown_ids += usize::from(id.is_none());
        row(raw, id, &mut ids)
    });
    let has_all_ids = parsed.is_complete && unknown_ids == 0;
    ServicesFile { rows: parsed.rows, ids, blank: parsed.blank, has_all_ids, problems }
}

/// Parses a services file.
///
/// # Errors
///
/// Every invalid row and every repeated id.
pub fn parse(file: &[u8]) -> Result<Vec<ServiceRow>, ValidationError> {
    let ServicesFile { rows, problems, .. } = read(file);
    problems.into_result(rows)
}

fn row(
    raw: &mut RawRow<'_>,
    id: Option<ServiceId>,
    ids: &mut HashMap<ServiceId, Location>,
) -> Option<ServiceRow> {
    if let Some(id) = id {
        let first = *ids.entry(id).or_insert(raw.location);
        if first != raw.location {
            raw.add_problem(format!("id: service {id} is already on {first}"));
        }
    }
    let name = raw.parse("name", |text| text_rules::required(text, limits::MAX_NAME_CHARS));
    let type_id = raw.parse("typeId", digits);
    let parent = raw.parse("parentId", |text| match text {
        "" => Ok(None),
        text => service_id(text).map(Some),
    });
    let [town, postcode, ods_code] = OPTIONAL_TEXTS
        .map(|(column, max_chars)| raw.parse(column, |text| text_rules::optional(text, max_chars)));
    let phone_number = raw.parse_optional("phone", phone);
    let review_after = raw.parse_optional("reviewAfterMinutes", review_after_minutes);
    let active = raw.parse("active", boolean);
    Some(ServiceRow {
        location: raw.location,
        id: id?,
        name: name?,
        type_id: type_id?,
        parent: parent?,
        town: town?,
        postcode: postcode?,
        ods_code: ods_code?,
        phone: phone_number?,
        review_after: review_after?,
        active: active?,
    })
}

/// Whether a file may have these values. `text` gives those of a service by their columns.
pub(crate) fn accepts(text: impl Fn(&str) -> Option<String>) -> bool {
    let is_valid = |(column, max_chars): (&str, usize)| {
        text(column).is_none_or(|text| text_rules::optional(&text, max_chars).is_ok())
    };
    text("name").is_none_or(|name| text_rules::required(&name, limits::MAX_NAME_CHARS).is_ok())
        && OPTIONAL_TEXTS.into_iter().all(is_valid)
        && text("phone").is_none_or(|text| phone(&text).is_ok_and(|phone| phone.is_some()))
        && text("reviewAfterMinutes").is_none_or(|text| review_after_minutes(&text).is_ok())
}

pub(crate) fn service_id(text: &str) -> Result<ServiceId, &'static str> {
    text.parse().map_err(|_| refused_number(text, "must be 1 to 18 digits without a leading zero"))
}

/// Parses a telephone number, which may have words such as an extension.
fn phone(text: &str) -> Result<Option<String>, String> {
    let phone = text_rules::optional(text, limits::MAX_PHONE_CHARS)?;
    let has_digit = |phone: &String| phone.contains(|one: char| one.is_ascii_digit());
    match phone {
        Some(phone) if is_rounded(&phone) || !has_digit(&phone) => {
            Err(refused_number(&phone, "must have a digit").to_owned())
        }
        phone => Ok(phone),
    }
}

fn review_after_minutes(text: &str) -> Result<Option<Minutes>, String> {
    const LONGEST: u32 = limits::MAX_REVIEW_AFTER_MINUTES;
    if text.is_empty() {
        return Ok(None);
    }
    match digits(text).map(u32::try_from) {
        Ok(Ok(minutes @ 1..=LONGEST)) => Ok(Some(Minutes(minutes))),
        _ => {
            let rule = format!("must be a whole number from 1 to {LONGEST}");
            Err(refused_number(text, &rule).to_owned())
        }
    }
}

fn digits(text: &str) -> Result<u64, &'static str> {
    let valid = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    valid
        .then(|| text.parse().ok())
        .flatten()
        .ok_or_else(|| refused_number(text, "must be 1 to 18 digits"))
}

/// Why a text is no number: a spreadsheet rounded it, or else the rule that it breaks.
fn refused_number<'a>(text: &str, rule: &'a str) -> &'a str {
    match is_rounded(text) {
        true => {
            "was rounded by a spreadsheet: give the column the format of text and enter the number again"
        }
        false => rule,
    }
}

/// Whether a text is a number with an exponent, as spreadsheets write long numbers: 1.2E+11, 1,2E+11 or 1e+11.
fn is_rounded(text: &str) -> bool {
    let is_digit = |character: char| character.is_ascii_digit();
    text.split_once("E+").or_else(|| text.split_once("e+")).is_some_and(|(number, exponent)| {
        number.starts_with(is_digit)
            && number.chars().all(|one| is_digit(one) || matches!(one, '.' | ','))
            && exponent.starts_with(is_digit)
            && exponent.chars().all(is_digit)
    })
}

/// Accepts any letter case, as spreadsheets write it, and what databases export: `t` and `f`, 1 and 0.
pub(crate) fn boolean(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Ok(true),
        "false" | "f" | "0" => Ok(false),
        _ => Err("must be true or false"),
    }
}
