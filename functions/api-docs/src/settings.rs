//! Where the deployment answers and where its users sign in: what the documentation is filled in with.

use shared::config::Environment;

/// The addresses in openapi.yaml that stand for a deployment's own.
const SERVER: &str = "http://127.0.0.1:9000";
const LOGIN: &str = "https://login-domain.invalid/oauth2/authorize";
const TOKEN: &str = "https://login-domain.invalid/oauth2/token";

/// The deployment's addresses.
pub(crate) struct Settings {
    /// Absolute, or `.` for wherever the document was read.
    public_url: String,
    login_url: String,
    token_url: String,
    client_id: String,
}

impl Settings {
    /// Reads `PUBLIC_URL`, `LOGIN_URL`, `TOKEN_URL` and `DOCS_CLIENT_ID`.
    pub(crate) fn read(environment: &mut Environment) -> Option<Self> {
        let public_url = plain(environment, "PUBLIC_URL");
        let login_url = plain(environment, "LOGIN_URL");
        let token_url = plain(environment, "TOKEN_URL");
        let client_id = plain(environment, "DOCS_CLIENT_ID");
        Some(Self {
            public_url: public_url?,
            login_url: login_url?,
            token_url: token_url?,
            client_id: client_id?,
        })
    }

    /// The document with the deployment's addresses.
    pub(crate) fn fill_in(&self, document: &str) -> String {
        document
            .replace(SERVER, &self.public_url)
            .replace(LOGIN, &self.login_url)
            .replace(TOKEN, &self.token_url)
    }

    /// The page with the client that people sign in by.
    pub(crate) fn fill_in_page(&self, page: &str) -> String {
        page.replace("CLIENT_ID", &self.client_id)
    }

    /// What the page may do: run its own scripts, ask the API, and ask for tokens. Nothing may be put
    /// around it, nothing else is loaded, and nothing inline is run.
    pub(crate) fn content_security_policy(&self) -> String {
        let others: String = [&self.public_url, &self.token_url]
            .into_iter()
            .filter_map(|url| origin(url))
            .map(|origin| format!(" {origin}"))
            .collect();
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self'{others}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    }
}

/// A setting without anything that would mean something else in JSON, YAML, HTML or a header.
fn plain(environment: &mut Environment, name: &str) -> Option<String> {
    let value = environment.required(name)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@=&%+".contains(&byte);
    if value.bytes().all(is_plain) {
        return Some(value);
    }
    environment.report(name, "has characters that no address and no client id has");
    None
}

/// Scheme, host and port of an absolute address.
fn origin(url: &str) -> Option<&str> {
    let authority = url.find("://")? + 3;
    let end = url.get(authority..)?.find(['/', '?', '#']).map_or(url.len(), |at| authority + at);
    url.get(..end)
}
