//! Settings: the function reports all invalid and missing ones together and stops.

use std::collections::HashMap;

use shared::runtime::{Environment, authenticator, reset_limits};

use crate::harness::{FUNCTIONS, document, logical_id};

fn environment(settings: &[(&str, &str)]) -> Environment {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What update-status reports about settings.
fn report(settings: &HashMap<&str, &str>) -> String {
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, *value)).collect();
    let read = update_status::Settings::read(&environment(&settings));
    read.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn all_missing_settings_are_reported_together() {
    let report = report(&HashMap::from([("AUTH_MODE", " "), ("RESET_MIN_MINUTES", "-1")]));
    assert_eq!(
        report,
        "invalid settings: AUTH_MODE: is missing; SERVICES_TABLE: is missing; \
         STATUS_HISTORY_TABLE: is missing; USERS_TABLE: is missing; CHANGES_TABLE: is missing; IDEMPOTENCY_TABLE: is missing; \
         RESET_DEFAULT_MINUTES: is missing; RESET_MIN_MINUTES: invalid digit found in string; \
         RESET_MAX_MINUTES: is missing"
    );
}

#[test]
fn gateway_mode_needs_an_issuer() {
    let error = authenticator(&environment(&[("AUTH_MODE", "gateway")])).expect_err("no issuer");
    assert_eq!(error.to_string(), "invalid settings: JWT_ISSUER: is missing");
}

/// Tokens that the gateway accepts are from the issuer that the functions compare.
#[test]
fn the_gateway_and_the_functions_have_the_same_issuer() {
    let gateway = document("openapi.yaml")
        .pointer("/components/securitySchemes/oauth2/x-amazon-apigateway-authorizer")
        .map(|authorizer| authorizer["jwtConfiguration"]["issuer"].clone())
        .expect("an authorizer");
    let template = document("template.yaml");
    let variables = |function: &str| {
        let function = &template["Resources"][logical_id(function)]["Properties"];
        function["Environment"]["Variables"].clone()
    };
    let own = FUNCTIONS.map(variables).into_iter().filter(|own| own["AUTH_MODE"] == "gateway");
    let issuers: Vec<_> = own.map(|own| own["JWT_ISSUER"].clone()).collect();
    assert_eq!(issuers, vec![gateway; 7]);
}

#[test]
fn an_unknown_auth_mode_is_refused() {
    for mode in ["none", "GATEWAY", "jwt,gateway"] {
        let error = authenticator(&environment(&[("AUTH_MODE", mode)])).expect_err("a bad mode");
        assert_eq!(error.to_string(), "invalid settings: AUTH_MODE: must be gateway or jwt");
    }
}

#[test]
fn jwt_mode_needs_an_issuer_at_a_safe_address() {
    let read = |issuer: &str, jwks: &str| {
        let settings = [
            ("AUTH_MODE", "jwt"),
            ("JWT_ISSUER", issuer),
            ("JWT_CLIENT_IDS", "a, b"),
            ("JWT_JWKS_URL", jwks),
        ];
        authenticator(&environment(&settings)).is_ok()
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
fn jwt_mode_needs_client_ids() {
    let settings =
        [("AUTH_MODE", "jwt"), ("JWT_ISSUER", "https://id.example.org"), ("JWT_CLIENT_IDS", " , ")];
    let error = authenticator(&environment(&settings)).expect_err("no clients");
    assert_eq!(
        error.to_string(),
        "invalid settings: JWT_CLIENT_IDS: must have at least one client id"
    );
}

#[test]
fn the_default_reset_is_within_the_limits() {
    let read = |default, min, max| {
        let settings = [
            ("RESET_DEFAULT_MINUTES", default),
            ("RESET_MIN_MINUTES", min),
            ("RESET_MAX_MINUTES", max),
        ];
        reset_limits(&environment(&settings)).is_ok()
    };
    assert!(read("5", "5", "5") && read("240", "0", "1440"));
    assert!(
        !read("4", "5", "6")
            && !read("7", "5", "6")
            && !read("5", "6", "4")
            && !read("x", "0", "9")
    );
}

/// The documentation's settings are inserted into JSON, YAML, HTML and a header.
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
        api_docs::Settings::read(&environment(&settings)).is_ok()
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
