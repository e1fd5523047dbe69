//! Sign-ins under way. Each is a short-lived cookie of the browser that began it, and nothing else knows of it.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use lambda_http::http::{HeaderMap, HeaderValue};
use shared::{
    domain::{Minutes, Timestamp},
    http::{
        cookie::{self, Lifetime},
        sha256,
    },
};
use web::{own_page::own_page, site::Site, visitor::random_token};

/// How long people may take to sign in.
const LIFETIME: Minutes = Minutes(10);
/// How many sign-ins a browser may have under way. All its headers together may have 10,240 bytes at the gateway.
const MOST: usize = 5;
/// How many cookies one answer deletes. Its headers may not be longer either.
const MOST_DELETED: usize = 20;
/// The longest page to come back to, in bytes. With a longer one people come back to the usual page.
const MAX_PAGE_BYTES: usize = 500;
/// How many characters of the state are in the cookie's name.
const NAMED: usize = 8;

/// A sign-in under way.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PendingSignIn {
    /// What the issuer sends back, to tell whose answer it is.
    pub(crate) state: String,
    /// What the ID token must contain.
    pub(crate) nonce: String,
    /// The verifier of PKCE, without which the code is worth nothing.
    pub(crate) verifier: String,
    /// Whether others use this computer too.
    pub(crate) shared_computer: bool,
    begun_at: Timestamp,
    /// The page to go to afterwards.
    to: Option<String>,
}

impl PendingSignIn {
    /// A sign-in that begins now. `None` if the system has no randomness.
    pub(crate) fn begin(to: Option<&str>, shared_computer: bool, now: Timestamp) -> Option<Self> {
        let to = to.and_then(own_page).filter(|page| page.len() <= MAX_PAGE_BYTES);
        Some(Self {
            state: random_token()?,
            nonce: random_token()?,
            verifier: random_token()?,
            shared_computer,
            begun_at: now,
            to: to.map(str::to_owned),
        })
    }

    /// The request's sign-in with this state, which tells nothing by how long the comparison takes.
    pub(crate) fn with_state(site: &Site, headers: &HeaderMap, state: &str) -> Option<Self> {
        let wanted = sha256(state.as_bytes());
        let mut pending = all(site, headers).filter_map(|(_, pending)| pending);
        pending.find(|pending| sha256(pending.state.as_bytes()) == wanted)
    }

    /// Whether the person still may finish it. The browser deletes the cookie too, by its own clock.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        self.begun_at <= now && now < self.begun_at.plus(LIFETIME)
    }

    /// The page to go to afterwards. The cookie's page is no more trusted than the address was.
    pub(crate) fn page(&self) -> &str {
        self.to.as_deref().and_then(own_page).unwrap_or("/web/mine")
    }

    /// The header that keeps it in the browser.
    pub(crate) fn cookie(&self, site: &Site) -> Option<HeaderValue> {
        let lifetime = Lifetime::Seconds(LIFETIME.0 * 60);
        cookie::set_cookie(&self.name(site), &self.value(), lifetime, site.is_secure())
    }

    /// The header that deletes it from the browser.
    pub(crate) fn deletion(&self, site: &Site) -> Option<HeaderValue> {
        delete(site, &self.name(site))
    }

    /// One for each sign-in, so that tabs do not disturb each other.
    fn name(&self, site: &Site) -> String {
        let named: String = self.state.chars().take(NAMED).collect();
        format!("{}{named}", prefix(site))
    }

    fn value(&self) -> String {
        let Self { state, nonce, verifier, shared_computer, begun_at, to } = self;
        let (shared, begun_at) = (u8::from(*shared_computer), begun_at.epoch_seconds());
        let to = BASE64_URL_SAFE_NO_PAD.encode(to.as_deref().unwrap_or_default());
        format!("{state}.{nonce}.{verifier}.{shared}.{begun_at}.{to}")
    }

    fn parse(value: &str) -> Option<Self> {
        let [state, nonce, verifier, shared, begun_at, to] =
            value.split('.').collect::<Vec<_>>().try_into().ok()?;
        let [state, nonce, verifier] = [state, nonce, verifier].map(secret);
        let to = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(to).ok()?).ok()?;
        Some(Self {
            state: state?,
            nonce: nonce?,
            verifier: verifier?,
            shared_computer: match shared {
                "0" => false,
                "1" => true,
                _ => return None,
            },
            begun_at: Timestamp::from_epoch_seconds(begun_at.parse().ok()?)?,
            to: Some(to).filter(|to| !to.is_empty()),
        })
    }
}

/// The headers that delete what is too old, cannot be read, or is one too many beside a new one: the oldest go.
pub(crate) fn deletions(site: &Site, headers: &HeaderMap, now: Timestamp) -> Vec<HeaderValue> {
    let mut known: Vec<_> = all(site, headers)
        .map(|(name, pending)| (pending.filter(|pending| pending.is_live(now)), name))
        .collect();
    // By name at last, because a cookie may come twice.
    known.sort_by_key(|(pending, name)| {
        (std::cmp::Reverse(pending.as_ref().map(|pending| pending.begun_at)), *name)
    });
    known.dedup_by_key(|(_, name)| *name);
    let live = known.iter().filter(|(pending, _)| pending.is_some()).count();
    let unwanted = known.iter().skip(live.min(MOST - 1)).take(MOST_DELETED);
    unwanted.filter_map(|(_, name)| delete(site, name)).collect()
}

/// The cookies of sign-ins, each with its name. `None` if its value is not one.
fn all<'a>(
    site: &Site,
    headers: &'a HeaderMap,
) -> impl Iterator<Item = (&'a str, Option<PendingSignIn>)> {
    let prefix = prefix(site);
    cookie::cookies(headers)
        .filter(move |(name, _)| name.starts_with(prefix))
        .map(|(name, value)| (name, PendingSignIn::parse(value)))
}

fn delete(site: &Site, name: &str) -> Option<HeaderValue> {
    cookie::set_cookie(name, "", Lifetime::Delete, site.is_secure())
}

/// Browsers take a name with the prefix `__Host-` only over https, for the whole host and from that host alone.
fn prefix(site: &Site) -> &'static str {
    if site.is_secure() { "__Host-sign-in-" } else { "sign-in-" }
}

/// 256 bits in base64.
fn secret(text: &str) -> Option<String> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    (bytes.len() == 32).then(|| text.to_owned())
}
