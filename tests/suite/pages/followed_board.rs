//! A board that is followed as its script does it.

use std::collections::BTreeMap;

use super::page_tags::timeless;
use crate::harness::{App, Browser, Reply, page_text::text};

/// A board in a browser, with what its script knows.
pub(super) struct Followed<'a> {
    pub(super) browser: Browser<'a>,
    pub(super) address: String,
    /// The status of each service that is shown, as HTML.
    pub(super) statuses: BTreeMap<u64, String>,
    /// Where what has changed is.
    pub(super) changes: String,
    /// How often all of it was read again.
    pub(super) reads: usize,
}

impl<'a> Followed<'a> {
    pub(super) async fn open(app: &'a App, address: &str) -> Self {
        let browser = app.signed_in("reader").await;
        let address = format!("/web/board/{address}");
        let (statuses, changes) = (BTreeMap::new(), String::new());
        let mut own = Self { browser, address, statuses, changes, reads: 0 };
        own.read().await;
        own.reads = 0;
        own
    }

    async fn read(&mut self) {
        let known = self.changes.split("since=").nth(1).unwrap_or("1");
        let page = self.browser.get(&self.address).header("x-refresh", known).send().await;
        self.statuses = statuses(&page);
        self.changes = attribute(&page.text, "data-changes").expect("an address");
        self.reads += 1;
    }

    pub(super) async fn ask(&self) -> Reply {
        self.browser.get(&self.changes).header("x-refresh", "1").send().await
    }

    /// As the script does it: what has changed replaces what is shown, unless all of the page has to be read.
    pub(super) async fn follow(&mut self, app: &App) {
        let now = app.now().epoch_seconds().to_string();
        let is_due = |html: &String| {
            let moments = ["data-until", "data-again"].map(|name| attribute(html, name));
            moments.into_iter().flatten().any(|moment| moment <= now)
        };
        if self.statuses.values().any(is_due) {
            return self.read().await;
        }
        let page = self.ask().await;
        let others = attribute(&page.text, "data-others").expect("others");
        let changed = statuses(&page);
        self.changes = attribute(&page.text, "data-changes").expect("an address");
        let mut others = others.split_whitespace().map(|id| id.parse().expect("an id"));
        if page.text.contains("data-all")
            || others.any(|id: u64| self.statuses.contains_key(&id))
            || changed.keys().any(|id| !self.statuses.contains_key(id))
        {
            return self.read().await;
        }
        self.statuses.extend(changed);
    }

    pub(super) async fn assert_is_as_read(&self, what: &str) {
        let page = self.browser.get(&self.address).send().await;
        assert_eq!(self.statuses, statuses(&page), "{} {what}", self.address);
    }
}

/// The status of each service on a page, without ages.
pub(super) fn statuses(page: &Reply) -> BTreeMap<u64, String> {
    assert_eq!(page.status, 200, "{}", page.text);
    let html = timeless(&page.text);
    let statuses = html.split("<div class=\"app-status ").skip(1).filter_map(|status| {
        let (status, _) = status.split("</li>").next()?.rsplit_once("</div>")?;
        Some((attribute(status, "data-live")?.parse().ok()?, status.to_owned()))
    });
    statuses.collect()
}

/// The first value of this attribute.
pub(super) fn attribute(html: &str, name: &str) -> Option<String> {
    Some(text(html.split(&format!("{name}=\"")).nth(1)?.split('"').next()?))
}
