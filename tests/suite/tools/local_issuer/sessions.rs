//! Who is asked again, and who is not.

use super::{Browser, TestClock, exchange, issuer, issuer_at, request, with};

/// The subject of the ID token for that code.
async fn subject(issuer: &local_stack::issuer::LocalIssuer, code: &str) -> String {
    let (_, answer) = exchange(issuer, &super::codes::form(code)).await;
    super::codes::claims(issuer, &answer["id_token"])["sub"].as_str().expect("a subject").to_owned()
}

#[tokio::test]
async fn somebody_who_is_signed_in_is_not_asked_again() {
    let issuer = issuer();
    let mut browser = Browser::new(issuer);
    browser.sign_in(&request(), "sample-reader").await;
    let again = browser.authorize(&request()).await;
    assert_eq!(again.set_cookie, None);
    assert_eq!(subject(issuer, &again.code()).await, "sample-reader");
    assert!(Browser::new(issuer).authorize(&request()).await.asks(), "another browser");
}

#[tokio::test]
async fn the_cookie_is_for_the_issuer_only() {
    let issuer = issuer();
    let chosen = Browser::new(issuer).press(&request(), ("user", "sample-reader")).await;
    let cookie = chosen.set_cookie.expect("a cookie");
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    let value = pair.strip_prefix("issuer-session=").expect("its name");
    assert_eq!((value.len(), attributes), (43, "Path=/; HttpOnly; SameSite=Lax"));
}

#[tokio::test]
async fn prompt_login_always_asks() {
    let issuer = issuer();
    let mut browser = Browser::new(issuer);
    let always = with(request(), "prompt", "login");
    assert!(browser.authorize(&always).await.asks());
    browser.sign_in(&always, "sample-reader").await;
    assert!(browser.authorize(&always).await.asks());
    // Whoever cancels stays signed in.
    assert_eq!(browser.press(&always, ("cancel", "yes")).await.error(), "access_denied");
    browser.authorize(&request()).await.code();
}

#[tokio::test]
async fn prompt_none_never_asks() {
    let issuer = issuer();
    let mut browser = Browser::new(issuer);
    let never = with(request(), "prompt", "none");
    assert_eq!(browser.authorize(&never).await.error(), "login_required");
    browser.sign_in(&request(), "sample-reader").await;
    browser.authorize(&never).await.code();
}

#[tokio::test]
async fn a_session_ends_after_an_hour() {
    static CLOCK: TestClock = TestClock::new();
    let issuer = &issuer_at(|| CLOCK.now());
    let mut browser = Browser::new(issuer);
    browser.sign_in(&request(), "sample-reader").await;
    CLOCK.set(3599);
    browser.authorize(&request()).await.code();
    CLOCK.set(3600);
    assert!(browser.authorize(&request()).await.asks());
}

#[tokio::test]
async fn choosing_again_replaces_the_session() {
    let issuer = issuer();
    let mut browser = Browser::new(issuer);
    browser.sign_in(&request(), "sample-reader").await;
    let first = browser.cookie.clone();
    browser.sign_in(&with(request(), "prompt", "login"), "sample-editor").await;
    assert_ne!(browser.cookie, first);
    let code = browser.authorize(&request()).await.code();
    assert_eq!(subject(issuer, &code).await, "sample-editor");
    let mut thief = Browser { issuer, cookie: first };
    assert!(thief.authorize(&request()).await.asks());
}

#[tokio::test]
async fn other_cookies_do_not_matter() {
    let issuer = issuer();
    let mut browser = Browser::new(issuer);
    browser.sign_in(&request(), "sample-reader").await;
    let own = browser.cookie.take().expect("a cookie");
    browser.cookie =
        Some(format!("name=\u{e9}; x-issuer-session=1; issuer-session-2=1;{own}; b=\""));
    browser.authorize(&request()).await.code();
    let value = own.split_once('=').expect("a value").1;
    let others =
        ["issuer-session=", "issuer-session", "issuer-session=\u{e9}", &format!("session={value}")]
            .map(str::to_owned);
    for cookie in others {
        browser.cookie = Some(cookie.clone());
        assert!(browser.authorize(&request()).await.asks(), "{cookie}");
    }
}
