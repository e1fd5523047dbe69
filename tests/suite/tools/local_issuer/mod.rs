//! The local issuer: how people sign in to the web pages and out again, which tokens it issues, and whom it refuses.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use local_stack::{
    background::free_port,
    issuer::{Clock, LocalIssuer, Options, WEB_CLIENT_ID},
};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reqwest::{Method, StatusCode, redirect::Policy};
use serde_json::Value;

use crate::harness::{NOW, token_verifier::issuer_key};

mod codes;
mod grants;
mod pages;
mod sessions;
mod sign_in;
mod sign_out;

const API: &str = "http://127.0.0.1:9000";
const CALLBACK: &str = "http://127.0.0.1:9000/web/callback";
/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// What the application wants back as it is.
const STATE: &str = "a+b &c=é%\"<";

type Parameters<'a> = Vec<(&'a str, &'a str)>;

/// What the web pages ask for.
fn request() -> Parameters<'static> {
    vec![
        ("response_type", "code"),
        ("client_id", WEB_CLIENT_ID),
        ("redirect_uri", CALLBACK),
        ("scope", "openid capacity/read capacity/write"),
        ("state", STATE),
        ("nonce", "nonce-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

/// The parameters with another value of one of them.
fn with<'a>(parameters: Parameters<'a>, name: &'a str, value: &'a str) -> Parameters<'a> {
    let mut changed = without(parameters, name);
    changed.push((name, value));
    changed
}

fn without<'a>(mut parameters: Parameters<'a>, name: &str) -> Parameters<'a> {
    parameters.retain(|(known, _)| *known != name);
    parameters
}

/// The parameters as a query or a form.
fn encoded(parameters: &[(&str, &str)]) -> String {
    let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = parameters.iter().map(|(name, value)| format!("{name}={}", encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A browser that shows answers of the issuer. It keeps the issuer's cookie.
struct Browser<'a> {
    issuer: &'a LocalIssuer,
    cookie: Option<String>,
}

impl<'a> Browser<'a> {
    const fn new(issuer: &'a LocalIssuer) -> Self {
        Self { issuer, cookie: None }
    }

    async fn authorize(&mut self, parameters: &[(&str, &str)]) -> Shown {
        self.send(Method::GET, "/oauth2/authorize", parameters, None).await
    }

    /// Presses a button of the page that these parameters show.
    async fn press(&mut self, parameters: &[(&str, &str)], button: (&str, &str)) -> Shown {
        self.send(Method::POST, "/oauth2/authorize", parameters, Some(encoded(&[button]))).await
    }

    /// Signs in, and returns the code.
    async fn sign_in(&mut self, parameters: &[(&str, &str)], user: &str) -> String {
        self.press(parameters, ("user", user)).await.code()
    }

    async fn sign_out(&mut self, parameters: &[(&str, &str)]) -> Shown {
        self.send(Method::GET, "/logout", parameters, None).await
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        form: Option<String>,
    ) -> Shown {
        let client = reqwest::Client::builder().no_proxy().redirect(Policy::none());
        let url = format!("{}{path}?{}", self.issuer.issuer().url, encoded(query));
        let mut request = client.build().expect("a client").request(method, url);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(form) = form {
            request =
                request.header("content-type", "application/x-www-form-urlencoded").body(form);
        }
        let shown = Shown::read(request.send().await.expect("an answer")).await;
        if let Some(cookie) = &shown.set_cookie {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        shown
    }
}

/// An answer.
#[derive(Debug)]
struct Shown {
    status: StatusCode,
    location: Option<String>,
    set_cookie: Option<String>,
    body: String,
}

impl Shown {
    async fn read(answer: reqwest::Response) -> Self {
        let header = |name| {
            let value = answer.headers().get(name)?;
            Some(value.to_str().expect("text").to_owned())
        };
        let (location, set_cookie) = (header("location"), header("set-cookie"));
        let status = answer.status();
        if status != StatusCode::SEE_OTHER {
            assert_eq!(header("cache-control").as_deref(), Some("no-store"));
            assert_eq!(header("content-type").as_deref(), Some("text/html; charset=utf-8"));
        }
        let body = answer.bytes().await.expect("a body").to_vec();
        Self { status, location, set_cookie, body: String::from_utf8(body).expect("UTF-8") }
    }

    /// The parameters that the callback gets.
    fn sent(&self) -> Vec<(String, String)> {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{self:?}");
        let location = self.location.as_deref().expect("a location");
        let (address, query) = location.split_once('?').expect("a query");
        assert_eq!(address, CALLBACK);
        let decode = |text| percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned();
        let pairs = query.split('&').map(|pair| pair.split_once('=').expect("a value"));
        pairs.map(|(name, value)| (decode(name), decode(value))).collect()
    }

    /// The code that the callback gets, with the state.
    fn code(&self) -> String {
        match self.sent().as_slice() {
            [(name, code), (state, value)] => {
                assert_eq!((&**name, &**state, &**value), ("code", "state", STATE));
                code.clone()
            }
            other => panic!("{other:?}"),
        }
    }

    /// The error that the callback gets, with the state.
    fn error(&self) -> String {
        match self.sent().as_slice() {
            [(name, error), (state, value)] => {
                assert_eq!((&**name, &**state, &**value), ("error", "state", STATE));
                error.clone()
            }
            other => panic!("{other:?}"),
        }
    }

    /// Whether it is the page that asks who somebody is.
    fn asks(&self) -> bool {
        self.status == StatusCode::OK && self.body.contains("<h1>Choose a sample user</h1>")
    }

    /// Asserts that it is an error page, which sends the browser nowhere.
    fn assert_refused(&self, case: &str) {
        assert_eq!((self.status, &self.location), (StatusCode::BAD_REQUEST, &None), "{case}");
        assert!(self.body.contains("<h1>This request cannot be answered</h1>"), "{case}");
    }
}

/// An issuer for pages below `api_urls`.
fn issuer_for(api_urls: &[&str], clock: Clock) -> LocalIssuer {
    let api_urls = api_urls.iter().map(ToString::to_string).collect();
    let listener = free_port().expect("a port");
    LocalIssuer::start(listener, issuer_key(), Options { api_urls, clock }).expect("an issuer")
}

/// The issuer of a stack, at [`NOW`]. All tests share it.
fn issuer() -> &'static LocalIssuer {
    static ISSUER: OnceLock<LocalIssuer> = OnceLock::new();
    ISSUER.get_or_init(|| issuer_at(|| NOW as u64))
}

fn issuer_at(clock: Clock) -> LocalIssuer {
    issuer_for(&[API, "http://localhost:9000"], clock)
}

/// A clock that a test moves. Each test has its own.
struct TestClock(AtomicU64);

impl TestClock {
    const fn new() -> Self {
        Self(AtomicU64::new(NOW as u64))
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Sets it to this many seconds after [`NOW`].
    fn set(&self, seconds: u64) {
        self.0.store(NOW as u64 + seconds, Ordering::SeqCst);
    }
}

/// Sends the form to the token endpoint.
async fn exchange(issuer: &LocalIssuer, form: &[(&str, &str)]) -> (u16, Value) {
    let (status, body) = grants::answer(grants::request(issuer, &encoded(form))).await;
    (status.as_u16(), body)
}
