//! Regions with so many changes by an import that their followers are told once, and which import has not ended. If it was
//! killed or interrupted, the next import tells the followers.
//!
//! They are rows of the table of recent changes, under a number that no service has. A row without an expiry is of an import
//! that has not ended. It stays however long the next import takes to come: a follower that polls all the time never has
//! to read everything otherwise.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{
    domain::{ServiceId, Timestamp},
    store::keys::changes,
};

use super::Directory;
use crate::{Error, scan::text};

/// The number in the place of a region.
const UNFINISHED: &str = "0";

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
            if !row.contains_key(changes::EXPIRES_AT) {
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
        self.put_rows(regions, None).await
    }

    /// The import has ended, and the followers of these regions are told.
    ///
    /// # Errors
    ///
    /// A fault of the store.
    pub(super) async fn end(&self, regions: &BTreeSet<ServiceId>) -> Result<(), Error> {
        self.put_rows(regions, Some(self.clock.now())).await
    }

    async fn put_rows(
        &self,
        regions: &BTreeSet<ServiceId>,
        expires_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        let number = |number: String| AttributeValue::N(number);
        let expires_at = expires_at.map(|at| number(at.epoch_seconds().to_string()));
        for region in regions {
            let mut put = self.client.put_item().table_name(&self.changes);
            put = put.item(changes::REGION, number(UNFINISHED.to_owned()));
            put = put.item(changes::AT, AttributeValue::S(region.to_string()));
            if let Some(expires_at) = &expires_at {
                put = put.item(changes::EXPIRES_AT, expires_at.clone());
            }
            put.send().await.map_err(|error| Error::store(&self.changes, error))?;
        }
        Ok(())
    }
}
