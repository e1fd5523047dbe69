//! Sample data: invented regions with their providers and services, and users.
//!
//! Ids follow the hierarchy: 9 000 00R PSS is service SS of provider P of region R.

use std::collections::BTreeSet;

use capacityctl::{
    OptionalColumn, services_file::ServiceRow, users_file::User, validation::Location,
};
use shared::{
    domain::{Minutes, ServiceId},
    store::keys::users::EDIT_CAPACITY,
};

const ID_BASE: u64 = 9_000_000_000;
/// The type id of regions.
pub const REGION_TYPE: u64 = 1;
/// The type id of providers.
pub const PROVIDER_TYPE: u64 = 2;
/// Invented regions, each with a town.
pub const REGIONS: [(&str, &str); 7] = [
    ("Northmoor", "Kelderby"),
    ("Eastfen", "Marshwick"),
    ("Midvale", "Ashcombe"),
    ("Westmarch", "Orlestone"),
    ("Southdown", "Haverleigh"),
    ("Thamesreach", "Quillham"),
    ("Peninsula", "Trewarren"),
];
/// Invented providers.
pub const PROVIDERS: [&str; 4] = ["Alder", "Birch", "Cedar", "Elm"];
/// Types of services, with their type ids.
pub const SERVICES: [(&str, u64); 8] = [
    ("Dental Practice", 12),
    ("Pharmacy", 13),
    ("Optician", 14),
    ("Mental Health Crisis Team", 25),
    ("Emergency Department", 40),
    ("Urgent Treatment Centre", 46),
    ("GP Surgery", 100),
    ("GP Out of Hours", 11),
];

/// The types of services that have a telephone number, and whose status is due for review after [`REVIEW_AFTER`].
const REVIEWED_TYPES: [u64; 2] = [40, 46];
const REVIEW_AFTER: Minutes = Minutes(240);

/// The setting `REGIONS`: the ids of the regions.
#[must_use]
pub fn regions_setting() -> String {
    let ids = (1..).zip(REGIONS).map(|(number, _): (u64, _)| (ID_BASE + number * 1000).to_string());
    ids.collect::<Vec<_>>().join(",")
}

/// The setting `SERVICE_TYPES`: the names of the type ids.
#[must_use]
pub fn service_types_setting() -> String {
    let higher = [("Region", REGION_TYPE), ("Provider", PROVIDER_TYPE)];
    let types = higher.into_iter().chain(SERVICES).map(|(name, id)| format!("{id}={name}"));
    types.collect::<Vec<_>>().join(";")
}

/// The rows of 259 services, as a services file has them.
#[must_use]
pub fn directory() -> Vec<ServiceRow> {
    let rows = (1..).zip(REGIONS).flat_map(|(number, (name, town))| region(number, name, town));
    (2..)
        .zip(rows)
        .map(|(line, row)| ServiceRow { location: Location::Line(line), ..row })
        .collect()
}

fn region(number: u64, name: &str, town: &str) -> Vec<ServiceRow> {
    let id = ID_BASE + number * 1000;
    let mut rows: Vec<ServiceRow> =
        row(id, format!("{name} Region"), REGION_TYPE).into_iter().collect();
    for (position, provider) in (1..).zip(PROVIDERS) {
        rows.extend(provider_with_services(id, position, &format!("{provider} Care {name}"), town));
    }
    rows
}

fn provider_with_services(region: u64, position: u64, name: &str, town: &str) -> Vec<ServiceRow> {
    let id = region + position * 100;
    let provider = row(id, name.to_owned(), PROVIDER_TYPE).map(|row| below(region, town, row));
    let services = (1..).zip(SERVICES).filter_map(|(number, (type_name, type_id))| {
        let service = row(id + number, format!("{type_name} - {name}"), type_id)?;
        // One service of each region has closed.
        let active = !(position == 1 && number == 8);
        Some(reviewed(ServiceRow { active, ..below(id, town, service) }))
    });
    provider.into_iter().chain(services).collect()
}

