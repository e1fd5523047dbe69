//! A service: its details in the directory, its place in the hierarchy and its status.

use std::{fmt, str::FromStr};

use super::{Minutes, StatusRecord};

/// The number that identifies a service: 1 to 18 digits without a leading zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(u64);

impl ServiceId {
    /// The identifier with that number; `None` if it is 0 or has more than 18 digits.
    #[must_use]
    pub const fn new(number: u64) -> Option<Self> {
        if number >= 1 && number < 1_000_000_000_000_000_000 { Some(Self(number)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// The text was not 1 to 18 digits without a leading zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidServiceId;

impl fmt::Display for InvalidServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not 1 to 18 digits without a leading zero")
    }
}

impl std::error::Error for InvalidServiceId {}

impl FromStr for ServiceId {
    type Err = InvalidServiceId;

    fn from_str(text: &str) -> Result<Self, InvalidServiceId> {
        let digits =
            (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || text.starts_with('0') {
            return Err(InvalidServiceId);
        }
        text.parse().ok().and_then(Self::new).ok_or(InvalidServiceId)
    }
}

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A service's place in the hierarchy: its root ancestor (the region), …, its parent, itself.
///
/// Displayed as `/<root>/…/<id>/`, so that a service's path is a prefix of its descendants' paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HierarchyPath {
    ancestors: Vec<ServiceId>,
    id: ServiceId,
}

impl HierarchyPath {
    /// The path of a service below these ancestors, the root first.
    #[must_use]
    pub const fn new(ancestors: Vec<ServiceId>, id: ServiceId) -> Self {
        Self { ancestors, id }
    }

    /// Reads `/<root>/…/<id>/`; `None` if it is anything else.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let mut ids = path
            .strip_prefix('/')?
            .strip_suffix('/')?
            .split('/')
            .map(|id| id.parse().ok())
            .collect::<Option<Vec<ServiceId>>>()?;
        let id = ids.pop()?;
        Some(Self::new(ids, id))
    }

    /// The service itself.
    #[must_use]
    pub const fn id(&self) -> ServiceId {
        self.id
    }

    /// The service's ancestors, the root first.
    #[must_use]
    pub fn ancestors(&self) -> &[ServiceId] {
        &self.ancestors
    }

    /// The region: the topmost ancestor, or the service itself if it is a root.
    #[must_use]
    pub fn root(&self) -> ServiceId {
        self.ancestors.first().copied().unwrap_or(self.id)
    }

    /// The parent.
    #[must_use]
    pub fn parent(&self) -> Option<ServiceId> {
        self.ancestors.last().copied()
    }

    /// Whether the service is that ancestor or one of its descendants.
    #[must_use]
    pub fn is_within(&self, id: ServiceId) -> bool {
        self.id == id || self.ancestors.contains(&id)
    }

    /// The child of that service that this is, or is below; `None` for the service itself, and elsewhere.
    #[must_use]
    pub fn child_of(&self, id: ServiceId) -> Option<ServiceId> {
        let mut from_root = self.ancestors.iter().copied().chain([self.id]);
        from_root.find(|own| *own == id)?;
        from_root.next()
    }
}

impl fmt::Display for HierarchyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ancestor in &self.ancestors {
            write!(f, "/{ancestor}")?;
        }
        write!(f, "/{}/", self.id)
    }
}

/// A service's details in the directory. Imports write them; status updates never do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceDetails {
    /// The service's name.
    pub name: String,
    /// The directory's number for the kind of service.
    pub type_id: u64,
    /// The service's place in the hierarchy.
    pub path: HierarchyPath,
    /// The town, where known.
    pub town: Option<String>,
    /// The postcode, where known.
    pub postcode: Option<String>,
    /// The Organisation Data Service's code, where known.
    pub ods_code: Option<String>,
    /// What a professional rings when the status is not known, where there is such a number.
    pub phone: Option<String>,
    /// How long after a change its status is due for review, if the service has reviews.
    pub review_after: Option<Minutes>,
    /// Whether the service is in use. For readers and editors an inactive service does not exist.
    pub active: bool,
}

/// A service with its stored status. What a reader sees is `record.effective_at(now)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The details in the directory.
    pub details: ServiceDetails,
    /// The stored status.
    pub record: StatusRecord,
}

impl Service {
    /// The service's identifier.
    #[must_use]
    pub const fn id(&self) -> ServiceId {
        self.details.path.id()
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_1_to_18_digits_without_a_leading_zero() {
        for good in ["1", "149198", "999999999999999999"] {
            assert_eq!(good.parse::<ServiceId>().map(|id| id.to_string()).as_deref(), Ok(good));
        }
        for bad in
            ["", "0", "01", "1000000000000000000", "-1", "+1", " 1", "1 ", "1.0", "1e3", "٣", "a"]
        {
            assert_eq!(bad.parse::<ServiceId>(), Err(InvalidServiceId), "{bad:?}");
        }
        assert_eq!(ServiceId::new(0), None);
        assert_eq!(ServiceId::new(1_000_000_000_000_000_000), None);
    }

    #[test]
    fn a_path_is_read_as_it_is_displayed() {
        let path = HierarchyPath::parse("/10/20/30/").expect("a path");
        assert_eq!(path.to_string(), "/10/20/30/");
        let ids = [path.root(), path.parent().expect("a parent"), path.id()].map(ServiceId::get);
        assert_eq!(ids, [10, 20, 30]);
        let root = HierarchyPath::parse("/10/").expect("a path");
        assert_eq!((root.root(), root.parent()), (root.id(), None));
        for bad in ["", "/", "//", "10/", "/10", "/10//20/", "/010/", "/a/"] {
            assert_eq!(HierarchyPath::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_service_is_within_itself_and_its_ancestors() {
        let path = HierarchyPath::parse("/10/20/30/").expect("a path");
        let within = |id| path.is_within(ServiceId::new(id).expect("an id"));
        assert!(within(10) && within(20) && within(30));
        // `/10/` has the digits of 1, but 1 is not an ancestor.
        assert!(!within(1) && !within(2) && !within(40));
    }

    #[test]
    fn a_service_is_or_is_below_one_child_of_each_of_its_ancestors() {
        let path = HierarchyPath::parse("/10/20/30/").expect("a path");
        let child = |id| path.child_of(ServiceId::new(id).expect("an id")).map(ServiceId::get);
        assert_eq!([10, 20, 30, 1].map(child), [Some(20), Some(30), None, None]);
    }
}
