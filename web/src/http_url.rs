//! URLs in settings: https, or plain http on a loopback address.

/// An absolute URL without user information and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpUrl {
    /// Scheme, host and port as browsers write them in `Origin`.
    pub(crate) origin: String,
    /// The path, which may be empty.
    pub(crate) path: String,
    /// What follows the question mark; empty if there is none.
    pub(crate) query: String,
}

impl HttpUrl {
    /// `None` if the text is not such a URL.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_visible = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\#`".contains(&byte);
        let text = Some(text).filter(|text| text.bytes().all(is_visible))?;
        let (scheme, rest) = text.split_once("://")?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
        let origin = origin(scheme, &authority.to_ascii_lowercase())?;
        Some(Self { origin, path: path.to_owned(), query: query.to_owned() })
    }

    /// The URL as text.
    pub(crate) fn text(&self) -> String {
        let Self { origin, path, query } = self;
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{origin}{path}{mark}{query}")
    }

    /// The URL with these parameters after its own.
    pub(crate) fn with_parameters(&self, parameters: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(self.query.clone());
        Self { query: query.extend_pairs(parameters).finish(), ..self.clone() }.text()
    }
}

fn origin(scheme: &str, authority: &str) -> Option<String> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port_number(port)?)),
        Some(_) | None => (authority, None),
    };
    let is_local = ["127.0.0.1", "localhost", "[::1]"].contains(&host);
    let is_host = is_local || is_domain_name(host);
    let usual_port = match scheme {
        "https" if is_host => 443,
        "http" if is_local => 80,
        _ => return None,
    };
    let port = port.filter(|port| *port != usual_port);
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{scheme}://{host}{port}"))
}

fn port_number(port: &str) -> Option<u16> {
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| port.parse().ok())?
}

fn is_domain_name(host: &str) -> bool {
    let is_label = |label: &str| {
        let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(is_inside)
    };
    host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: [&str; 44] = [
        "",
        "api.example.org",
        "//api.example.org",
        "https:/api.example.org",
        "https://",
        "https:///path",
        "https://?a=b",
        "https://:443",
        "HTTPS://api.example.org",
        "ftp://api.example.org",
        "javascript://api.example.org",
        "http://api.example.org",
        "http://127.0.0.1.example.org",
        "http://127.0.0.2",
        "http://localhost.example.org",
        "http://0.0.0.0",
        "https://[::2]",
        "https://[::1",
        "https://user@api.example.org",
        "https://user:secret@api.example.org",
        "http://localhost@api.example.org",
        "http://localhost:80@api.example.org",
        "https://api.example.org:",
        "https://api.example.org:https",
        "https://api.example.org:+443",
        "https://api.example.org:65536",
        "https://api.example.org:1:2",
        "https://*",
        "https://*.example.org",
        "https://api.example.org;script-src",
        "https://api.example.org,example.org",
        "https://api..example.org",
        "https://.example.org",
        "https://api.example.org.",
        "https://-api.example.org",
        "https://api_1.example.org",
        "https://%61pi.example.org",
        "https://\u{e4}pi.example.org",
        "https://api.example.org/#top",
        "https://api.example.org/ page",
        "https://api.example.org\\@example.org",
        "https://api.example.org/\"",
        "https://api.example.org/\r\nSet-Cookie: a=b",
        " https://api.example.org",
    ];

    fn parsed(text: &str) -> Option<(String, String, String)> {
        HttpUrl::parse(text).map(|url| (url.origin, url.path, url.query))
    }

    #[test]
    fn a_url_has_the_origin_that_browsers_send() {
        for (text, origin, path, query) in [
            ("https://api.example.org", "https://api.example.org", "", ""),
            ("https://API.example.org/", "https://api.example.org", "/", ""),
            ("https://api.example.org:443/v1/", "https://api.example.org", "/v1/", ""),
            ("https://api.example.org:08443", "https://api.example.org:8443", "", ""),
            ("https://127.0.0.1:80/a", "https://127.0.0.1:80", "/a", ""),
            ("http://127.0.0.1:9000/a/b?c=d?e", "http://127.0.0.1:9000", "/a/b", "c=d?e"),
            ("http://localhost:80", "http://localhost", "", ""),
            ("http://[::1]", "http://[::1]", "", ""),
            ("http://[::1]:5", "http://[::1]:5", "", ""),
            ("https://id.example.org?a=/b", "https://id.example.org", "", "a=/b"),
        ] {
            let expected = Some((origin.to_owned(), path.to_owned(), query.to_owned()));
            assert_eq!(parsed(text), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_urls() {
        for text in OTHER {
            assert_eq!(parsed(text), None, "{text:?}");
        }
    }

    #[test]
    fn parameters_come_after_those_that_the_url_has() {
        let with = |text| HttpUrl::parse(text).map(|url| url.with_parameters(&[("c d", "e&f é")]));
        let expected = |text: &str| Some(text.to_owned());
        assert_eq!(
            with("https://id.example.org/in/"),
            expected("https://id.example.org/in/?c+d=e%26f+%C3%A9")
        );
        assert_eq!(
            with("https://id.example.org/in?policy=b2c"),
            expected("https://id.example.org/in?policy=b2c&c+d=e%26f+%C3%A9")
        );
    }
}
