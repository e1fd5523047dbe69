//! The local issuer's pages, and how people sign in there.

use std::sync::OnceLock;

use local_stack::{
    background::free_port,
    issuer::{LocalIssuer, Options, WEB_CLIENT_ID, authorize, logout},
    token_endpoint,
};
use reqwest::{Client, Method, RequestBuilder, Response, redirect::Policy};
use shared::http::cookie::SESSION_VALUE_CHARS;

use super::{App, Browser, NOW, ORIGIN, Reply, log, token_verifier::issuer_key};

/// Addresses of the pages at which the issuer lets people sign in.
const API_URLS: [&str; 3] = [ORIGIN, "https://api.example.org/v1", "http://127.0.0.1:9000"];

/// All tests share it. Its clock stands still at [`NOW`].
fn issuer() -> &'static LocalIssuer {
    static ISSUER: OnceLock<LocalIssuer> = OnceLock::new();
    ISSUER.get_or_init(|| {
        let listener = free_port().expect("a port");
        let api_urls = API_URLS.map(str::to_owned).to_vec();
        let options = Options { api_urls, clock: || NOW as u64 };
        LocalIssuer::start(listener, issuer_key(), options).expect("an issuer")
    })
}

impl App {
    /// The same functions, with the local issuer as theirs.
    pub(crate) fn at_issuer(&self) -> Self {
        let url = &issuer().issuer().url;
        let out =
            format!("{url}{}?client_id={WEB_CLIENT_ID}&logout_uri={ORIGIN}/web", logout::PATH);
        self.with_settings(&[
            ("JWT_ISSUER", url),
            ("WEB_CLIENT_ID", WEB_CLIENT_ID),
            ("LOGIN_URL", &format!("{url}{}", authorize::PATH)),
            ("TOKEN_URL", &format!("{url}{}", token_endpoint::PATH)),
            ("LOGOUT_URL", &out),
        ])
    }
}

impl Browser<'_> {
    /// Begins to sign in, and returns the address of the issuer's page.
    pub(crate) async fn begin_sign_in(&mut self, query: &str) -> String {
        let reply = self.get(&format!("/web/sign-in?{query}")).send().await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        self.keep_cookies(&reply);
        self.keep_secrets();
        reply.header("location").to_owned()
    }

    /// Comes back from the issuer's page by that address.
    pub(crate) async fn come_back(&mut self, address: &str) -> Reply {
        let reply = self.get(address).send().await;
        self.keep_cookies(&reply);
        self.keep_secrets();
        reply
    }

    /// Signs a sample user in.
    pub(crate) async fn sign_in(&mut self, user: &str) -> Reply {
        let page = self.begin_sign_in("").await;
        let reply = self.come_back(&choose(&page, user).await).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply
    }

    /// Opens a page, and takes the token of its forms.
    pub(crate) async fn open(&mut self, address: &str) -> Reply {
        let reply = self.get(address).send().await;
        let (_, token) = reply.text.split_once(r#"name="token" value=""#).expect("a form");
        self.token = token.split('"').next().unwrap_or_default().to_owned();
        log::keep_secret(&self.token);
        reply
    }

    /// Of a sign-in: state, nonce and verifier. Of a session: its secret.
    fn keep_secrets(&self) {
        let values = self.cookies.iter().filter_map(|cookie| cookie.split_once('='));
        let parts = values.flat_map(|(_, value)| value.split('.'));
        parts.filter(|part| part.len() == SESSION_VALUE_CHARS).for_each(log::keep_secret);
    }
}

impl Reply {
    /// Where the page "You are signed in" goes on to, by itself and by its link.
    #[track_caller]
    pub(crate) fn goes_on_to(&self) -> String {
        let after = |before: &str| {
            let (_, rest) = self.text.split_once(before).unwrap_or_else(|| panic!("{}", self.text));
            rest.split('"').next().unwrap_or_default()
        };
        let by_itself = after(r#"<meta http-equiv="refresh" content="0; url="#);
        assert_eq!(by_itself, after(r#"<a class="nhsuk-button" href=""#));
        let escapes =
            [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
        escapes.iter().fold(by_itself.to_owned(), |text, (escape, own)| text.replace(escape, own))
    }
}

/// Chooses a sample user at the issuer's page, and returns the address of the callback below [`ORIGIN`].
pub(crate) async fn choose(page: &str, user: &str) -> String {
    IssuerBrowser::default().choose(page, ("user", user)).await
}

/// A browser at the issuer, which keeps its cookie.
#[derive(Default)]
pub(crate) struct IssuerBrowser(Option<String>);

impl IssuerBrowser {
    /// Presses a button of the page, and returns the path and the query of the callback.
    pub(crate) async fn choose(&mut self, page: &str, button: (&str, &str)) -> String {
        let form = format!("{}={}", button.0, button.1);
        let call = request(Method::POST, page).body(form);
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        let location = location(&self.send(call).await);
        let api =
            API_URLS.iter().rev().find(|url| location.starts_with(**url)).expect("a callback");
        let (_, query) = location.split_once('?').expect("a query");
        let code = query.split('&').find_map(|pair| pair.strip_prefix("code="));
        code.into_iter().for_each(log::keep_secret);
        location.strip_prefix(api).expect("a path").to_owned()
    }

    /// Where the issuer leads from there, if anywhere; else the text of its page.
    pub(crate) async fn go_to(&mut self, address: &str) -> Result<String, String> {
        let response = self.send(request(Method::GET, address)).await;
        if response.status().is_redirection() {
            return Ok(location(&response));
        }
        Err(response.text().await.expect("a page"))
    }

    async fn send(&mut self, call: RequestBuilder) -> Response {
        let call = match &self.0 {
            Some(cookie) => call.header("cookie", cookie),
            None => call,
        };
        let response = call.send().await.expect("an answer");
        if let Some(cookie) = response.headers().get("set-cookie") {
            let cookie = cookie.to_str().expect("text").split(';').next();
            self.0 = cookie.map(str::to_owned);
        }
        response
    }
}

fn request(method: Method, address: &str) -> RequestBuilder {
    let client = Client::builder().no_proxy().redirect(Policy::none()).build();
    client.expect("a client").request(method, address)
}

fn location(response: &Response) -> String {
    let location = response.headers().get("location").expect("a location");
    location.to_str().expect("text").to_owned()
}
