//! A request of each kind: its path, headers and body, and how it is sent.

use std::collections::BTreeMap;

use axum::body::Bytes;
use form_urlencoded::Serializer;
use reqwest::{Client, Method, header::ETAG};
use shared::{
    domain::{Minutes, Reason},
    http::{Clock, cookie::SESSION},
};
use web::visitor::SessionSecret;

use crate::{Error, generated_directory::GeneratedDirectory, request_kind::RequestKind};

/// The users who are signed in on the pages.
#[derive(Clone, Default)]
pub struct SignedIn {
    /// Each one's session.
    pub sessions: BTreeMap<&'static str, SessionSecret>,
    /// What browsers send as `Origin`.
    pub origin: String,
}

/// A request to the gateway.
#[derive(Clone, Debug)]
pub struct Request {
    /// The kind.
    pub kind: RequestKind,
    /// The URL.
    pub url: String,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body, if the kind has one.
    pub body: Option<String>,
}

/// An expected response.
#[derive(Debug)]
pub struct Answer {
    /// Its entity tag.
    pub tag: Option<String>,
    /// Its body, as it was sent.
    pub body: Bytes,
}

impl SignedIn {
    /// The headers of a request. The token is the username.
    #[must_use]
    pub fn headers(&self, kind: RequestKind) -> Vec<(&'static str, String)> {
        let user = kind.user();
        let mut headers = vec![("accept", "*/*".to_owned())];
        match self.sessions.get(user).filter(|_| kind.is_page()) {
            Some(session) => {
                headers.push(("cookie", format!("{SESSION}={}", session.cookie_value())));
                headers.push(("accept-encoding", "gzip, deflate, br, zstd".to_owned()));
            }
            None => headers.push(("authorization", format!("Bearer {user}"))),
        }
        match kind.method() {
            "PUT" => headers.push(("content-type", "application/json".to_owned())),
            "POST" => {
                headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
                headers.push(("origin", self.origin.clone()));
            }
            _ => {}
        }
        match kind {
            RequestKind::GetUnchanged => headers.push(("if-none-match", "*".to_owned())),
            RequestKind::BoardUnchanged => {
                headers.push(("if-none-match", "*".to_owned()));
                headers.push(("x-refresh", "1".to_owned()));
            }
            RequestKind::BoardPoll => headers.push(("x-refresh", "1".to_owned())),
            RequestKind::PutIdempotent => headers.push(("idempotency-key", random_key())),
            _ => {}
        }
        headers
    }

    /// A form for a status with this entity tag.
    #[must_use]
    pub fn form(&self, kind: RequestKind, tag: &str) -> String {
        let token = self.sessions.get(kind.user()).map(SessionSecret::form_token);
        let mut form = Serializer::new(String::new());
        form.append_pair("token", &token.unwrap_or_default());
        form.append_pair("etag", tag).append_pair("key", &random_key());
        if kind == RequestKind::ExtendForm {
            form.append_pair("extend", "30");
        } else {
            let fields = [("status", "RED"), ("minutes", "240"), ("reason", ""), ("notes", "")];
            form.extend_pairs(fields);
        }
        form.finish()
    }
}

/// A random path of a kind, with its query.
#[must_use]
pub fn path(kind: RequestKind, directory: GeneratedDirectory) -> String {
    match kind {
        RequestKind::List => "/services".to_owned(),
        RequestKind::ListByStatus => "/services?status=RED,AMBER".to_owned(),
        RequestKind::ListBelow => format!("/services?parentId={}", directory.random_provider()),
        RequestKind::ListEndingSoon => {
            format!("/services?resetBefore={}", Clock::system().now().plus(Minutes(60)))
        }
        RequestKind::ListOverdue => "/services?overdue=true".to_owned(),
        RequestKind::ListOverdueInRegion => {
            format!("/services?overdue=true&region={}", directory.random_region())
        }
        RequestKind::ListRegion => {
            format!("/services?region={}&limit=100", directory.random_region())
        }
        RequestKind::Board | RequestKind::BoardUnchanged => {
            format!("/web/board/{}", directory.random_region())
        }
        RequestKind::Mine => "/web/mine".to_owned(),
        _ => path_of(kind, directory.random_service()),
    }
}

/// The path of a kind that is about one service.
#[must_use]
pub fn path_of(kind: RequestKind, service: u64) -> String {
    match kind {
        RequestKind::Deadline => format!("/services/{service}/capacitystatus/deadline"),
        RequestKind::ServicePage | RequestKind::SetForm | RequestKind::ExtendForm => {
            format!("/web/services/{service}")
        }
        _ => format!("/services/{service}/capacitystatus"),
    }
}

/// A random body, if the kind has one that does not depend on the service.
#[must_use]
pub fn body(kind: RequestKind) -> Option<String> {
    let status = ["RED", "AMBER", "GREEN"].into_iter().nth(fastrand::usize(..3))?;
    match kind {
        RequestKind::Put | RequestKind::PutIdempotent => Some(update(status)),
        RequestKind::Deadline => {
            Some(format!(r#"{{"resetStatusIn": {}}}"#, fastrand::u32(30..=1440)))
        }
        _ => None,
    }
}

/// An update to this status for at least half an hour; every other one has notes, every third a reason.
#[must_use]
pub fn update(status: &str) -> String {
    let minutes = fastrand::u32(30..=1440);
    let notes = if fastrand::bool() {
        r#", "notes": "two of five clinicians until the evening, minor injuries as usual""#
    } else {
        ""
    };
    let reason = Reason::NAMES.get(fastrand::usize(..3 * Reason::NAMES.len()));
    let reason = reason.map(|name| format!(r#", "reason": "{name}""#)).unwrap_or_default();
    format!(r#"{{"status": "{status}", "resetStatusIn": {minutes}{notes}{reason}}}"#)
}

fn random_key() -> String {
    format!("load-{:016x}", fastrand::u64(..))
}

impl Request {
    /// Sends it, and returns an expected response.
    ///
    /// # Errors
    /// There is no response, or an unexpected one.
    pub async fn send(self, client: Client) -> Result<Answer, Error> {
        let Self { kind, url, headers, body } = self;
        let unexpected =
            |text: String| Error::UnexpectedResponse(format!("{}: {text}", kind.name()));
        let method = Method::from_bytes(kind.method().as_bytes());
        let method = method.map_err(|error| unexpected(error.to_string()))?;
        let mut request = client.request(method, url).body(body.unwrap_or_default());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(|error| unexpected(error.to_string()))?;
        let status = response.status();
        let tag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let body = response.bytes().await.map_err(|error| unexpected(error.to_string()))?;
        if kind.expected().contains(&status.as_u16()) {
            Ok(Answer { tag, body })
        } else {
            Err(unexpected(format!("{status} {}", String::from_utf8_lossy(&body))))
        }
    }
}
