//! A generated directory of any size: regions, areas, providers and their services, three or four levels
//! deep. A service's number determines its attributes, so that nothing is kept in memory.

use aws_sdk_dynamodb::types::AttributeValue;
use capacityctl::{OptionalColumn, services_file::ServiceRow, validation::Location};
use local_stack::sample::{PROVIDER_TYPE, PROVIDERS, REGION_TYPE, REGIONS, SERVICES};
use shared::{
    domain::{HierarchyPath, Minutes, ServiceId},
    store::keys::services as keys,
};

const ID_BASE: u64 = 9_000_000_000;
const REGION_COUNT: u64 = REGIONS.len() as u64;
/// As many as England has integrated care boards.
const AREA_COUNT: u64 = 42;
/// The number of the first provider.
const FIRST_PROVIDER: u64 = REGION_COUNT + AREA_COUNT;
/// Rows per provider, including its own.
const ROWS_PER_PROVIDER: u64 = 10;

/// One service in this many has reviews.
const SERVICES_PER_REVIEWED_ONE: u64 = 20;
const REVIEW_AFTER: Minutes = Minutes(240);
const PHONE: &str = "01632 960000";

/// An item of the table.
pub type Item = std::collections::HashMap<String, AttributeValue>;

/// A directory of at least a hundred services.
#[derive(Clone, Copy, Debug)]
pub struct GeneratedDirectory {
    /// The number of services.
    pub size: u64,
}

impl GeneratedDirectory {
    /// The regions, which have no parent.
    pub fn regions(self) -> impl Iterator<Item = ServiceId> {
        (0..REGION_COUNT).filter_map(service_id)
    }

    /// The id of the service with this number, which is less than the size.
    #[must_use]
    pub const fn id(self, number: u64) -> u64 {
        ID_BASE + number
    }

    /// A random service.
    #[must_use]
    pub fn random_service(self) -> u64 {
        self.id(fastrand::u64(..self.size))
    }

    /// The first provider.
    #[must_use]
    pub fn first_provider(self) -> Option<ServiceId> {
        service_id(FIRST_PROVIDER)
    }

    /// A random region.
    #[must_use]
    pub fn random_region(self) -> u64 {
        self.id(fastrand::u64(..REGION_COUNT))
    }

    /// The service that is no region after the last one: nothing changes in it.
    #[must_use]
    pub const fn no_region(self) -> u64 {
        self.id(REGION_COUNT)
    }

    /// A random provider.
    #[must_use]
    pub fn random_provider(self) -> u64 {
        self.id(FIRST_PROVIDER + fastrand::u64(..self.providers()))
    }

    const fn providers(self) -> u64 {
        (self.size - FIRST_PROVIDER) / ROWS_PER_PROVIDER
    }

    /// The number of a service's parent. Regions have none; every fourth service is directly below an area.
    const fn parent(self, number: u64) -> Option<u64> {
        let area = REGION_COUNT + number % AREA_COUNT;
        if number < REGION_COUNT {
            None
        } else if number < FIRST_PROVIDER {
            Some(number % REGION_COUNT)
        } else if self.is_provider(number) || number.is_multiple_of(4) {
            Some(area)
        } else {
            Some(FIRST_PROVIDER + number % self.providers())
        }
    }

    const fn is_provider(self, number: u64) -> bool {
        number >= FIRST_PROVIDER && number < FIRST_PROVIDER + self.providers()
    }

    /// The row of a service, as in a services file.
    #[must_use]
    pub fn row(self, number: u64) -> Option<ServiceRow> {
        let region = REGIONS.into_iter().cycle().nth(index(number % REGION_COUNT))?;
        let provider = PROVIDERS.into_iter().cycle().nth(index(number % 4))?;
        let (name, type_id) = if number < FIRST_PROVIDER {
            (format!("{} {number}", region.0), REGION_TYPE)
        } else if self.is_provider(number) {
            (format!("{provider} Care {} {number}", region.0), PROVIDER_TYPE)
        } else {
            let (type_name, type_id) = SERVICES.into_iter().cycle().nth(index(number % 8))?;
            (format!("{type_name} - {provider} Care {} {number}", region.0), type_id)
        };
        let has_address = number >= FIRST_PROVIDER;
        Some(ServiceRow {
            location: Location::File,
            id: service_id(number)?,
            name,
            type_id,
            parent: self.parent(number).and_then(service_id),
            town: has_address.then(|| region.1.to_owned()),
            postcode: has_address.then(|| format!("ZZ{} {}ZZ", 10 + number % 90, number % 10)),
            ods_code: has_address.then(|| format!("Z{number}")),
            phone: OptionalColumn::Present(is_reviewed(number).then(|| PHONE.to_owned())),
            review_after: OptionalColumn::Present(is_reviewed(number).then_some(REVIEW_AFTER)),
            active: true,
        })
    }

    /// The item that an import of the row writes.
    #[must_use]
    pub fn item(self, number: u64) -> Option<Item> {
        let row = self.row(number)?;
        let mut ancestors: Vec<_> =
            std::iter::successors(self.parent(number), |parent| self.parent(*parent))
                .filter_map(service_id)
                .collect();
        ancestors.reverse();
        let path = HierarchyPath::new(ancestors, row.id);
        let (phone, review_after) = (PHONE.to_owned(), REVIEW_AFTER.0.into());
        let is_reviewed = is_reviewed(number);
        let number = |number: u64| AttributeValue::N(number.to_string());
        let attributes = [
            (keys::ID, Some(number(row.id.get()))),
            (keys::NAME, Some(AttributeValue::S(row.name))),
            (keys::TYPE_ID, Some(number(row.type_id))),
            (keys::PARENT_ID, row.parent.map(|parent| number(parent.get()))),
            (keys::REGION, Some(number(path.root().get()))),
            (keys::PATH, Some(AttributeValue::S(path.to_string()))),
            (keys::TOWN, row.town.map(AttributeValue::S)),
            (keys::POSTCODE, row.postcode.map(AttributeValue::S)),
            (keys::ODS_CODE, row.ods_code.map(AttributeValue::S)),
            (keys::PHONE, is_reviewed.then_some(AttributeValue::S(phone))),
            (keys::REVIEW_AFTER_MINUTES, is_reviewed.then(|| number(review_after))),
            (keys::ACTIVE, Some(AttributeValue::Bool(row.active))),
        ];
        let known = attributes.into_iter().filter_map(|(name, value)| Some((name.into(), value?)));
        Some(known.collect())
    }
}

const fn is_reviewed(number: u64) -> bool {
    number.is_multiple_of(SERVICES_PER_REVIEWED_ONE)
}

fn service_id(number: u64) -> Option<ServiceId> {
    ServiceId::new(ID_BASE + number)
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or_default()
}
