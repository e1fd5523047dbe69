//! An invented directory of any size: regions, areas, providers and their services, three or four
//! levels deep. Which service is where follows from its number, so that nothing has to be kept.

use aws_sdk_dynamodb::types::AttributeValue;
use capacityctl::{directory::Row, refusal::Place};
use local_stack::sample::{PROVIDER_TYPE, PROVIDERS, REGION_TYPE, REGIONS, SERVICES};
use shared::{
    domain::{Lineage, ServiceId},
    store::keys::services as keys,
};

const FIRST: u64 = 9_000_000_000;
const REGION_COUNT: u64 = REGIONS.len() as u64;
/// As many as England has integrated care boards.
const AREA_COUNT: u64 = 42;
/// Where providers begin.
const ABOVE: u64 = REGION_COUNT + AREA_COUNT;
/// How many rows there are to one provider, itself included.
const ROWS_PER_PROVIDER: u64 = 10;

/// A row as the table holds it.
pub type Item = std::collections::HashMap<String, AttributeValue>;

/// A directory of so many services, at least a hundred.
#[derive(Clone, Copy, Debug)]
pub struct Directory {
    /// How many.
    pub size: u64,
}

impl Directory {
    /// The services without anything above them.
    pub fn regions(self) -> impl Iterator<Item = ServiceId> {
        (0..REGION_COUNT).filter_map(service_id)
    }

    /// The id of the service of that number, which is less than the size.
    #[must_use]
    pub const fn id(self, number: u64) -> u64 {
        FIRST + number
    }

    /// Any service.
    #[must_use]
    pub fn any(self) -> u64 {
        self.id(fastrand::u64(..self.size))
    }

    /// Any provider.
    #[must_use]
    pub fn any_provider(self) -> u64 {
        self.id(ABOVE + fastrand::u64(..self.providers()))
    }

    const fn providers(self) -> u64 {
        (self.size - ABOVE) / ROWS_PER_PROVIDER
    }

    /// A region has nothing above it; of the services every fourth hangs on an area itself.
    const fn above(self, number: u64) -> Option<u64> {
        let area = REGION_COUNT + number % AREA_COUNT;
        if number < REGION_COUNT {
            None
        } else if number < ABOVE {
            Some(number % REGION_COUNT)
        } else if self.is_provider(number) || number.is_multiple_of(4) {
            Some(area)
        } else {
            Some(ABOVE + number % self.providers())
        }
    }

    const fn is_provider(self, number: u64) -> bool {
        number >= ABOVE && number < ABOVE + self.providers()
    }

    /// The row of a service, as in a directory file.
    #[must_use]
    pub fn row(self, number: u64) -> Option<Row> {
        let region = REGIONS.into_iter().cycle().nth(index(number % REGION_COUNT))?;
        let provider = PROVIDERS.into_iter().cycle().nth(index(number % 4))?;
        let (name, type_id) = if number < ABOVE {
            (format!("{} {number}", region.0), REGION_TYPE)
        } else if self.is_provider(number) {
            (format!("{provider} Care {} {number}", region.0), PROVIDER_TYPE)
        } else {
            let (kind, type_id) = SERVICES.into_iter().cycle().nth(index(number % 8))?;
            (format!("{kind} - {provider} Care {} {number}", region.0), type_id)
        };
        let placed = number >= ABOVE;
        Some(Row {
            place: Place::File,
            id: service_id(number)?,
            name,
            type_id,
            parent: self.above(number).and_then(service_id),
            town: placed.then(|| region.1.to_owned()),
            postcode: placed.then(|| format!("ZZ{} {}ZZ", 10 + number % 90, number % 10)),
            ods_code: placed.then(|| format!("Z{number}")),
            active: true,
        })
    }

    /// The row as an import leaves it in the table.
    #[must_use]
    pub fn item(self, number: u64) -> Option<Item> {
        let row = self.row(number)?;
        let mut ancestors: Vec<_> =
            std::iter::successors(self.above(number), |above| self.above(*above))
                .filter_map(service_id)
                .collect();
        ancestors.reverse();
        let lineage = Lineage::new(ancestors, row.id);
        let number = |number: u64| AttributeValue::N(number.to_string());
        let attributes = [
            (keys::ID, Some(number(row.id.get()))),
            (keys::NAME, Some(AttributeValue::S(row.name))),
            (keys::TYPE_ID, Some(number(row.type_id))),
            (keys::PARENT_ID, row.parent.map(|parent| number(parent.get()))),
            (keys::REGION, Some(number(lineage.root().get()))),
            (keys::PATH, Some(AttributeValue::S(lineage.to_string()))),
            (keys::TOWN, row.town.map(AttributeValue::S)),
            (keys::POSTCODE, row.postcode.map(AttributeValue::S)),
            (keys::ODS_CODE, row.ods_code.map(AttributeValue::S)),
            (keys::ACTIVE, Some(AttributeValue::Bool(row.active))),
        ];
        let known = attributes.into_iter().filter_map(|(name, value)| Some((name.into(), value?)));
        Some(known.collect())
    }
}

fn service_id(number: u64) -> Option<ServiceId> {
    ServiceId::new(FIRST + number)
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or_default()
}
