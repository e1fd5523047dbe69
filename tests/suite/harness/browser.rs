//! A browser that is signed in on the pages, or not: its cookies, and the requests that it sends.

use serde_json::json;
use shared::{domain::Session, http::cookie, store::SessionsTable};
use web::visitor::SessionSecret;

use super::{App, Call, Reply, document, log, sessions_table};

/// Where the pages are in tests.
pub(crate) const ORIGIN: &str = "https://api.example.org";

/// A browser with its cookies.
pub(crate) struct Browser<'a> {
    app: &'a App,
    /// What it sends as `Cookie`, each with its name.
    pub(crate) cookies: Vec<String>,
    /// The token of its session's forms; empty if it has no session.
    pub(crate) token: String,
}

impl App {
    /// A browser that has never been here.
    pub(crate) const fn browser(&self) -> Browser<'_> {
        Browser { app: self, cookies: Vec::new(), token: String::new() }
    }

    /// A browser in which that subject has just signed in, with both scopes.
    pub(crate) async fn signed_in(&self, subject: &str) -> Browser<'_> {
        let scope = "openid capacity/read capacity/write";
        let session = Session::begin(subject.to_owned(), scope.to_owned(), false, self.now());
        self.with_session(&session).await
    }

    /// A browser with that session.
    pub(crate) async fn with_session(&self, session: &Session) -> Browser<'_> {
        let secret = SessionSecret::random().expect("randomness");
        log::keep_secret(secret.cookie_value());
        let sessions = SessionsTable::new(&self.client, sessions_table(&self.tables));
        sessions.begin(&secret.key(), session).await.expect("a session");
        let cookies = vec![format!("{}={}", cookie::SESSION, secret.cookie_value())];
        Browser { app: self, cookies, token: secret.form_token() }
    }
}

impl<'a> Browser<'a> {
    /// The same browser, with those functions on the same tables.
    pub(crate) fn on<'b>(&self, app: &'b App) -> Browser<'b> {
        Browser { app, cookies: self.cookies.clone(), token: self.token.clone() }
    }

    /// A GET of a page's address, with its query.
    pub(crate) fn get(&self, address: &str) -> Call<'a> {
        self.call("GET", address)
    }

    /// A form that a page of the site posts, with the session's token.
    pub(crate) fn post(&self, address: &str, fields: &[(&str, &str)]) -> Call<'a> {
        let token = [("token", self.token.as_str())];
        self.post_as_is(address, &[&token, fields].concat())
    }

    /// A form that a page of the site posts, with these fields alone.
    pub(crate) fn post_as_is(&self, address: &str, fields: &[(&str, &str)]) -> Call<'a> {
        let is_secret = |name: &str| ["token", "notes", "key"].contains(&name);
        fields
            .iter()
            .filter(|(name, _)| is_secret(name))
            .for_each(|(_, value)| log::keep_secret(value));
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| {
                let value = percent_encoding::utf8_percent_encode(
                    value,
                    percent_encoding::NON_ALPHANUMERIC,
                );
                format!("{name}={value}")
            })
            .collect();
        let call = self.call("POST", address);
        let call = call.event(|event| event["body"] = pairs.join("&").into());
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        call.header("origin", ORIGIN).header("sec-fetch-site", "same-origin")
    }

    fn call(&self, method: &str, address: &str) -> Call<'a> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let (template, parameters) = route(path);
        let call = self.app.other(method, path, &template).query(query);
        let cookies = json!(self.cookies);
        call.event(|event| {
            event["routeKey"] = format!("{method} {template}").into();
            event["cookies"] = cookies;
            if let Some((name, value)) = parameters {
                event["pathParameters"] = json!({name: value});
            }
        })
    }

    /// Stores the cookies that an answer sets, and forgets those that it deletes.
    pub(crate) fn keep_cookies(&mut self, reply: &Reply) {
        for cookie in &reply.cookies {
            let (pair, attributes) = cookie.split_once(';').expect("attributes");
            let (name, _) = pair.split_once('=').expect("a name and a value");
            self.cookies.retain(|own| own.split_once('=').is_none_or(|(own, _)| own != name));
            if !attributes.contains("Max-Age=0") {
                self.cookies.push(pair.to_owned());
            }
        }
    }
}

/// The path of openapi.yaml that a page's path matches, and the parameter in it.
fn route(path: &str) -> (String, Option<(String, String)>) {
    let document = document("openapi.yaml");
    let paths = document["paths"].as_object().expect("paths").keys();
    let given: Vec<&str> = path.split('/').collect();
    let alike = |template: &&String| {
        let parts: Vec<&str> = template.split('/').collect();
        let same = |(one, other): (&&str, &&str)| one.starts_with('{') || one == other;
        parts.len() == given.len() && parts.iter().zip(&given).all(same)
    };
    let exact = |template: &&String| *template == path;
    let found = paths.clone().find(exact).or_else(|| paths.clone().find(alike));
    let template = found.unwrap_or_else(|| panic!("no path {path}")).clone();
    let parameter = template.split('/').zip(&given).find(|(part, _)| part.starts_with('{'));
    let parameter = parameter
        .map(|(name, value)| (name.trim_matches(['{', '}']).to_owned(), (*value).to_owned()));
    (template, parameter)
}
