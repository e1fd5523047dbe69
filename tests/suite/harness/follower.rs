//! A client that follows the changes of a region.

use serde_json::Value;

use super::{App, Reply};

/// No services.
pub(crate) const NONE: [u64; 0] = [];

/// The ids of these entries, or these ids, sorted.
pub(crate) fn ids(list: &Value) -> Vec<u64> {
    let id = |entry: &Value| entry["id"].as_u64().or(entry.as_u64()).expect("an id");
    let mut ids: Vec<u64> = list.as_array().expect("a list").iter().map(id).collect();
    ids.sort_unstable();
    ids
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
