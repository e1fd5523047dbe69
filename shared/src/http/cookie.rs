//! Cookies of a request, and the header that sets one.

use lambda_http::http::{HeaderMap, HeaderValue, header::COOKIE};

/// The cookie of the pages' session. Browsers take a name with this prefix only over https, for the whole host.
pub const SESSION: &str = "__Host-session";

/// The same on plain http, which only loopback addresses may use.
pub const LOCAL_SESSION: &str = "session";

/// The length of its value: 256 random bits in base64.
pub const SESSION_VALUE_CHARS: usize = 43;

/// The cookies of a request, each with its name. A cookie that is not ASCII is left out, and the others stay.
pub fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let pairs = headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(|pair| str::from_utf8(pair).ok()?.trim().split_once('='))
}

/// The value of the first cookie with this name.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers).find_map(|(own, value)| (own == name).then_some(value))
}

/// How long a browser keeps a cookie.
#[derive(Clone, Copy, Debug)]
pub enum Lifetime {
    /// Until the browser ends.
    BrowserSession,
    /// For these seconds.
    Seconds(u32),
    /// Not any more.
    Delete,
}

/// A header `Set-Cookie` for the whole host, which no script reads and no other site's form sends. `None` if the name or
/// the value is not visible ASCII.
#[must_use]
pub fn set_cookie(
    name: &str,
    value: &str,
    lifetime: Lifetime,
    secure: bool,
) -> Option<HeaderValue> {
    let lifetime = match lifetime {
        Lifetime::BrowserSession => String::new(),
        Lifetime::Seconds(seconds) => format!("; Max-Age={seconds}"),
        Lifetime::Delete => "; Max-Age=0".to_owned(),
    };
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/{lifetime}{secure}; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&cookie).ok()
}
