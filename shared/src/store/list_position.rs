//! Where a page of a list starts, as a type and as the text in cursors.
//!
//! A position is the key of the last row or index entry that was read, as DynamoDB has it, so that a list also continues
//! after one that cannot be read.

use std::{fmt, str::FromStr};

use super::{
    attribute::{Item, KeyNumber, number, text},
    keys::{MAX_SORT_KEY_BYTES, RESET_SHARDS, services},
};
use crate::domain::{HierarchyPath, ServiceId};

/// The key of an entry of the index `hierarchy`, without the region, with which the path begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HierarchyKey {
    id: KeyNumber,
    path: String,
}

impl HierarchyKey {
    /// The key of an item of the index.
    pub(super) fn of_item(item: &Item) -> Option<Self> {
        let path = item.get(services::PATH)?.as_s().ok()?.clone();
        Some(Self { id: KeyNumber::of_item(item, services::ID)?, path })
    }

    /// The key in the partition of this region.
    pub(super) fn in_region(&self, region: ServiceId) -> Item {
        Item::from([
            (services::ID.to_owned(), self.id.value()),
            (services::REGION.to_owned(), number(region)),
            (services::PATH.to_owned(), text(self.path.clone())),
        ])
    }

    /// The path of the service with this id, if the entry is within it.
    pub(super) fn subtree(&self, id: ServiceId) -> Option<HierarchyPath> {
        let own = format!("/{id}/");
        let end = self.path.find(&own)? + own.len();
        HierarchyPath::parse(self.path.get(..end)?)
    }
}

/// The key of an entry of the index `pending-reset`, without the shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingResetKey {
    deadline: KeyNumber,
    id: KeyNumber,
}

impl PendingResetKey {
    /// The key of an item of the index.
    pub(super) fn of_item(item: &Item) -> Option<Self> {
        let number = |name| KeyNumber::of_item(item, name);
        Some(Self { deadline: number(services::RESET_DATE_TIME)?, id: number(services::ID)? })
    }

    /// The key in this shard.
    pub(super) fn in_shard(&self, shard: u64) -> Item {
        Item::from([
            (services::ID.to_owned(), self.id.value()),
            (services::RESET_SHARD.to_owned(), number(shard)),
            (services::RESET_DATE_TIME.to_owned(), self.deadline.value()),
        ])
    }

    /// Whether the deadline is after this second since the epoch.
    pub(super) fn is_after(&self, second: i64) -> bool {
        self.deadline.parse::<f64>() > second.to_string().parse().ok()
    }

    /// Whether the deadline is before this second since the epoch.
    pub(super) fn is_before(&self, second: i64) -> bool {
        self.deadline.parse::<f64>() < second.to_string().parse().ok()
    }
}

/// Where the next page of a list starts. Its text is the part of a cursor that says where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListPosition {
    /// In the table, after the row of this id.
    Table(KeyNumber),
    /// In the index `hierarchy`, after this entry; in the subtree of this assigned service if the list goes by the
    /// caller's assignments.
    Hierarchy(Option<ServiceId>, HierarchyKey),
    /// In the index `hierarchy`, at the beginning of the subtree of this assigned service.
    Assigned(ServiceId),
    /// In the index `pending-reset`.
    PendingResets {
        /// If the list began by the caller's assignments: the first one that it left to this index.
        assigned: Option<ServiceId>,
        /// The partition.
        shard: u64,
        /// Where in it: after this entry, or at the beginning.
        after: Option<PendingResetKey>,
    },
}

impl ListPosition {
    /// Whether this service comes after the position, in a list by the directory's order.
    #[must_use]
    pub fn is_before(&self, service: &HierarchyPath) -> bool {
        matches!(self, Self::Hierarchy(_, key) if key.path.as_str() < service.to_string().as_str())
    }

    /// The beginning of the index `pending-reset`.
    pub(super) const fn pending_resets(assigned: Option<ServiceId>) -> Self {
        Self::PendingResets { assigned, shard: 0, after: None }
    }
}

impl fmt::Display for ListPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Hierarchy(Some(id), _)
        | Self::Assigned(id)
        | Self::PendingResets { assigned: Some(id), .. } = self
        {
            write!(f, "a{id}")?;
        }
        match self {
            Self::Table(id) => write!(f, "t{id}"),
            Self::Hierarchy(_, HierarchyKey { id, path }) => write!(f, "h{id}{path}"),
            Self::Assigned(_) => Ok(()),
            Self::PendingResets { shard, after: None, .. } => write!(f, "p{shard}"),
            Self::PendingResets {
                shard, after: Some(PendingResetKey { deadline, id }), ..
            } => {
                write!(f, "p{shard},{deadline},{id}")
            }
        }
    }
}

/// No page can start there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPosition;

impl FromStr for ListPosition {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        parse(text).ok_or(InvalidPosition)
    }
}

fn parse(text: &str) -> Option<ListPosition> {
    if let Some(id) = text.strip_prefix('t') {
        return id.parse().ok().map(ListPosition::Table);
    }
    let (assigned, rest) = match text.strip_prefix('a') {
        None => (None, text),
        Some(text) => {
            let (id, rest) = text.split_at(text.find(['h', 'p']).unwrap_or(text.len()));
            (Some(id.parse().ok()?), rest)
        }
    };
    if let Some(key) = rest.strip_prefix('h') {
        let (id, path) = key.split_at_checked(key.find('/')?)?;
        let path = Some(path.to_owned()).filter(|path| path.len() <= MAX_SORT_KEY_BYTES)?;
        let key = HierarchyKey { id: id.parse().ok()?, path };
        return Some(ListPosition::Hierarchy(assigned, key));
    }
    if let Some(key) = rest.strip_prefix('p') {
        let mut parts = key.splitn(3, ',');
        let shard = parts.next()?.parse().ok().filter(|shard| *shard < RESET_SHARDS)?;
        let after = match (parts.next(), parts.next()) {
            (None, None) => None,
            (deadline, id) => {
                Some(PendingResetKey { deadline: deadline?.parse().ok()?, id: id?.parse().ok()? })
            }
        };
        return Some(ListPosition::PendingResets { assigned, shard, after });
    }
    assigned.filter(|_| rest.is_empty()).map(ListPosition::Assigned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_is_displayed() {
        for text in [
            "t5",
            "t-5.5",
            "h20/10/20/",
            "h20/10/no path;",
            "a10",
            "a10h20/10/20/",
            "p0",
            "p7,1795251700,15",
            "a10p7,-1.5,0",
        ] {
            let read = text.parse::<ListPosition>().map(|position| position.to_string());
            assert_eq!(read.as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_position_where_dynamodb_could_not_start_is_refused() {
        let too_long = format!("h1/{}/", ["123456789012345678"; 60].join("/"));
        for text in [
            "", "t", "tx", "t1.", "t1.5.5", "t1e5", "x1", "h10", "h/10/", "a", "a0", "a10x", "p8",
            "p7,1", "p7,1,x", "p7,,1", "p7,1,1,1", "at5", &too_long,
        ] {
            assert_eq!(text.parse::<ListPosition>(), Err(InvalidPosition), "{text}");
        }
    }
}
