//! What pages know of the directory from the settings `REGIONS` and `SERVICE_TYPES`.

use std::{collections::BTreeMap, fmt, str::FromStr};

use shared::{
    domain::ServiceId,
    runtime::{AllSettings as _, Environment, SettingsError},
};

/// What pages know of the directory from settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// The regions that the first page names.
    pub regions: Regions,
    /// The names of kinds of services.
    pub types: ServiceTypes,
}

/// The names of the kinds of services, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceTypes(BTreeMap<u64, String>);

/// The regions that the first page names, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regions(pub Vec<ServiceId>);

/// The most regions that one read finds.
const MAX_REGIONS: usize = 50;

/// The setting is not as template.yaml describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSetting(&'static str);

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Directory {
    /// Reads `REGIONS` and `SERVICE_TYPES`, which may be missing or empty.
    ///
    /// # Errors
    /// One of them is invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (regions, types) =
            (parsed(environment, "REGIONS"), parsed(environment, "SERVICE_TYPES")).all()?;
        Ok(Self { regions, types })
    }
}

fn parsed<T: FromStr<Err = InvalidSetting>>(
    environment: &Environment,
    name: &str,
) -> Result<T, SettingsError> {
    let value = environment.optional(name).unwrap_or_default();
    value.parse().map_err(|error| SettingsError::new(name, error))
}

impl ServiceTypes {
    /// The name of a kind. One without a name is shown by its number.
    #[must_use]
    pub fn name(&self, id: u64) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| format!("Type {id}"))
    }

    /// All kinds that have names, by name.
    #[must_use]
    pub fn all(&self) -> Vec<(u64, &str)> {
        let mut all: Vec<_> = self.0.iter().map(|(id, name)| (*id, name.as_str())).collect();
        all.sort_unstable_by_key(|(id, name)| (*name, *id));
        all
    }
}

impl FromStr for ServiceTypes {
    type Err = InvalidSetting;

    /// Reads `13=Pharmacy;14=Dentist`, or nothing.
    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        let mut types = BTreeMap::new();
        for pair in text.split(';').filter(|_| !text.is_empty()) {
            let pair = pair.split_once('=').and_then(|(id, name)| Some((id.parse().ok()?, name)));
            let (id, name) = pair
                .filter(|(_, name)| !name.trim().is_empty())
                .ok_or(InvalidSetting("must be a list like 13=Pharmacy;14=Dentist"))?;
            types.insert(id, name.trim().to_owned());
        }
        Ok(Self(types))
    }
}

impl FromStr for Regions {
    type Err = InvalidSetting;

    /// Reads `9000001000,9000002000`, or nothing.
    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        let invalid = InvalidSetting("must be at most 50 ids of services, separated by commas");
        let mut regions = Vec::new();
        for id in text.split(',').filter(|_| !text.is_empty()) {
            let id = id.parse().map_err(|_| invalid)?;
            if !regions.contains(&id) {
                regions.push(id);
            }
        }
        if regions.len() > MAX_REGIONS { Err(invalid) } else { Ok(Self(regions)) }
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_names_and_others_are_shown_by_number() {
        let types: ServiceTypes = "13=Pharmacy;12=Dentist".parse().expect("types");
        assert_eq!([types.name(13), types.name(99)], ["Pharmacy", "Type 99"]);
        assert_eq!(types.all(), [(12, "Dentist"), (13, "Pharmacy")]);
        assert_eq!("".parse(), Ok(ServiceTypes::default()));
        for bad in ["13", "13=", "13= ", "x=Pharmacy", "13=Pharmacy;", ";"] {
            assert!(bad.parse::<ServiceTypes>().is_err(), "{bad}");
        }
    }

    #[test]
    fn regions_are_ids_each_once() {
        let ids = |text: &str| {
            let regions = text.parse::<Regions>();
            regions.map(|Regions(ids)| ids.into_iter().map(ServiceId::get).collect::<Vec<_>>())
        };
        assert_eq!(ids("20,10,20"), Ok(vec![20, 10]));
        assert_eq!(ids(""), Ok(vec![]));
        let many: Vec<_> = (1..=51).map(|id: u64| id.to_string()).collect();
        for bad in ["x", "10,", "010", "10, 20", &many.join(",")] {
            assert!(ids(bad).is_err(), "{bad}");
        }
    }
}
