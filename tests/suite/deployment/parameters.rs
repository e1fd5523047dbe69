//! Checks the parameters of template.yaml, what samconfig.toml sets, and what becomes of them in the
//! user pool.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{Stack, document, root};

/// What an environment of samconfig.toml sets, in SAM's notation: `Name=value`, or `Name=""`.
fn environment(name: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("samconfig.toml")).expect("a file");
    let environments: toml::Table = text.parse().expect("TOML");
    let deploy = &environments[name]["deploy"]["parameters"];
    assert_eq!(deploy["stack_name"].as_str(), Some(format!("capacity-{name}").as_str()));
    let set = deploy["parameter_overrides"].as_array().expect("a list").iter();
    set.map(|setting| {
        let (parameter, value) = setting.as_str().and_then(|one| one.split_once('=')).expect("=");
        // SAM refuses `Name=`, ends a value at a space, and takes off quotation marks.
        let is_plain = !value.is_empty() && !value.contains([' ', '"', '\'', '\\']);
        assert!(is_plain || value == "\"\"", "{name}: {parameter}");
        (parameter.to_owned(), value.trim_matches('"').to_owned())
    })
    .collect()
}

fn is_allowed(parameter: &Value, value: &str) -> bool {
    let text =
        |allowed: &Value| allowed.as_str().map_or_else(|| allowed.to_string(), str::to_owned);
    let one_of = parameter["AllowedValues"].as_array();
    let pattern = parameter["AllowedPattern"].as_str().map(|pattern| json!({"pattern": pattern}));
    let in_range = value.parse().is_ok_and(|number: i64| {
        parameter["MinValue"].as_i64().is_none_or(|least| number >= least)
            && parameter["MaxValue"].as_i64().is_none_or(|most| number <= most)
    });
    let is_list = parameter["Type"] == "CommaDelimitedList";
    let mut parts: Vec<_> = if is_list { value.split(',').collect() } else { vec![value] };
    one_of.is_none_or(|all| all.iter().any(|one| text(one) == value))
        && (parameter["Type"] != "Number" || in_range)
        && pattern.is_none_or(|schema| {
            parts.drain(..).all(|one| jsonschema::is_valid(&schema, &one.into()))
        })
}

/// `sam deploy` leaves a parameter that is not named as the last deployment set it.
#[test]
fn every_environment_sets_every_parameter_once_to_an_allowed_value() {
    let parameters = &document("template.yaml")["Parameters"];
    let all: Vec<_> = parameters.as_object().expect("parameters").keys().cloned().collect();
    for name in ["dev", "staging", "prod"] {
        let set = environment(name);
        for (parameter, value) in &set {
            assert!(is_allowed(&parameters[parameter], value), "{name}: {parameter}={value}");
        }
        let mut named: Vec<_> = set.into_iter().map(|(parameter, _)| parameter).collect();
        named.sort_unstable();
        assert_eq!(named, all, "{name}");
    }
}

#[test]
fn every_default_is_allowed() {
    for (name, parameter) in document("template.yaml")["Parameters"].as_object().expect("all") {
        let default = &parameter["Default"];
        let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        assert!(is_allowed(parameter, &default), "{name}: {default}");
    }
}

/// A program on a user's machine could take the place of one at http://localhost.
#[test]
fn only_dev_redirects_to_a_local_application() {
    for (name, expected) in
        [("dev", "http://localhost:8080/callback"), ("staging", ""), ("prod", "")]
    {
        let set: BTreeMap<_, _> = environment(name).into_iter().collect();
        assert_eq!(set["LocalCallbackUrl"], expected, "{name}");
    }
    let parameters = &document("template.yaml")["Parameters"];
    for (name, good, bad) in [
        (
            "CallbackUrls",
            "https://a.example.org/x,https://b.example.org",
            "http://localhost:8080/x",
        ),
        ("CallbackUrls", "", "https://a.example.org/#x"),
        ("LogoutUrls", "https://a.example.org/", "https://a.example.org,http://localhost/"),
        ("LocalCallbackUrl", "http://localhost/", "https://a.example.org"),
        ("LocalCallbackUrl", "http://localhost:8080/x", "http://localhost.example.org"),
        ("LocalCallbackUrl", "http://localhost", "http://localhost,https://a.example.org"),
        ("BasePath", "api/v0.0.1/capacity", "api/~capacity"),
    ] {
        assert_eq!(parameters[name]["Default"], "", "{name}");
        assert!(is_allowed(&parameters[name], good), "{name}: {good}");
        assert!(!is_allowed(&parameters[name], bad), "{name}: {bad}");
    }
}

