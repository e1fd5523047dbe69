//! Where a page of a list starts, as a type and as the text in cursors.

use std::{fmt, str::FromStr};

use super::{
    attribute::{Item, number},
    keys::{MAX_SORT_KEY_BYTES, RESET_SHARDS, reset_shard, services},
    service_item::service_id,
    services_table::service_key,
};
use crate::domain::{HierarchyPath, ServiceId, Timestamp};

/// An entry of the index `pending-reset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingReset {
    /// When the service is GREEN again.
    pub deadline: Timestamp,
    /// The service.
    pub service: ServiceId,
}

impl PendingReset {
    /// The key of the entry.
    pub(super) fn key(self) -> Item {
        let mut key = service_key(self.service);
        let (shard, deadline) = (reset_shard(self.service), self.deadline.epoch_seconds());
        key.insert(services::RESET_SHARD.to_owned(), number(shard));
        key.insert(services::RESET_DATE_TIME.to_owned(), number(deadline));
        key
    }

    /// The entry of an item of the index.
    pub(super) fn of_item(item: &Item) -> Option<Self> {
        let deadline = item.get(services::RESET_DATE_TIME)?.as_n().ok()?.parse().ok()?;
        let deadline = Timestamp::from_epoch_seconds(deadline)?;
        Some(Self { deadline, service: service_id(item)? })
    }
}

/// Where the next page of a list starts. Its text is the part of a cursor that says where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListPosition {
    /// In the table, after this service.
    Table(ServiceId),
    /// In the index `hierarchy`, after this service.
    Hierarchy(HierarchyPath),
    /// In the index `hierarchy`, at the first service of this subtree.
    Subtree(HierarchyPath),
    /// In the index `pending-reset`, in this shard, after this entry.
    PendingReset(u64, Option<PendingReset>),
}

impl fmt::Display for ListPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(id) => write!(f, "t{id}"),
            Self::Hierarchy(path) => write!(f, "h{path}"),
            Self::Subtree(path) => write!(f, "b{path}"),
            Self::PendingReset(shard, None) => write!(f, "p{shard}"),
            Self::PendingReset(shard, Some(PendingReset { deadline, service })) => {
                write!(f, "p{shard}.{}.{service}", deadline.epoch_seconds())
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
        let path = |text: &str| {
            let text = Some(text).filter(|text| text.len() <= MAX_SORT_KEY_BYTES)?;
            HierarchyPath::parse(text)
        };
        let position = match text.split_at_checked(1) {
            Some(("t", id)) => id.parse().ok().map(Self::Table),
            Some(("h", text)) => path(text).map(Self::Hierarchy),
            Some(("b", text)) => path(text).map(Self::Subtree),
            Some(("p", text)) => parse_pending_reset(text),
            _ => None,
        };
        position.ok_or(InvalidPosition)
    }
}

fn parse_pending_reset(text: &str) -> Option<ListPosition> {
    let mut parts = text.splitn(3, '.');
    let shard = parts.next()?.parse().ok().filter(|shard| *shard < RESET_SHARDS)?;
    let after = match (parts.next(), parts.next()) {
        (None, None) => None,
        (Some(deadline), Some(service)) => {
            let service: ServiceId = service.parse().ok()?;
            let deadline = Timestamp::from_epoch_seconds(deadline.parse().ok()?)?;
            (reset_shard(service) == shard).then_some(Some(PendingReset { deadline, service }))?
        }
        _ => return None,
    };
    Some(ListPosition::PendingReset(shard, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_is_displayed() {
        for text in ["t5", "h/10/20/", "b/10/20/", "p0", "p7", "p7.1795251700.15"] {
            let read = text.parse::<ListPosition>().map(|position| position.to_string());
            assert_eq!(read.as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_position_where_dynamodb_could_not_start_is_refused() {
        let too_long = format!("h/{}/", ["123456789012345678"; 60].join("/"));
        for text in ["", "t", "t0", "x1", "h10", "p8", "p7.1", "p7.1795251700.16", &too_long] {
            assert_eq!(text.parse::<ListPosition>(), Err(InvalidPosition), "{text}");
        }
    }
}
