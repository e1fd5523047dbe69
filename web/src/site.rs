//! Where the pages are, and what they may load and send.

use lambda_http::http::{
    HeaderValue, StatusCode,
    header::{CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY},
};
use shared::{
    http::{Response, cookie},
    runtime::{AllSettings as _, Environment, SettingsError},
};

use crate::http_url::HttpUrl;

/// The addresses of the pages and of the issuer.
#[derive(Clone, Debug)]
pub struct Site {
    /// Scheme, host and port.
    origin: String,
    /// What every path begins with: empty, or `/api` if the API has that base path.
    base: String,
    /// The issuer's page that signs people in.
    login: HttpUrl,
    /// The issuer's page that signs people out.
    logout: HttpUrl,
    policy: HeaderValue,
}

impl Site {
    /// Reads `PUBLIC_URL`, and `LOGIN_URL` and `LOGOUT_URL`, which forms of the pages lead to.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let url = |name| url(environment, name);
        let (public, login, logout) =
            (url("PUBLIC_URL").and_then(public_url), url("LOGIN_URL"), url("LOGOUT_URL")).all()?;
        let policy = content_security_policy(&login.origin, &logout.origin);
        let policy = HeaderValue::from_str(&policy);
        let policy = policy.map_err(|error| SettingsError::new("LOGIN_URL", error))?;
        Ok(Self { origin: public.origin, base: public.path, login, logout, policy })
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

    /// The issuer's page that signs people in, with these parameters.
    #[must_use]
    pub fn login_url(&self, parameters: &[(&str, &str)]) -> String {
        self.login.with_parameters(parameters)
    }

    /// The issuer's page that signs people out.
    #[must_use]
    pub fn logout_url(&self) -> String {
        self.logout.text()
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
fn content_security_policy(login: &str, logout: &str) -> String {
    let issuer = if login == logout { login.to_owned() } else { format!("{login} {logout}") };
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self' {issuer}; base-uri 'none'; frame-ancestors 'none'",
    )
}

fn url(environment: &Environment, name: &str) -> Result<HttpUrl, SettingsError> {
    let problem = "must be an https URL, or http on a loopback address";
    HttpUrl::parse(&environment.required(name)?).ok_or_else(|| SettingsError::new(name, problem))
}

/// The address of the pages: they append to its path.
fn public_url(mut url: HttpUrl) -> Result<HttpUrl, SettingsError> {
    url.path.truncate(url.path.trim_end_matches('/').len());
    let is_plain = |segment: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        !["", ".", ".."].contains(&segment) && segment.bytes().all(is_plain)
    };
    if url.query.is_empty() && url.path.split('/').skip(1).all(is_plain) {
        Ok(url)
    } else {
        let problem = "must end with a plain path, or with the host";
        Err(SettingsError::new("PUBLIC_URL", problem))
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const LOGIN: &str = "https://id.example.org/oauth2/authorize?policy=1";

    fn site(public: &str, login: &str, logout: &str) -> Result<Site, SettingsError> {
        let settings = [("PUBLIC_URL", public), ("LOGIN_URL", login), ("LOGOUT_URL", logout)];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Site::read(&settings.into_iter().collect())
    }

    #[test]
    fn pages_are_below_the_base_path() {
        let site = site("https://API.example.org:443/v1/", LOGIN, LOGIN).expect("a site");
        assert_eq!(site.origin(), "https://api.example.org");
        assert_eq!(site.path("/web"), "/v1/web");
        assert_eq!(site.url("/web/callback"), "https://api.example.org/v1/web/callback");
        assert!(site.is_secure());
    }

    #[test]
    fn forms_may_end_here_and_at_the_issuer() {
        let forms = |logout: &str| {
            let site = site("http://127.0.0.1:9000", LOGIN, logout).expect("a site");
            let policy = site.policy.to_str().expect("text").to_owned();
            let parts = policy.split("; ").map(str::to_owned);
            parts.filter(|part| part.starts_with("form-action")).collect::<Vec<_>>()
        };
        assert_eq!(forms(LOGIN), ["form-action 'self' https://id.example.org"]);
        assert_eq!(
            forms("https://out.example.org/bye"),
            ["form-action 'self' https://id.example.org https://out.example.org"]
        );
    }

    #[test]
    fn every_bad_setting_is_reported() {
        let error = site("https://api.example.org/?a=b", "", "http://id.example.org/logout");
        assert_eq!(
            error.expect_err("three bad settings").to_string(),
            "invalid settings: PUBLIC_URL: must end with a plain path, or with the host; \
             LOGIN_URL: is missing; \
             LOGOUT_URL: must be an https URL, or http on a loopback address"
        );
        for path in ["//v1", "/./v1", "/v1/../v2", "/v%31", "/v1;a", "/v1//v2", "/v:1"] {
            let public = format!("https://api.example.org{path}");
            assert!(site(&public, LOGIN, LOGIN).is_err(), "{path}");
        }
    }
}
