//! Who is signed in to the issuer in which browser, by a cookie.

use aws_lc_rs::error::Unspecified;
use axum::http::{
    HeaderMap,
    header::{COOKIE, SET_COOKIE},
};

use super::random_keys::RandomKeys;

/// The cookie. Ports of one host share cookies, so the web pages need another name.
const COOKIE_NAME: &str = "issuer-session";
/// How long a session lasts, in seconds: an hour, as at Cognito.
const LIFETIME: u64 = 60 * 60;

/// A person who chose to be this sample user.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Session {
    pub(crate) username: &'static str,
    /// Epoch seconds.
    pub(super) signed_in_at: u64,
}

/// A header of an answer.
pub(super) type SetCookie = [(axum::http::HeaderName, String); 1];

/// All sessions.
#[derive(Debug)]
pub(super) struct Sessions(RandomKeys<Session>);

impl Sessions {
    pub(super) const fn new() -> Self {
        Self(RandomKeys::new())
    }

    /// The session of the request's browser, unless it is over at `now`.
    pub(super) fn current(&self, headers: &HeaderMap, now: u64) -> Option<Session> {
        let session = self.0.with(cookie(headers)?, |session| *session)?;
        (now < session.signed_in_at + LIFETIME).then_some(session)
    }

    /// Replaces the session of the request's browser.
    pub(super) fn begin(
        &self,
        headers: &HeaderMap,
        session: Session,
    ) -> Result<SetCookie, Unspecified> {
        self.remove(headers);
        let key = self.0.add(session)?;
        Ok(set_cookie(&key, ""))
    }

    /// Ends the session of the request's browser, if it has one.
    pub(super) fn end(&self, headers: &HeaderMap) -> SetCookie {
        self.remove(headers);
        set_cookie("", "; Max-Age=0")
    }

    fn remove(&self, headers: &HeaderMap) {
        if let Some(key) = cookie(headers) {
            self.0.remove(key);
        }
    }
}

fn set_cookie(value: &str, attributes: &str) -> SetCookie {
    let cookie = format!("{COOKIE_NAME}={value}; Path=/; HttpOnly; SameSite=Lax{attributes}");
    [(SET_COOKIE, cookie)]
}

/// The value of the cookie. Cookies of other applications on this host need not be text.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs =
        headers.get_all(COOKIE).iter().flat_map(|value| value.as_bytes().split(|b| *b == b';'));
    let mut values = pairs.filter_map(|pair| {
        pair.trim_ascii().strip_prefix(COOKIE_NAME.as_bytes())?.strip_prefix(b"=")
    });
    str::from_utf8(values.next()?).ok()
}