/// Cognito refuses the code flow without a callback URL.
#[test]
fn people_sign_in_once_there_is_a_place_to_return_to() {
    let client = |values: &[(&str, &str)]| Stack::with(values).properties("PeopleClient");
    let none = client(&[]).expect("a client");
    assert_eq!(none["AllowedOAuthFlowsUserPoolClient"], false);
    for name in ["AllowedOAuthFlows", "AllowedOAuthScopes", "CallbackURLs", "LogoutURLs"] {
        assert_eq!(none.get(name), None, "{name}");
    }
    let domain = ("DomainName", "api.example.org");
    let path = ("BasePath", "api/v1");
    let applications = ("CallbackUrls", "https://a.example.org/x,https://b.example.org/x");
    let local = ("LocalCallbackUrl", "http://localhost:8080/callback");
    let [a, b] = ["https://a.example.org/x", "https://b.example.org/x"];
    let at_root = "https://api.example.org/docs/oauth2-redirect.html";
    let below = "https://api.example.org/api/v1/docs/oauth2-redirect.html";
    for (values, expected) in [
        (vec![domain], vec![at_root]),
        (vec![domain, path], vec![below]),
        (vec![applications], vec![a, b]),
        (vec![local], vec![local.1]),
        (vec![domain, path, applications, local], vec![below, a, b, local.1]),
    ] {
        let client = client(&values).expect("a client");
        assert_eq!(client["CallbackURLs"], json!(expected), "{values:?}");
        assert_eq!(client["AllowedOAuthFlowsUserPoolClient"], true);
        assert_eq!(client["AllowedOAuthFlows"], json!(["code"]));
        assert_eq!(
            client["AllowedOAuthScopes"],
            json!(["openid", "capacity/read", "capacity/write"])
        );
    }
    let left = client(&[("LogoutUrls", a), applications]).expect("a client");
    assert_eq!(left["LogoutURLs"], json!([a]));
    assert_eq!(
        Stack::with(&[("JwtIssuer", "https://id.example.org")]).properties("PeopleClient"),
        None
    );
}

#[test]
fn the_user_pool_sends_emails_with_ses_if_it_has_a_domain() {
    let sender = |domain: &str| {
        let pool = Stack::with(&[("EmailDomain", domain)]).properties("UserPool");
        pool.expect("a pool")["EmailConfiguration"].clone()
    };
    assert_eq!(sender(""), json!({"EmailSendingAccount": "COGNITO_DEFAULT"}));
    let identity =
        "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/example.org";
    assert_eq!(
        sender("example.org"),
        json!({
            "EmailSendingAccount": "DEVELOPER",
            "From": "no-reply@example.org",
            "SourceArn": identity,
        })
    );
}

/// The console shows parameters in groups, and ungrouped ones below them.
#[test]
fn every_parameter_is_in_one_group() {
    let template = document("template.yaml");
    let groups = &template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"];
    let groups = groups.as_array().expect("groups").iter();
    let mut grouped: Vec<_> = groups
        .flat_map(|group| group["Parameters"].as_array().expect("parameters"))
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect();
    let mut all: Vec<_> =
        template["Parameters"].as_object().expect("parameters").keys().cloned().collect();
    grouped.sort_unstable();
    all.sort_unstable();
    assert_eq!(grouped, all);
}
