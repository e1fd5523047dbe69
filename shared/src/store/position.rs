//! Where a page of a list starts, as a type and as the text that cursors carry.

use std::{fmt, str::FromStr};

use super::keys::{MAX_SORT_KEY_BYTES, RESET_SHARDS, reset_shard};
use crate::domain::{Lineage, ServiceId, Timestamp};

/// Where the next page starts. As text it is the part of a cursor that names where, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// In the table, after that service.
    Table(ServiceId),
    /// In the index `hierarchy`, after that service.
    Hierarchy(Lineage),
    /// In the index `hierarchy`, at the beginning of that service and what is below it.
    Top(Lineage),
    /// In the index `pending-reset`, in that shard, after that deadline and service.
    Pending(u64, Option<(Timestamp, ServiceId)>),
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(id) => write!(f, "t{id}"),
            Self::Hierarchy(lineage) => write!(f, "h{lineage}"),
            Self::Top(lineage) => write!(f, "b{lineage}"),
            Self::Pending(shard, None) => write!(f, "p{shard}"),
            Self::Pending(shard, Some((at, id))) => {
                write!(f, "p{shard}.{}.{id}", at.epoch_seconds())
            }
        }
    }
}

/// The text is not where any page could start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPosition;

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let position = match text.split_at_checked(1) {
            Some(("t", id)) => id.parse().ok().map(Self::Table),
            Some(("h", path)) if path.len() <= MAX_SORT_KEY_BYTES => {
                Lineage::parse(path).map(Self::Hierarchy)
            }
            Some(("b", path)) if path.len() <= MAX_SORT_KEY_BYTES => {
                Lineage::parse(path).map(Self::Top)
            }
            Some(("p", pending)) => pending_position(pending),
            _ => None,
        };
        position.ok_or(NotAPosition)
    }
}

fn pending_position(text: &str) -> Option<Position> {
    let mut parts = text.splitn(3, '.');
    let shard = parts.next()?.parse().ok().filter(|shard| *shard < RESET_SHARDS)?;
    let after = match (parts.next(), parts.next()) {
        (None, None) => None,
        (Some(at), Some(id)) => {
            let id: ServiceId = id.parse().ok()?;
            let at = Timestamp::from_epoch_seconds(at.parse().ok()?)?;
            (reset_shard(id) == shard).then_some(Some((at, id)))?
        }
        _ => return None,
    };
    Some(Position::Pending(shard, after))
}
