//! The table of recent changes: which services of a region a follower has to read again.
//!
//! Each change of a region's services has a row, stored by the transaction of the change. The key says it all: when it
//! was recorded, of which service, and which version the service has since. A row does not say what changed: a reader
//! reads the service itself.

use aws_sdk_dynamodb::{
    Client,
    types::{Put, ReturnConsumedCapacity},
};
use uuid::Uuid;

use super::{
    StoreFault,
    attribute::{Item, number, text},
    keys::changes,
    read::consumed_units,
};
use crate::domain::{Minutes, ServiceId, Timestamp};

/// How long a row is kept.
const KEPT: Minutes = Minutes(2 * 24 * 60);

/// The most rows that a reader takes. It reads one more, to know whether there are more.
const MAX_ROWS: usize = 500;

/// What stands for the service in the key of a row for many changes.
const MANY: &str = "many";

/// What a row says that has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The status of this service, which has this version since.
    Status(ServiceId, u64),
    /// What the directory says of this service, which has this directory version since.
    Directory(ServiceId, u64),
    /// So many services that they have no rows of their own.
    Many,
}

impl Changed {
    /// The service that has changed, if it is one.
    #[must_use]
    pub const fn service(self) -> Option<ServiceId> {
        match self {
            Self::Status(service, _) | Self::Directory(service, _) => Some(service),
            Self::Many => None,
        }
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its sort key: a number of twelve digits first, the seconds since the epoch by the clock of the writer.
    pub key: String,
    /// What it says.
    pub changed: Changed,
}

/// The rows of a region since a time.
#[derive(Clone, Debug, PartialEq)]
pub struct RecentChanges {
    /// The rows in the order of their keys; `None` if there are more than 500.
    pub rows: Option<Vec<ChangeRow>>,
    /// The read units that this took.
    pub units: f64,
}

/// The table of recent changes.
#[derive(Clone, Debug)]
pub struct ChangesTable {
    client: Client,
    name: String,
}

impl ChangesTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: &Client, name: String) -> Self {
        Self { client: client.clone(), name }
    }

    /// The rows of this region that were recorded at this time or later, by one strongly consistent query.
    ///
    /// # Errors
    /// The store failed.
    pub async fn since(
        &self,
        region: ServiceId,
        time: Timestamp,
    ) -> Result<RecentChanges, StoreFault> {
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("#region = :region AND #at >= :from")
            .expression_attribute_names("#region", changes::REGION)
            .expression_attribute_names("#at", changes::AT)
            .expression_attribute_values(":region", number(region))
            .expression_attribute_values(":from", text(changes::first_key(time)))
            .limit(i32::try_from(MAX_ROWS).unwrap_or(i32::MAX).saturating_add(1))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(StoreFault::unavailable)?;
        let units = consumed_units(&answer.consumed_capacity);
        let rows = answer.items.unwrap_or_default();
        let is_whole = rows.len() <= MAX_ROWS && answer.last_evaluated_key.is_none();
        let rows = is_whole.then(|| rows.iter().map(ChangeRow::of_item).collect());
        Ok(RecentChanges { rows, units })
    }
}

/// Stores the row of a change that is recorded at this time.
///
/// # Errors
/// [`StoreFault::InvalidRequest`] if the row cannot be written as an item.
pub fn put_change_row(
    table: &str,
    region: ServiceId,
    changed: Changed,
    at: Timestamp,
) -> Result<Put, StoreFault> {
    let time = changes::first_key(at);
    let key = match changed {
        Changed::Status(service, version) => format!("{time}#{service}#{version}"),
        Changed::Directory(service, version) => format!("{time}#{service}#d{version}"),
        Changed::Many => format!("{time}#{MANY}#{}", Uuid::new_v4()),
    };
    Put::builder()
        .table_name(table)
        .item(changes::REGION, number(region))
        .item(changes::AT, text(key))
        .item(changes::EXPIRES_AT, number(at.plus(KEPT).epoch_seconds()))
        .build()
        .map_err(StoreFault::invalid_request)
}

impl ChangeRow {
    /// A key that is not one of ours stands for any change: readers then read everything.
    fn of_item(item: &Item) -> Self {
        let key = item.get(changes::AT).and_then(|key| key.as_s().ok()).cloned();
        let key = key.unwrap_or_default();
        Self { changed: changed(&key).unwrap_or(Changed::Many), key }
    }

    /// Whether it was recorded at this time or later.
    #[must_use]
    pub fn is_since(&self, time: Timestamp) -> bool {
        self.key >= changes::first_key(time)
    }
}

fn changed(key: &str) -> Option<Changed> {
    let (_, rest) = key.split_once('#')?;
    let (service, version) = rest.split_once('#')?;
    let service = service.parse().ok()?;
    Some(match version.strip_prefix('d') {
        Some(version) => Changed::Directory(service, version.parse().ok()?),
        None => Changed::Status(service, version.parse().ok()?),
    })
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_was_put_and_any_other_stands_for_many() {
        let at = Timestamp::from_epoch_seconds(1_795_251_600).expect("a time");
        let id: ServiceId = "30".parse().expect("an id");
        for changed in [Changed::Status(id, 7), Changed::Directory(id, 7), Changed::Many] {
            let put = put_change_row("changes", id, changed, at).expect("a row");
            let row = ChangeRow::of_item(put.item());
            assert_eq!(row.changed, changed);
            assert!(row.key.starts_with("001795251600#"), "{row:?}");
            assert!(row.is_since(at) && !row.is_since(at.plus(Minutes(1))));
        }
        for key in ["", "#", "001795251600#30", "001795251600#30#", "001795251600#30#e1"] {
            let item = Item::from([(changes::AT.to_owned(), text(key))]);
            assert_eq!(ChangeRow::of_item(&item).changed, Changed::Many, "{key}");
        }
    }
}
