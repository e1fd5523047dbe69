//! A service of the directory: what it is called, where it stands in the hierarchy, how full it is.

use std::{fmt, str::FromStr};

use super::StatusRecord;

/// The number that identifies a service: 1 to 18 digits without a leading zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(u64);

impl ServiceId {
    /// The identifier of that number, unless it is 0 or has more than 18 digits.
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
pub struct NotAServiceId;

impl fmt::Display for NotAServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not 1 to 18 digits without a leading zero")
    }
}

impl std::error::Error for NotAServiceId {}

impl FromStr for ServiceId {
    type Err = NotAServiceId;

    fn from_str(text: &str) -> Result<Self, NotAServiceId> {
        let digits =
            (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || text.starts_with('0') {
            return Err(NotAServiceId);
        }
        text.parse().ok().and_then(Self::new).ok_or(NotAServiceId)
    }
}

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A service's place in the hierarchy: its root ancestor (the region), …, its parent, itself.
///
/// Displayed as `/<root>/…/<id>/`, so that one service's text is a prefix of its descendants'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    ancestors: Vec<ServiceId>,
    own: ServiceId,
}

impl Lineage {
    /// The lineage of a service below these ancestors, the root first.
    #[must_use]
    pub const fn new(ancestors: Vec<ServiceId>, own: ServiceId) -> Self {
        Self { ancestors, own }
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
        let own = ids.pop()?;
        Some(Self::new(ids, own))
    }

    /// The service itself.
    #[must_use]
    pub const fn own(&self) -> ServiceId {
        self.own
    }

    /// What the service lies below, the root first.
    #[must_use]
    pub fn ancestors(&self) -> &[ServiceId] {
        &self.ancestors
    }

    /// The topmost ancestor: the region, which for a root is the service itself.
    #[must_use]
    pub fn root(&self) -> ServiceId {
        self.ancestors.first().copied().unwrap_or(self.own)
    }

    /// The service directly above.
    #[must_use]
    pub fn parent(&self) -> Option<ServiceId> {
        self.ancestors.last().copied()
    }

    /// Whether the service is that one or lies below it.
    #[must_use]
    pub fn is_within(&self, id: ServiceId) -> bool {
        self.own == id || self.ancestors.contains(&id)
    }
}

impl fmt::Display for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ancestor in &self.ancestors {
            write!(f, "/{ancestor}")?;
        }
        write!(f, "/{}/", self.own)
    }
}

/// What the directory says of a service. An import writes it; a status update never does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// What people call the service.
    pub name: String,
    /// The kind of service, as the directory numbers them.
    pub type_id: u64,
    /// Where the service stands in the hierarchy.
    pub lineage: Lineage,
    /// The town, where known.
    pub town: Option<String>,
    /// The postcode, where known.
    pub postcode: Option<String>,
    /// The Organisation Data Service's code, where known.
    pub ods_code: Option<String>,
    /// Whether the service is in use; for readers and editors an inactive one does not exist.
    pub active: bool,
}

/// A service with its stored status. What a reader sees is `record.shown_at(now)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What the directory says.
    pub directory: Directory,
    /// The stored status.
    pub record: StatusRecord,
}

impl Service {
    /// The service's identifier.
    #[must_use]
    pub const fn id(&self) -> ServiceId {
        self.directory.lineage.own()
    }
}
