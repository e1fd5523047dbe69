//! The addresses to fill into the documentation: those of the deployment and of its login.

use lambda_http::http::HeaderValue;
use shared::runtime::{AllSettings as _, Environment, SettingsError};

/// The placeholders in openapi.yaml for a deployment's addresses.
const SERVER: &str = "http://127.0.0.1:9000";
const LOGIN: &str = "https://login-domain.invalid/oauth2/authorize";
const TOKEN: &str = "https://login-domain.invalid/oauth2/token";

/// The settings of this function: the deployment's addresses.
#[derive(Debug)]
pub struct Settings {
    /// An absolute URL, or `.` for the address that the document was read from.
    public_url: String,
    login_url: String,
    token_url: String,
    client_id: String,
    pub(crate) content_security_policy: HeaderValue,
}

impl Settings {
    /// Reads `PUBLIC_URL`, `LOGIN_URL`, `TOKEN_URL` and `DOCS_CLIENT_ID`.
    ///
    /// # Errors
    /// One of them is missing or invalid.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let (public_url, login_url, token_url, client_id) = (
            setting(environment, "PUBLIC_URL", |url| url == "." || is_url(url)),
            setting(environment, "LOGIN_URL", is_url),
            setting(environment, "TOKEN_URL", is_url),
            setting(environment, "DOCS_CLIENT_ID", is_client_id),
        )
            .all()?;
        let policy = HeaderValue::from_str(&content_security_policy(&public_url, &token_url));
        let policy = policy.map_err(|error| SettingsError::new("PUBLIC_URL", error))?;
        Ok(Self { public_url, login_url, token_url, client_id, content_security_policy: policy })
    }

    /// The document with the deployment's addresses.
    pub(crate) fn fill_in(&self, document: &str) -> String {
        document
            .replace(SERVER, &self.public_url)
            .replace(LOGIN, &self.login_url)
            .replace(TOKEN, &self.token_url)
    }

    /// The page with the client id for signing in.
    pub(crate) fn fill_in_page(&self, page: &str) -> String {
        page.replace("CLIENT_ID", &self.client_id)
    }
}

/// The page may run its own scripts, call the API and request tokens. It cannot be framed, loads nothing else,
/// and runs no inline scripts.
fn content_security_policy(public_url: &str, token_url: &str) -> String {
    let others: String = [public_url, token_url]
        .into_iter()
        .filter_map(origin)
        .map(|origin| format!(" {origin}"))
        .collect();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{others}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Reads a setting and checks its form. A valid value needs no escapes in JSON, YAML, HTML or a header.
fn setting(
    environment: &Environment,
    name: &str,
    is_valid: impl Fn(&str) -> bool,
) -> Result<String, SettingsError> {
    let value = environment.required(name)?;
    if is_valid(&value) {
        Ok(value)
    } else {
        Err(SettingsError::new(name, "has characters that the documentation cannot show"))
    }
}

/// An absolute URL, with the usual characters only.
fn is_url(url: &str) -> bool {
    let absolute = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    absolute.is_some_and(|rest| {
        rest.ends_with(|last: char| last.is_ascii_alphanumeric())
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?=&%+".contains(&byte))
    })
}

fn is_client_id(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// Scheme, host and port of an absolute address.
fn origin(url: &str) -> Option<&str> {
    let authority = url.find("://")? + 3;
    let end = url.get(authority..)?.find(['/', '?', '#']).map_or(url.len(), |at| authority + at);
    url.get(..end)
}
