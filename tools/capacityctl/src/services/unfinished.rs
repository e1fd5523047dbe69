//! Regions with so many changes by an import that their followers are told once, and which import has not ended. If it was
//! killed or interrupted, the next import tells the followers.
//!
//! They are rows of the table of recent changes, under a number that no service has. They expire like the other rows:
//! after a day every follower has to read everything anyway.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{
    domain::{Minutes, ServiceId, Timestamp},
    store::keys::changes,
};

use super::Directory;
use crate::{
    Error,
    scan::{number, text},
};

/// The number in the place of a region.
const UNFINISHED: &str = "0";

/// How long ago a row expires whose import has ended: the clock of the next import may be behind, and an import that takes
/// an ended one for unfinished writes without rows.
const ENDED_SECONDS: u32 = 60 * 60;

/// How long a row is worth something, if the import does not end.
const KEPT: Minutes = Minutes(2 * 24 * 60);

impl Directory {
    /// The regions in which an import has begun and not ended.
    ///
    /// # Errors
    ///
    /// A fault of the store.
    pub(super) async fn unfinished(&self) -> Result<BTreeSet<ServiceId>, Error> {
        let query = self
            .client
            .query()
            .table_name(&self.changes)
            .consistent_read(true)
            .key_condition_expression("#region = :unfinished")
            .expression_attribute_names("#region", changes::REGION)
            .expression_attribute_values(":unfinished", AttributeValue::N(UNFINISHED.to_owned()));
        let (mut rows, mut regions) = (query.into_paginator().items().send(), BTreeSet::new());
        while let Some(row) = rows.next().await {
            let row = row.map_err(|error| Error::store(&self.changes, error))?;
            let expires_at =
                number(&row, changes::EXPIRES_AT).and_then(Timestamp::from_epoch_seconds);
            if expires_at.is_some_and(|at| at > self.clock.now()) {
                regions.extend(text(&row, changes::AT).and_then(|id| id.parse::<ServiceId>().ok()));
            }
        }
        Ok(regions)
    }

    /// An import begins in these regions.
    ///
    /// # Errors
    ///
    /// A fault of the store.
    pub(super) async fn begin(&self, regions: &BTreeSet<ServiceId>) -> Result<(), Error> {
        self.expect_end(regions, self.clock.now().plus(KEPT)).await
    }

    /// The import has ended, and the followers of these regions are told.
    ///
    /// # Errors
    ///
    /// A fault of the store.
    pub(super) async fn end(&self, regions: &BTreeSet<ServiceId>) -> Result<(), Error> {
        self.expect_end(regions, self.clock.now().minus_seconds(ENDED_SECONDS)).await
    }

    async fn expect_end(
        &self,
        regions: &BTreeSet<ServiceId>,
        until: Timestamp,
    ) -> Result<(), Error> {
        let number = |number: String| AttributeValue::N(number);
        for region in regions {
            let put = self.client.put_item().table_name(&self.changes);
            put.item(changes::REGION, number(UNFINISHED.to_owned()))
                .item(changes::AT, AttributeValue::S(region.to_string()))
                .item(changes::EXPIRES_AT, number(until.epoch_seconds().to_string()))
                .send()
                .await
                .map_err(|error| Error::store(&self.changes, error))?;
        }
        Ok(())
    }
}
