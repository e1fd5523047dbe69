//! Cookies of a request, and the header that sets one.

use lambda_http::http::{HeaderMap, HeaderValue, header::COOKIE};

/// The cookie of the pages' session. Browsers take a name with this prefix only over https, for the whole host.
pub const SESSION: &str = "__Host-session";

/// The same on plain http, which only loopback addresses may use.
pub const LOCAL_SESSION: &str = "session";

/// The length of its value: 256 random bits in base64.
pub const SESSION_VALUE_CHARS: usize = 43;

/// The cookies of a request, each with its name. A cookie that is not UTF-8 is left out, and the others stay.
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
/// the value has a character that a cookie cannot have (RFC 6265, section 4.1.1).
#[must_use]
pub fn set_cookie(
    name: &str,
    value: &str,
    lifetime: Lifetime,
    secure: bool,
) -> Option<HeaderValue> {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
    if name.contains('=') || ![name, value].iter().all(|text| text.bytes().all(is_allowed)) {
        return None;
    }
    let lifetime = match lifetime {
        Lifetime::BrowserSession => String::new(),
        Lifetime::Seconds(seconds) => format!("; Max-Age={seconds}"),
        Lifetime::Delete => "; Max-Age=0".to_owned(),
    };
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/{lifetime}{secure}; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&cookie).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_and_values(headers: &[&[u8]]) -> Vec<(String, String)> {
        let values = headers.iter().filter_map(|value| HeaderValue::from_bytes(value).ok());
        let headers: HeaderMap = values.map(|value| (COOKIE, value)).collect();
        cookies(&headers).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn cookies_come_one_by_one_or_in_one_header() {
        let expected = [("a", "1"), ("b", "2=3"), ("c", "")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(names_and_values(&[b"a=1", b"b=2=3", b"c="]), expected);
        assert_eq!(names_and_values(&[b"a=1; b=2=3;c=", b"none"]), expected);
    }

    #[test]
    fn a_cookie_that_cannot_be_read_hides_no_other() {
        let readable =
            names_and_values(&[b"x=\xff\xfe; a=1", "y=\u{e9}\u{4e16}".as_bytes(), b";;= ;"]);
        let expected = [("a", "1"), ("y", "\u{e9}\u{4e16}"), ("", "")];
        assert_eq!(readable, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn no_value_adds_an_attribute() {
        let set = |name, value| set_cookie(name, value, Lifetime::Seconds(600), true);
        let expected = "a=b; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(set("a", "b"), Some(HeaderValue::from_static(expected)));
        for value in ["b; Domain=example.org", "b,c", "b c", "b\\", "\"b\"", "b\u{e9}", "b\r\n"] {
            assert_eq!(set("a", value), None, "{value:?}");
            assert_eq!(set(value, "b"), None, "{value:?}");
        }
        assert_eq!(set("a=b", "c"), None);
    }
}
