//! Settings: every bad or missing one is reported, all together, and stops the function.

use std::collections::HashMap;

use shared::{
    auth::Authenticator,
    config::{Environment, ResetLimits},
};

use crate::harness::client;

fn environment(settings: &[(&str, &str)]) -> Environment {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What the function update-status says of settings.
fn report(settings: &HashMap<&str, &str>) -> String {
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, *value)).collect();
    let mut environment = environment(&settings);
    let built = update_status::Deps::read(&mut environment, &client());
    environment.finish(built).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn everything_that_is_missing_is_named_at_once() {
    let report = report(&HashMap::from([("AUTH_MODE", " "), ("RESET_MIN_MINUTES", "-1")]));
    assert_eq!(
        report,
        "bad settings: AUTH_MODE: is missing; SERVICES_TABLE: is missing; USERS_TABLE: is missing; \
         STATUS_HISTORY_TABLE: is missing; IDEMPOTENCY_TABLE: is missing; \
         RESET_DEFAULT_MINUTES: is missing; RESET_MIN_MINUTES: invalid digit found in string; \
         RESET_MAX_MINUTES: is missing"
    );
}

#[test]
fn a_mode_that_is_none_is_refused() {
    for mode in ["none", "GATEWAY", "jwt,gateway"] {
        let mut environment = environment(&[("AUTH_MODE", mode)]);
        assert!(Authenticator::read(&mut environment).is_none());
        let error = environment.finish(None::<()>).expect_err("a bad mode");
        assert_eq!(error.to_string(), "bad settings: AUTH_MODE: is neither gateway nor jwt");
    }
}

#[test]
fn verifying_asks_for_an_issuer_that_others_cannot_listen_to() {
    let read = |issuer: &str, jwks: &str| {
        let settings = [
            ("AUTH_MODE", "jwt"),
            ("JWT_ISSUER", issuer),
            ("JWT_CLIENT_IDS", "a, b"),
            ("JWT_JWKS_URL", jwks),
        ];
        let mut environment = environment(&settings);
        let built = Authenticator::read(&mut environment);
        environment.finish(built).is_ok()
    };
    for good in
        ["https://id.example.org", "http://127.0.0.1:9002", "http://localhost/x", "http://[::1]:5"]
    {
        assert!(read(good, "") && read("https://id.example.org", good), "{good}");
    }
    for bad in [
        "",
        "id.example.org",
        "http://id.example.org",
        "http://127.0.0.1.example.org",
        "https://",
        "http://localhost:80@id.example.org",
        "http://[::1].example.org",
        "https://a@id.example.org",
        "ftp://localhost",
    ] {
        assert!(!read(bad, ""), "{bad}");
        assert!(bad.is_empty() || !read("https://id.example.org", bad), "{bad}");
    }
}

#[test]
fn verifying_asks_for_clients() {
    let settings =
        [("AUTH_MODE", "jwt"), ("JWT_ISSUER", "https://id.example.org"), ("JWT_CLIENT_IDS", " , ")];
    let mut environment = environment(&settings);
    let built = Authenticator::read(&mut environment);
    let error = environment.finish(built).expect_err("no clients");
    assert_eq!(error.to_string(), "bad settings: JWT_CLIENT_IDS: names no client");
}

#[test]
fn the_default_lies_between_the_limits() {
    let read = |default, min, max| {
        let settings = [
            ("RESET_DEFAULT_MINUTES", default),
            ("RESET_MIN_MINUTES", min),
            ("RESET_MAX_MINUTES", max),
        ];
        ResetLimits::read(&mut environment(&settings)).is_some()
    };
    assert!(read("5", "5", "5") && read("240", "0", "1440"));
    assert!(
        !read("4", "5", "6")
            && !read("7", "5", "6")
            && !read("5", "6", "4")
            && !read("x", "0", "9")
    );
}

/// What the documentation is filled in with stands in JSON, YAML, HTML and a header.
#[test]
fn the_documentation_takes_addresses_and_a_client_id() {
    let read = |name: &str, value: &str| {
        let good = [
            ("PUBLIC_URL", "."),
            ("LOGIN_URL", "https://id.example.org/oauth2/authorize"),
            ("TOKEN_URL", "http://127.0.0.1:9002/oauth2/token"),
            ("DOCS_CLIENT_ID", "7k3-People_1"),
        ];
        let settings = good.map(|(known, good)| (known, if known == name { value } else { good }));
        let mut environment = environment(&settings);
        let built = api_docs::Deps::read(&mut environment);
        environment.finish(built).is_ok()
    };
    assert!(read("", ""));
    assert!(read("PUBLIC_URL", "https://api.example.org/api/v0.0.1/capacity"));
    for bad in
        ["", "..", "/", "api.example.org", "https://", "https://a b", "https://a/", "https://a;b"]
    {
        for name in ["PUBLIC_URL", "LOGIN_URL", "TOKEN_URL"] {
            assert!(!read(name, bad), "{name} {bad:?}");
        }
    }
    for bad in ["", "a b", "\"", "<", "a&b"] {
        assert!(!read("DOCS_CLIENT_ID", bad), "{bad:?}");
    }
}
