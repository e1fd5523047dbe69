//! Everybody who may ask for a page, and what their browsers send.

use shared::domain::Session;

use crate::harness::{App, Browser, Call, follower::changes_since, service_form::hidden};

/// The visitors, as the tables' rows name them.
pub(super) const VISITORS: [&str; 16] = [
    "Nobody: no session",
    "A session that nobody has",
    "A session that has expired",
    "An editor of the service, by a token of the API",
    "Somebody who is not among the users",
    "A user who was deactivated",
    "A reader",
    "An editor of services elsewhere",
    "An editor of something above the service",
    "An editor of the service itself",
    "A user assigned to the service, without the permission to edit",
    "An editor of the service, in a session for reading only",
    "An editor of the service, in a session for neither reading nor writing",
    "An editor of the service, by a form of another site",
    "An editor of the service, by a form without origin",
    "An editor of the service, by a form of another session",
];

const BOTH: &str = "openid capacity/read capacity/write";

/// A visitor's browser, and how it differs from others.
pub(super) struct Visitor<'a> {
    browser: Browser<'a>,
    name: &'static str,
    subject: String,
    /// What follows the address of a board's changes.
    since: String,
}

impl<'a> Visitor<'a> {
    /// The visitor with that name, who asks about that service.
    pub(super) async fn of(app: &'a App, name: &'static str, id: u64) -> Self {
        let subject = subject(name, id);
        let scope = match name {
            "An editor of the service, in a session for reading only" => "openid capacity/read",
            "An editor of the service, in a session for neither reading nor writing" => {
                "openid capacity/readwrite"
            }
            _ => BOTH,
        };
        let now = app.now();
        let mut session = Session::begin(subject.clone(), scope.to_owned(), false, now);
        if name == "A session that has expired" {
            session.expires_at = now;
        }
        let mut browser = app.with_session(&session).await;
        match name {
            "Nobody: no session" | "An editor of the service, by a token of the API" => {
                browser.cookies.clear();
            }
            "A session that nobody has" => browser.cookies.iter_mut().for_each(other_secret),
            "An editor of the service, by a form of another session" => {
                browser.token = app.with_session(&session).await.token;
            }
            _ => {}
        }
        Self { browser, name, subject, since: changes_since(app, id) }
    }

    /// The visitor's request for a page, or with a form of it.
    pub(super) async fn request(&self, method: &str, path: &str, id: u64) -> Call<'a> {
        let mut address = path.replace("{id}", &id.to_string());
        if path == "/web/board/{id}/changes" {
            address += &self.since;
        }
        let call = match (method, path) {
            ("POST", "/web/services/{id}") => {
                let shown = self.browser.get(&address).send().await;
                let [tag, key] = ["etag", "key"].map(|name| hidden(&shown.text, name));
                let (tag, key) = (tag.unwrap_or_default(), key.unwrap_or("key".to_owned()));
                let red = [("etag", &*tag), ("key", &*key), ("status", "AMBER"), ("minutes", "60")];
                self.browser.post(&address, &red)
            }
            ("POST", _) => self.browser.post(&address, &[]),
            _ => self.browser.get(&address),
        };
        match self.name {
            "An editor of the service, by a token of the API" => call.by(&self.subject),
            "An editor of the service, by a form of another site" if method == "POST" => {
                call.header("origin", "https://example.net")
            }
            "An editor of the service, by a form without origin" if method == "POST" => {
                call.event(|event| {
                    drop(event["headers"].as_object_mut().map(|all| all.remove("origin")))
                })
            }
            _ => call,
        }
    }
}

/// As the town names its users.
fn subject(visitor: &str, id: u64) -> String {
    match visitor {
        "Somebody who is not among the users" => "nobody".to_owned(),
        "A user who was deactivated" => format!("gone-{id}"),
        "A reader" => "reader".to_owned(),
        "An editor of services elsewhere" => format!("elsewhere-{id}"),
        "An editor of something above the service" => format!("above-{id}"),
        "A user assigned to the service, without the permission to edit" => {
            format!("assigned-{id}")
        }
        _ => format!("own-{id}"),
    }
}

/// The cookie with one bit changed.
fn other_secret(cookie: &mut String) {
    let first = cookie.find('=').expect("a value") + 1;
    let changed = if cookie[first..].starts_with('A') { "B" } else { "A" };
    cookie.replace_range(first..=first, changed);
}
