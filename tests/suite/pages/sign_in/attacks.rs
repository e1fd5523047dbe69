//! Who must not be signed in, or not as that person.

use shared::http::sha256;

use super::{EDITOR, READER, assert_refused, is_signed_in, rows, session, start};
use crate::harness::{IssuerBrowser, choose};

#[tokio::test]
async fn a_session_that_the_browser_brings_is_never_taken_over() {
    let app = start().await;
    // Another site's page cannot set this cookie; a person at the same computer can.
    for planted in [app.browser(), app.signed_in("reader").await] {
        let forged = format!("__Host-session={}", "A".repeat(43));
        let brought = planted.cookies.first().cloned().unwrap_or(forged);
        let mut victim = app.browser();
        victim.cookies.push(brought.clone());
        victim.sign_in(EDITOR).await;
        assert!(is_signed_in(&victim).await);
        let mut attacker = app.browser();
        attacker.cookies.push(brought);
        assert_ne!(victim.cookies, attacker.cookies);
        assert!(!is_signed_in(&attacker).await, "the session before has ended");
    }
    assert_eq!(rows(&app).await.len(), 2);
}

#[tokio::test]
async fn another_browser_cannot_finish_a_sign_in_and_does_not_spoil_it() {
    let app = start().await;
    let mut own = app.browser();
    let page = own.begin_sign_in("").await;
    let address = choose(&page, EDITOR).await;
    let mut other = app.browser();
    other.begin_sign_in("").await;
    let stolen = other.come_back(&address).await;
    assert_refused(&stolen, 400, "Sign in again");
    assert_eq!((other.cookies.len(), rows(&app).await.len()), (1, 0));
    own.come_back(&address).await;
    assert!(is_signed_in(&own).await);
}

#[tokio::test]
async fn a_callback_counts_once() {
    let app = start().await;
    let mut browser = app.browser();
    let page = browser.begin_sign_in("").await;
    let (begun, address) = (browser.cookies.clone(), choose(&page, EDITOR).await);
    browser.come_back(&address).await;
    let session = session(&browser);
    assert_refused(&browser.come_back(&address).await, 400, "Sign in again");
    assert!(is_signed_in(&browser).await, "a reload ends nothing");
    // Somebody has a copy of the cookie: the issuer takes the code once.
    let mut copy = app.browser();
    copy.cookies = begun;
    assert_refused(&copy.come_back(&address).await, 400, "Sign in again");
    assert_eq!(rows(&app).await.into_keys().collect::<Vec<_>>(), [sha256(session.as_bytes())]);
}

/// `web::own_page` has more of them.
#[tokio::test]
async fn no_address_leads_to_another_site() {
    let app = start().await;
    let long = format!("/web/board/20?name={}", "x".repeat(500));
    for to in [
        "",
        "//evil.example.org",
        "/%5Cevil.example.org",
        "https://evil.example.org",
        "%2f%2fevil.example.org",
        "/%252f%252fevil.example.org",
        "/webevil",
        "/web/%2e%2e/evil",
        "/web/%252e%252e/evil",
        "/web/mine%0d%0aSet-Cookie:a=b",
        "/web/sign-in",
        &long,
    ] {
        let mut browser = app.browser();
        let page = browser.begin_sign_in(&format!("to={to}")).await;
        let reply = browser.come_back(&choose(&page, EDITOR).await).await;
        assert_eq!(reply.goes_on_to(), "/web/mine", "{to}");
    }
}

#[tokio::test]
async fn a_page_to_come_back_to_is_an_address_and_never_markup() {
    let app = start().await;
    let mut browser = app.browser();
    let page =
        browser.begin_sign_in("to=/web/mine?name=%22%3E%3Cscript%3E%26quot%3B;%27,url=//x").await;
    let reply = browser.come_back(&choose(&page, EDITOR).await).await;
    assert_eq!(reply.goes_on_to(), r#"/web/mine?name="><script>&quot;;',url=//x"#);
    assert!(!reply.text.contains("<script"), "{}", reply.text);
}

#[tokio::test]
async fn who_begins_to_sign_in_is_not_signed_in_as_the_person_before() {
    let app = start().await;
    for button in [("user", READER), ("cancel", "yes")] {
        let mut browser = app.browser();
        browser.sign_in(EDITOR).await;
        let page = browser.begin_sign_in("").await;
        let address = IssuerBrowser::default().choose(&page, button).await;
        let reply = browser.come_back(&address).await;
        assert_eq!(rows(&app).await.values().filter(|row| row["subject"] == EDITOR).count(), 0);
        assert_eq!(is_signed_in(&browser).await, reply.status == 200);
    }
}

#[tokio::test]
async fn the_issuer_asks_who_it_is_although_somebody_is_signed_in_there() {
    let app = start().await;
    let (mut browser, mut issuer) = (app.browser(), IssuerBrowser::default());
    let page = browser.begin_sign_in("shared=yes").await;
    let address = issuer.choose(&page, ("user", EDITOR)).await;
    browser.come_back(&address).await;
    assert_eq!(rows(&app).await.values().next().expect("a row")["sharedComputer"], true);
    app.at(1_800);
    assert!(!is_signed_in(&browser).await);
    let next = browser.begin_sign_in("shared=yes").await;
    let asked = issuer.go_to(&next).await.expect_err("a page that asks");
    assert!(asked.contains("Choose a sample user"), "{asked}");
    let unasked = issuer.go_to(&next.replace("&prompt=login", "")).await;
    assert!(
        unasked.expect("an answer at once").contains("code="),
        "the issuer knows the last person"
    );
}
