//! Where imports write.

use aws_sdk_dynamodb::Client;
use capacityctl::services::Directory;
use shared::{http::Clock, store::TableNames};

use super::{App, time};

impl App {
    /// For an import at the time of the clock.
    pub(crate) fn directory(&self) -> Directory {
        let now = self.now();
        let clock = Clock::from_fn(move || now);
        Directory { clock, ..Directory::new(&self.client, &self.tables) }
    }
}

/// For an import so long ago that no follower is told of it.
pub(super) fn long_ago_in(client: &Client, tables: &TableNames) -> Directory {
    Directory { clock: Clock::from_fn(|| time(0)), ..Directory::new(client, tables) }
}
