//! Where imports write.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use capacityctl::services::Directory;
use shared::{
    http::Clock,
    store::{TableNames, keys::changes},
};

use super::{App, NOW, time};

impl App {
    /// For an import at the time of the clock.
    pub(crate) fn directory(&self) -> Directory {
        let now = self.now();
        let clock = Clock::from_fn(move || now);
        Directory { clock, ..Directory::new(&self.client, &self.tables) }
    }

    /// A region's rows of recent changes, but not those of imports long ago.
    pub(crate) async fn recent_changes(&self, region: u64) -> Vec<HashMap<String, AttributeValue>> {
        let query = self.client.query().table_name(&self.tables.changes);
        let query = query.key_condition_expression("#region = :region AND #at >= :from");
        let query = query.expression_attribute_names("#region", changes::REGION);
        let query = query.expression_attribute_names("#at", changes::AT);
        let region = AttributeValue::N(region.to_string());
        let query = query.expression_attribute_values(":region", region);
        let from = AttributeValue::S(changes::first_key(time(NOW)));
        let query = query.expression_attribute_values(":from", from);
        query.send().await.expect("rows").items.unwrap_or_default()
    }
}

/// For an import so long ago that no follower is told of it.
pub(super) fn long_ago_in(client: &Client, tables: &TableNames) -> Directory {
    Directory { clock: Clock::from_fn(|| time(0)), ..Directory::new(client, tables) }
}
