//! Signing out of the issuer.

use local_stack::issuer::{CLIENT_ID, WEB_CLIENT_ID};
use reqwest::StatusCode;

use super::{Browser, issuer, request};

const PAGES: &str = "http://127.0.0.1:9000/web";
const CLEARED: &str = "issuer-session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";

#[tokio::test]
async fn after_signing_out_the_next_person_is_asked() {
    let issuer = issuer();
    for name in ["logout_uri", "post_logout_redirect_uri"] {
        let mut browser = Browser::new(issuer);
        browser.sign_in(&request(), "sample-editor").await;
        let kept = browser.cookie.clone();
        let shown = browser.sign_out(&[("client_id", WEB_CLIENT_ID), (name, PAGES)]).await;
        assert_eq!((shown.status, shown.location.as_deref()), (StatusCode::SEE_OTHER, Some(PAGES)));
        assert_eq!(shown.set_cookie.as_deref(), Some(CLEARED));
        assert!(browser.authorize(&request()).await.asks());
        // The session is over, not only its cookie gone.
        let mut copy = Browser { issuer, cookie: kept };
        assert!(copy.authorize(&request()).await.asks());
    }
}

#[tokio::test]
async fn signing_out_leaves_other_browsers_signed_in() {
    let issuer = issuer();
    let (mut one, mut other) = (Browser::new(issuer), Browser::new(issuer));
    one.sign_in(&request(), "sample-editor").await;
    other.sign_in(&request(), "sample-editor").await;
    one.sign_out(&[("client_id", WEB_CLIENT_ID), ("logout_uri", PAGES)]).await;
    other.authorize(&request()).await.code();
}

#[tokio::test]
async fn signing_out_leads_to_registered_addresses_only() {
    let issuer = issuer();
    let cases: [&[(&str, &str)]; 9] = [
        &[("logout_uri", PAGES)],
        &[("client_id", "other"), ("logout_uri", PAGES)],
        &[("client_id", CLIENT_ID), ("logout_uri", PAGES)],
        &[("client_id", WEB_CLIENT_ID), ("logout_uri", "http://example.com/web")],
        &[("client_id", WEB_CLIENT_ID), ("logout_uri", "http://127.0.0.1:9000/web/")],
        &[("client_id", WEB_CLIENT_ID), ("logout_uri", "http://127.0.0.1:9000/web/callback")],
        &[("client_id", WEB_CLIENT_ID), ("post_logout_redirect_uri", "//example.com")],
        &[
            ("client_id", WEB_CLIENT_ID),
            ("logout_uri", "http://example.com"),
            ("post_logout_redirect_uri", PAGES),
        ],
        &[("client_id", WEB_CLIENT_ID), ("logout_uri", PAGES), ("logout_uri", PAGES)],
    ];
    for parameters in cases {
        let mut browser = Browser::new(issuer);
        browser.sign_in(&request(), "sample-editor").await;
        let shown = browser.sign_out(parameters).await;
        shown.assert_refused(&format!("{parameters:?}"));
        assert_eq!(shown.set_cookie.as_deref(), Some(CLEARED));
        assert!(browser.authorize(&request()).await.asks(), "{parameters:?}");
    }
}

#[tokio::test]
async fn without_an_address_a_page_says_that_nobody_is_signed_in() {
    let issuer = issuer();
    let mut browser = Browser::new(issuer);
    browser.sign_in(&request(), "sample-editor").await;
    let shown = browser.sign_out(&[]).await;
    assert_eq!((shown.status, shown.location), (StatusCode::OK, None));
    assert!(shown.body.contains("<h1>You are signed out</h1>"));
    assert!(browser.authorize(&request()).await.asks());
}
