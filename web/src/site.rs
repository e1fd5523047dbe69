//! Where the pages are, and what they may load and send.

use lambda_http::http::{
    HeaderValue, StatusCode,
    header::{CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY},
};
use shared::{
    http::{Response, cookie},
    runtime::{AllSettings as _, Environment, SettingsError},
};

/// The addresses of the pages and of the issuer.
#[derive(Clone, Debug)]
pub struct Site {
    /// Scheme, host and port.
    origin: String,
    /// What every path begins with: empty, or `/api` if the API has that base path.
    base: String,
    policy: HeaderValue,
}

impl Site {
    /// Reads `PUBLIC_URL`, and `LOGIN_URL` and `LOGOUT_URL`, which forms of the pages lead to.
    ///
    /// # Errors
    /// One of them is missing, or is not an absolute URL.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (public, login, logout) = (
            url(environment, "PUBLIC_URL"),
            url(environment, "LOGIN_URL"),
            url(environment, "LOGOUT_URL"),
        )
            .all()?;
        let mut issuer = vec![login.0.as_str(), logout.0.as_str()];
        issuer.dedup();
        let policy = content_security_policy(&issuer);
        let policy = HeaderValue::from_str(&policy);
        let policy = policy.map_err(|error| SettingsError::new("LOGIN_URL", error))?;
        Ok(Self { origin: public.0, base: public.1, policy })
    }

    /// Scheme, host and port, as browsers send them in `Origin`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path of a page in this deployment, from its path in openapi.yaml.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The absolute URL of a page.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.base)
    }

    /// A path of this site without the base path; `None` if the path is not one of its pages.
    #[must_use]
    pub fn own_page<'a>(&self, path: &'a str) -> Option<&'a str> {
        let own = path.strip_prefix(self.base.as_str())?;
        let is_page = own == "/web" || own.starts_with("/web/") || own.starts_with("/web?");
        let is_plain = own.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        (is_page && is_plain).then_some(own)
    }

    /// Whether browsers reach the pages by https.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// The name of the session's cookie.
    #[must_use]
    pub fn session_cookie(&self) -> &'static str {
        if self.is_secure() { cookie::SESSION } else { cookie::LOCAL_SESSION }
    }

    /// An answer with status 303 that leads to that URL.
    #[must_use]
    pub fn see_other(&self, url: &str) -> Response {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::SEE_OTHER;
        if let Ok(location) = HeaderValue::from_str(url) {
            response.headers_mut().insert(LOCATION, location);
        }
        self.secured(response)
    }

    /// An answer with the headers that limit what a page may load, send and be framed by.
    #[must_use]
    pub fn secured(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, self.policy.clone());
        // `no-referrer` would make a browser send `Origin: null` with the pages' own forms.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        response
    }
}

/// Nothing inline, nothing of another origin. A form may end at the issuer, because browsers apply `form-action` to the
/// redirects after it.
fn content_security_policy(form_targets: &[&str]) -> String {
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        form_targets.join(" ")
    )
}

/// Origin and path of an absolute URL, without a slash at the end. Plain http is for loopback addresses.
fn url(environment: &Environment, name: &str) -> Result<(String, String), SettingsError> {
    let url = environment.required(name)?;
    let invalid =
        || SettingsError::new(name, "must be an https URL, or http on a loopback address");
    if !url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\;,".contains(&byte)) {
        return Err(invalid());
    }
    let (scheme, rest) = url.split_once("://").ok_or_else(invalid)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).ok_or_else(invalid)?;
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let is_local = ["127.0.0.1", "localhost", "[::1]"].contains(&host);
    if host.is_empty()
        || authority.contains('@')
        || !(scheme == "https" || scheme == "http" && is_local)
    {
        return Err(invalid());
    }
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    Ok((format!("{scheme}://{authority}").to_ascii_lowercase(), path.to_owned()))
}
