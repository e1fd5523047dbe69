//! `web-session`. `pages::sign_in` and `pages::sign_out` test its answers.

use crate::harness::{
    App, Event, TokenAnswer, TokenEndpoint, choose,
    faulty::{Fate, FaultyStore},
};

pub(crate) const EVENTS: &[Event] = &[
    ("a-callback-of-another-browser", 400, ""),
    ("a-form-of-another-session", 403, ""),
    ("a-form-of-another-site", 403, ""),
    ("a-head-request", 303, ""),
    ("a-person-signs-out", 303, ""),
    ("a-sign-in-begins", 303, ""),
    ("a-sign-in-that-took-too-long", 400, ""),
    ("nobody-is-signed-in", 303, ""),
];

/// Uses every right of the role, and gets every status.
pub(crate) async fn exercise(app: &App) {
    let app = app.at_issuer();
    let mut browser = app.browser();
    browser.sign_in("sample-editor").await;
    let browser = app.signed_in("editor").await;
    let sign_out = || browser.post("/web/sign-out", &[]);
    for (call, status) in [
        (sign_out().header("origin", "null"), 403),
        (sign_out().header("content-type", "text/plain"), 415),
        (browser.post("/web/sign-out", &[("x", &"x".repeat(20_000))]), 413),
        (sign_out(), 303),
    ] {
        assert_eq!(call.send().await.status, status);
    }
    assert_eq!(come_back(&app, "code=1").await, 400);
    assert_eq!(come_back(&app, "error=access_denied").await, 403);
    let endpoint = TokenEndpoint::answering(TokenAnswer::Given(500, String::new()));
    let without_issuer = app.with_settings(&[("TOKEN_URL", &endpoint.url())]);
    assert_eq!(come_back(&without_issuer, "code=1").await, 502);

    let (gone, _, _) = FaultyStore::below(&app, None, |_| Fate::Failed.into());
    let mut browser = gone.browser();
    browser.cookies = app.signed_in("editor").await.cookies;
    let page = browser.begin_sign_in("").await;
    assert_eq!(browser.post("/web/sign-out", &[]).send().await.status, 503);
    assert_eq!(browser.come_back(&choose(&page, "sample-editor").await).await.status, 503);
}

/// The status of the answer to a callback with these parameters.
async fn come_back(app: &App, parameters: &str) -> u16 {
    let mut browser = app.browser();
    let page = browser.begin_sign_in("").await;
    let (_, state) = page.split_once("&state=").expect("a state");
    let state = state.split('&').next().unwrap_or_default();
    let reply = browser.come_back(&format!("/web/callback?{parameters}&state={state}")).await;
    reply.status.as_u16()
}
