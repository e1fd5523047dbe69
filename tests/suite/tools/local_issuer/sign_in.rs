//! The authorization endpoint: who gets a code, and which requests are refused how.

use local_stack::issuer::{CLIENT_ID, LocalIssuer};

use super::{Browser, CALLBACK, CHALLENGE, Parameters, exchange, issuer, request, with, without};

#[tokio::test]
async fn choosing_a_user_sends_a_code_to_the_application() {
    let issuer = issuer();
    let mut browser = Browser::new(issuer);
    assert!(browser.authorize(&request()).await.asks());
    let chosen = browser.press(&request(), ("user", "sample-editor")).await;
    assert_eq!(chosen.code().len(), 43);
    assert_ne!(chosen.code(), browser.authorize(&request()).await.code());
}

#[tokio::test]
async fn an_application_without_state_gets_none() {
    let issuer = issuer();
    let mut browser = Browser::new(issuer);
    let chosen = browser.press(&without(request(), "state"), ("user", "sample-editor")).await;
    let sent = chosen.sent();
    assert_eq!(sent.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["code"]);
}

#[tokio::test]
async fn cancelling_is_reported_to_the_application() {
    let issuer = issuer();
    let mut browser = Browser::new(issuer);
    let cancelled = browser.press(&request(), ("cancel", "yes")).await;
    let address = format!("{CALLBACK}?error=access_denied&state=a%2Bb%20%26c%3D%C3%A9%25%22%3C");
    assert_eq!((cancelled.location, cancelled.set_cookie), (Some(address), None));
    assert!(browser.authorize(&request()).await.asks());
}

/// Asks, and chooses, with these parameters: both must be refused without sending the browser anywhere.
async fn refused_here(issuer: &LocalIssuer, parameters: Parameters<'_>) {
    let case = format!("{parameters:?}");
    let mut browser = Browser::new(issuer);
    browser.authorize(&parameters).await.assert_refused(&case);
    browser.press(&parameters, ("user", "sample-editor")).await.assert_refused(&case);
    browser.press(&parameters, ("cancel", "yes")).await.assert_refused(&case);
    browser.sign_in(&request(), "sample-editor").await;
    browser.authorize(&parameters).await.assert_refused(&case);
}

#[tokio::test]
async fn the_browser_is_never_sent_to_an_unknown_application() {
    let issuer = issuer();
    for client in ["", "other", "capacity-web-local ", "CAPACITY-WEB-LOCAL"] {
        refused_here(issuer, with(request(), "client_id", client)).await;
    }
    refused_here(issuer, without(request(), "client_id")).await;
    // It has no callback.
    refused_here(issuer, with(request(), "client_id", CLIENT_ID)).await;
}

#[tokio::test]
async fn the_browser_is_never_sent_to_an_unregistered_address() {
    let issuer = issuer();
    let addresses = [
        "",
        "/web/callback",
        "//127.0.0.1:9000/web/callback",
        "https://127.0.0.1:9000/web/callback",
        "http://127.0.0.1:9001/web/callback",
        "http://127.0.0.1/web/callback",
        "http://127.0.0.1:9000.example.com/web/callback",
        "http://127.0.0.1:9000@example.com/web/callback",
        "http://[::1]:9000/web/callback",
        "http://LOCALHOST:9000/web/callback",
        "http://127.0.0.1:9000/web/callback/",
        "http://127.0.0.1:9000/web/callback?next=/",
        "http://127.0.0.1:9000/web/callback#",
        "http://127.0.0.1:9000/web/../web/callback",
        "http://127.0.0.1:9000/web",
        "http://example.com/http://127.0.0.1:9000/web/callback",
        "javascript:alert(1)",
    ];
    for address in addresses {
        refused_here(issuer, with(request(), "redirect_uri", address)).await;
    }
    refused_here(issuer, without(request(), "redirect_uri")).await;
}

#[tokio::test]
async fn a_parameter_given_twice_is_refused() {
    let issuer = issuer();
    let mut twice = request();
    twice.push(("redirect_uri", "http://example.com/web/callback"));
    refused_here(issuer, twice).await;
}

#[tokio::test]
async fn other_errors_are_reported_to_the_application() {
    let issuer = issuer();
    let long = format!("{CHALLENGE}A");
    let cases = [
        ("response_type", "", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "code id_token", "unsupported_response_type"),
        ("scope", "", "invalid_scope"),
        ("scope", "capacity/read capacity/write", "invalid_scope"),
        ("scope", "openid capacity/admin", "invalid_scope"),
        ("scope", "openid  capacity/read", "invalid_scope"),
        ("scope", "openid email", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge", &long, "invalid_request"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "s256", "invalid_request"),
        ("prompt", "consent", "invalid_request"),
        ("prompt", "none login", "invalid_request"),
    ];
    for (name, value, error) in cases {
        let parameters = with(request(), name, value);
        let mut browser = Browser::new(issuer);
        assert_eq!(browser.authorize(&parameters).await.error(), error, "{name}={value}");
        let chosen = browser.press(&parameters, ("user", "sample-editor")).await;
        assert_eq!((chosen.error().as_str(), chosen.set_cookie), (error, None), "{name}={value}");
    }
    for name in ["response_type", "scope", "code_challenge", "code_challenge_method"] {
        let shown = Browser::new(issuer).authorize(&without(request(), name)).await;
        let error = if name == "scope" { "invalid_scope" } else { "invalid_request" };
        assert_eq!(shown.error(), error, "{name}");
    }
}

#[tokio::test]
async fn only_sample_people_can_be_chosen() {
    let issuer = issuer();
    let mut browser = Browser::new(issuer);
    for choice in
        [("user", ""), ("user", "sample-system"), ("user", "Sample-Editor"), ("other", "")]
    {
        let shown = browser.press(&request(), choice).await;
        shown.assert_refused(&format!("{choice:?}"));
        assert_eq!(shown.set_cookie, None);
    }
    // A choice in the address of a link chooses nobody.
    assert!(browser.authorize(&with(request(), "user", "sample-editor")).await.asks());
}

#[tokio::test]
async fn a_narrower_scope_is_granted_as_asked() {
    let issuer = issuer();
    for scope in ["openid", "capacity/read openid", "openid capacity/write"] {
        let mut browser = Browser::new(issuer);
        let code = browser.sign_in(&with(request(), "scope", scope), "sample-editor").await;
        let (status, answer) = exchange(issuer, &super::codes::form(&code)).await;
        assert_eq!((status, &answer["scope"]), (200, &scope.into()));
    }
}

#[tokio::test]
async fn each_host_name_of_the_pages_has_its_callback() {
    let issuer = issuer();
    let localhost = "http://localhost:9000/web/callback";
    let parameters = with(request(), "redirect_uri", localhost);
    let chosen = Browser::new(issuer).press(&parameters, ("user", "sample-editor")).await;
    assert!(chosen.location.expect("a location").starts_with(&format!("{localhost}?code=")));
    let without_pages = &super::issuer_for(&[], || 0);
    let parameters = with(request(), "redirect_uri", CALLBACK);
    Browser::new(without_pages).authorize(&parameters).await.assert_refused("no pages");
}
