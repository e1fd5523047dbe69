//! A client that keeps a copy of a region.

use std::collections::BTreeMap;

use serde_json::Value;
use shared::{
    domain::ServiceId,
    http::changes_cursor,
    operations::{ChangesCursor, KnownRows},
    store::{ChangeRow, Changed, ChangesTable},
};

use crate::harness::App;

/// What a follower, or the cursor that it gets, does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// A cursor says how many rows are known, but not which.
    NoDigest,
    /// A cursor takes each row that was found for known, whether its change was delivered or not.
    UnsettledRows,
    /// The list is read first, and the follower begins a quarter of an hour later.
    ListFirst,
}

impl Mistake {
    pub(super) const ALL: [Self; 3] = [Self::NoDigest, Self::UnsettledRows, Self::ListFirst];
}

/// What a request of a follower was, and whether it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Failed,
    Begun,
    Listed,
    /// A poll, and whether there is more to deliver.
    Polled(bool),
    /// A poll that was told to read the list.
    Resync,
}

/// How far a poll looks back, in seconds.
const LOOK_BACK: u32 = 690;

/// How late [`Mistake::ListFirst`] begins, in seconds.
const LATE: i64 = 900;

/// A follower, with the copy that it keeps.
#[derive(Clone, Debug)]
pub(super) struct Follower {
    pub(super) region: u64,
    cursor: Option<ChangesCursor>,
    /// When it read the list, unless it has to read it again.
    listed: Option<i64>,
    /// The services by id, as the API shows them.
    pub(super) copy: BTreeMap<u64, Value>,
    mistake: Option<Mistake>,
}

impl Follower {
    pub(super) const fn new(region: u64, mistake: Option<Mistake>) -> Self {
        Self { region, cursor: None, listed: None, copy: BTreeMap::new(), mistake }
    }

    /// Its next request: where it begins, then the list, then polls.
    pub(super) async fn go_on(&mut self, app: &App) -> Step {
        let now = app.now().epoch_seconds();
        let list_first = self.mistake == Some(Mistake::ListFirst);
        match (&self.cursor, self.listed) {
            (Some(_), Some(_)) => self.poll(app).await,
            (None, None) if list_first => self.list(app, now).await,
            (None, Some(listed)) if now < listed + LATE => Step::Failed,
            (None, _) => self.begin(app).await,
            (Some(_), None) => self.list(app, now).await,
        }
    }

    async fn begin(&mut self, app: &App) -> Step {
        let Some(body) = self.ask(app, "").await else { return Step::Failed };
        self.cursor = Some(self.next(&body, app));
        Step::Begun
    }

    async fn list(&mut self, app: &App, now: i64) -> Step {
        let Some(items) = list(app, self.region).await else { return Step::Failed };
        self.copy.clear();
        self.keep(&items);
        self.listed = Some(now);
        Step::Listed
    }

    async fn poll(&mut self, app: &App) -> Step {
        if self.mistake == Some(Mistake::NoDigest) {
            self.forge(app, |count, rows| rows.len().min(count)).await;
        }
        let former = self.cursor.clone().expect("a cursor");
        let text = changes_cursor::encode(&former);
        let Some(body) = self.ask(app, &format!("&cursor={text}")).await else {
            return Step::Failed;
        };
        let next = self.next(&body, app);
        assert!(next.time >= former.time, "a cursor that goes back");
        self.cursor = Some(next);
        if self.mistake == Some(Mistake::UnsettledRows) {
            self.forge(app, |_, rows| rows.len()).await;
        }
        if body["resync"] == true {
            self.listed = None;
            return Step::Resync;
        }
        self.keep(&body["items"]);
        for id in
            ["removed", "unavailable"].iter().flat_map(|name| body[*name].as_array()).flatten()
        {
            self.copy.remove(&id.as_u64().expect("an id"));
        }
        Step::Polled(body["pollAfterSeconds"] != 10)
    }

    fn keep(&mut self, items: &Value) {
        for item in items.as_array().expect("items") {
            self.copy.insert(item["id"].as_u64().expect("an id"), item.clone());
        }
    }

    /// Makes the cursor know the first rows that a poll would find, as many as `known` says of the rows.
    async fn forge(&mut self, app: &App, known: impl Fn(usize, &[&ChangeRow]) -> usize) {
        let Some(cursor) = &mut self.cursor else { return };
        let table = ChangesTable::new(&app.client, app.tables.changes.clone());
        let since = cursor.time.minus_seconds(LOOK_BACK);
        let Ok(recent) = table.since(cursor.region, since).await else { return };
        let rows = recent.rows.unwrap_or_default();
        let rows: Vec<_> = rows.iter().filter(|row| row.changed != Changed::Many).collect();
        let count = known(cursor.delivered.count, &rows);
        cursor.delivered = KnownRows::of(&rows[..count]);
    }
    async fn ask(&self, app: &App, rest: &str) -> Option<Value> {
        let query = format!("region={}{rest}", self.region);
        let reply = app.changes(&query).by("reader").send().await;
        assert!(matches!(reply.status.as_u16(), 200 | 503), "{}", reply.body);
        (reply.status == 200).then(|| reply.body.clone())
    }

    /// The cursor of an answer.
    fn next(&self, body: &Value, app: &App) -> ChangesCursor {
        let text = body["cursor"].as_str().expect("a cursor");
        let region = ServiceId::new(self.region).expect("an id");
        changes_cursor::decode(text, region, app.now()).expect("a cursor of this region")
    }
}

/// What a list of a region shows, unless the store fails.
pub(super) async fn list(app: &App, region: u64) -> Option<Value> {
    let reply = app.list(&format!("region={region}&limit=100")).by("reader").send().await;
    assert!(reply.body.get("next").is_none(), "one page");
    (reply.status == 200).then(|| reply.body["items"].clone())
}