/// The row with a telephone number and a review interval, if its type has them. Ofcom keeps these numbers for fiction.
fn reviewed(row: ServiceRow) -> ServiceRow {
    if !REVIEWED_TYPES.contains(&row.type_id) {
        return row;
    }
    // Of 9 000 00R PSS the digits R, P and the last S.
    let number = row.id.get() - ID_BASE;
    let phone = format!("01632 960{}{}", number / 100, number % 10);
    ServiceRow {
        phone: OptionalColumn::Present(Some(phone)),
        review_after: OptionalColumn::Present(Some(REVIEW_AFTER)),
        ..row
    }
}

/// A row without a parent, town or postcode. Never `None`: these ids are valid.
fn row(id: u64, name: String, type_id: u64) -> Option<ServiceRow> {
    let (town, postcode, ods_code) = (None, None, None);
    let id = ServiceId::new(id)?;
    Some(ServiceRow {
        location: Location::File,
        id,
        name,
        type_id,
        parent: None,
        town,
        postcode,
        ods_code,
        phone: OptionalColumn::Missing,
        review_after: OptionalColumn::Missing,
        active: true,
    })
}

/// The row with this parent and town. Every third has no ODS code.
fn below(parent: u64, town: &str, row: ServiceRow) -> ServiceRow {
    let number = row.id.get() - ID_BASE;
    ServiceRow {
        parent: ServiceId::new(parent),
        town: Some(town.to_owned()),
        postcode: Some(format!("ZZ99 {}ZZ", number % 10)),
        ods_code: (!number.is_multiple_of(3)).then(|| format!("Z{number}")),
        ..row
    }
}

/// A person whom the local issuer signs in.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The username, and the subject of tokens.
    pub username: &'static str,
    /// What the API lets this person do, in words.
    pub may: &'static str,
}

/// The sample people. All have [`PASSWORD`] at the local issuer. The last is not in the users table.
pub const PEOPLE: [Person; 6] = [
    person_who("sample-staff", "may update emergency department 9000001105"),
    person_who("sample-editor", "may update provider 9000001100 and its services"),
    person_who("sample-regional-lead", "may update region 9000001000"),
    person_who("sample-reader", "may read"),
    person_who("sample-inactive", "is inactive, may do nothing"),
    person_who("sample-unregistered", "is not registered, may do nothing"),
];

const fn person_who(username: &'static str, may: &'static str) -> Person {
    Person { username, may }
}

/// The sample person with this username.
#[must_use]
pub fn person(username: &str) -> Option<Person> {
    PEOPLE.into_iter().find(|person| person.username == username)
}

/// The password of every sample person; for the local issuer only.
pub const PASSWORD: &str = "sample-password";
/// The client id of the user that is a system; has [`SECRET`] at the local issuer.
pub const SYSTEM: &str = "sample-system";
/// The secret of the sample system; for the local issuer only.
pub const SECRET: &str = "sample-secret";

/// Users with different rights. The subject of each is the username.
#[must_use]
pub fn users() -> Vec<User> {
    let [staff, editor, regional_lead, reader, inactive, _unregistered] =
        PEOPLE.map(|person| person.username);
    vec![
        user(reader, true, false, &[]),
        user(staff, true, true, &[9_000_001_105]),
        user(editor, true, true, &[9_000_001_100]),
        user(regional_lead, true, true, &[9_000_001_000]),
        user(SYSTEM, true, true, &[9_000_001_200, 9_000_002_100, 9_000_002_300, 9_000_003_400]),
        user(inactive, false, true, &[9_000_001_100]),
    ]
}

fn user(username: &str, active: bool, edits: bool, services: &[u64]) -> User {
    let permissions =
        if edits { BTreeSet::from([EDIT_CAPACITY.to_owned()]) } else { BTreeSet::new() };
    User {
        username: username.to_owned(),
        subject: username.to_owned(),
        active,
        permissions,
        services: services.iter().copied().filter_map(ServiceId::new).collect(),
    }
}
