//! A client that follows the changes of a region.

use serde_json::Value;
use shared::{
    http::changes_cursor,
    operations::ChangesCursor,
    store::{Changed, put_change_row},
};

use super::{App, Reply, time};

/// No services.
pub(crate) const NONE: [u64; 0] = [];

/// The ids of these entries, or these ids, sorted.
pub(crate) fn ids(list: &Value) -> Vec<u64> {
    let id = |entry: &Value| entry["id"].as_u64().or(entry.as_u64()).expect("an id");
    let mut ids: Vec<u64> = list.as_array().expect("a list").iter().map(id).collect();
    ids.sort_unstable();
    ids
}

impl App {
    /// Stores a row of a change in this region that was recorded so many seconds after now.
    pub(crate) async fn record_change(&self, region: u64, changed: Changed, seconds: i64) {
        let region = region.to_string().parse().expect("an id");
        let at = time(self.now().epoch_seconds() + seconds);
        let put = put_change_row(&self.tables.changes, region, changed, at).expect("a row");
        let request = self.client.put_item().table_name(put.table_name());
        request.set_item(Some(put.item().clone())).send().await.expect("a row");
    }
}

/// The query for the changes of a board in this region, by a page that was read now.
pub(crate) fn changes_since(app: &App, region: u64) -> String {
    let region = region.to_string().parse().expect("an id");
    let beginning = ChangesCursor::beginning(region, app.now());
    format!("?since={}", changes_cursor::encode(&beginning))
}

/// A client that follows a region.
pub(crate) struct Follower<'a> {
    app: &'a App,
    region: u64,
    pub(crate) cursor: String,
}

impl<'a> Follower<'a> {
    pub(crate) async fn begin(app: &'a App, region: u64) -> Self {
        let begun = app.changes(&format!("region={region}")).by("reader").send().await;
        let begun = begun.ok().clone();
        assert_eq!((ids(&begun["items"]), begun.get("resync")), (vec![], None));
        Self { app, region, cursor: begun["cursor"].as_str().expect("a cursor").to_owned() }
    }

    pub(crate) async fn ask(&self) -> Reply {
        let query = format!("region={}&cursor={}", self.region, self.cursor);
        self.app.changes(&query).by("reader").send().await
    }

    pub(crate) async fn poll(&mut self) -> Value {
        let answer = self.ask().await.ok().clone();
        answer["cursor"].as_str().expect("a cursor").clone_into(&mut self.cursor);
        answer
    }

    /// Polls for services that have changed.
    pub(crate) async fn polled(&mut self) -> Vec<u64> {
        ids(&self.poll().await["items"])
    }

    /// Polls for services that are closed, or not in the region any more.
    pub(crate) async fn removed(&mut self) -> Vec<u64> {
        ids(&self.poll().await["removed"])
    }

    /// Polls for whether the follower has to read everything.
    pub(crate) async fn has_to_read_all(&mut self) -> bool {
        self.poll().await["resync"] == true
    }
}
