//! Signing out: what has ended, and what must not seem to have.

use local_stack::function_env::ISSUER;
use serde_json::value::to_raw_value;
use shared::{http::dispatch, runtime::warm_up};

use super::sign_in::{is_signed_in, rows, start};
use crate::harness::{
    App, Browser, Call, IssuerBrowser, Reply, World, choose,
    faulty::{Fate, FaultyStore},
    log::take_lines,
};

const LOGOUT: &str = "https://login.example.org/logout?client_id=pages";

fn sign_out<'a>(browser: &Browser<'a>) -> Call<'a> {
    browser.post("/web/sign-out", &[])
}

/// Asserts that the answer leads to the issuer and that it deletes the cookie.
#[track_caller]
fn assert_leads_on(reply: &Reply) {
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, LOGOUT));
    let gone = "__Host-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax";
    assert_eq!(reply.cookies, [gone]);
}

#[track_caller]
fn assert_refused(reply: &Reply, status: u16) {
    assert_eq!((reply.status.as_u16(), reply.cookies.len()), (status, 0), "{}", reply.text);
}

async fn app() -> App {
    World::family().start().await
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_at_the_issuer() {
    let app = app().await;
    let browser = app.signed_in("editor").await;
    take_lines();
    let reply = sign_out(&browser).send().await;
    assert_leads_on(&reply);
    let lines = take_lines();
    let line = lines.iter().find(|line| line["message"] == "signed_out").expect("a line");
    assert_eq!(
        (line["subject"].as_str(), line["client_address"].as_str()),
        (Some("editor"), Some("192.0.2.1"))
    );
    assert_eq!(line["request_id"], reply.header("x-request-id"));
    assert_eq!(rows(&app).await.len(), 0);
    // The cookie as somebody has kept it.
    assert!(!is_signed_in(&browser).await);
    let change = browser.post("/web/services/30", &[("status", "RED")]).send().await;
    assert_refused(&change, 401);
    assert!(change.text.contains("Nothing was stored"), "{}", change.text);
    assert_eq!(app.history(30).await.len(), 0);
}

/// The whole of it, with the local issuer.
#[tokio::test]
async fn after_signing_out_the_issuer_knows_nobody() {
    let app = start().await;
    let (mut browser, mut issuer) = (app.browser(), IssuerBrowser::default());
    let page = browser.begin_sign_in("").await;
    browser.come_back(&issuer.choose(&page, ("user", "sample-editor")).await).await;
    let unasked = page.replace("&prompt=login", "");
    issuer.go_to(&unasked).await.expect("the issuer knows who it is");
    browser.open("/web/mine").await;
    let reply = sign_out(&browser).send().await;
    let next = issuer.go_to(reply.header("location")).await;
    assert_eq!(next.expect("an address"), "https://api.example.org/web");
    let asked = issuer.go_to(&unasked).await.expect_err("a page that asks");
    assert!(asked.contains("Choose a sample user"), "{asked}");
}

/// `null` comes from pages without an origin, such as files and frames that are shut in.
#[tokio::test]
async fn another_sites_form_signs_nobody_out() {
    let app = app().await;
    let browser = app.signed_in("editor").await;
    for origin in [
        "https://evil.example.org",
        "https://api.example.org.evil.example.org",
        "http://api.example.org",
        "https://api.example.org:8443",
        "https://api.example.org/",
        "https://api.example.org, https://evil.example.org",
        "null",
        "",
    ] {
        assert_refused(&sign_out(&browser).header("origin", origin).send().await, 403);
    }
    let missing = sign_out(&browser).event(|event| {
        event["headers"].as_object_mut().expect("headers").remove("origin");
    });
    assert_refused(&missing.send().await, 403);
    assert!(is_signed_in(&browser).await);
    // Nor does it delete the cookie of a session that has ended.
    let stranger = app.browser();
    assert_refused(&sign_out(&stranger).header("origin", "null").send().await, 403);
}

#[tokio::test]
async fn a_form_of_another_session_signs_nobody_out() {
    let app = app().await;
    let (browser, other) = (app.signed_in("editor").await, app.signed_in("editor").await);
    let with_token = |token: &str| browser.post_as_is("/web/sign-out", &[("token", token)]);
    for token in [&*other.token, "", &browser.token[1..], &browser.token.to_uppercase()] {
        assert_refused(&with_token(token).send().await, 403);
    }
    assert_refused(&browser.post_as_is("/web/sign-out", &[]).send().await, 403);
    let twice = [("token", &*other.token), ("token", &*browser.token)];
    assert_refused(&browser.post_as_is("/web/sign-out", &twice).send().await, 403);
    assert!(is_signed_in(&browser).await && is_signed_in(&other).await);
}

#[tokio::test]
async fn the_form_is_urlencoded_and_short() {
    let app = app().await;
    let browser = app.signed_in("editor").await;
    let json = sign_out(&browser).header("content-type", "application/json");
    assert_refused(&json.send().await, 415);
    let large = browser.post("/web/sign-out", &[("x", &"x".repeat(16_400))]);
    assert_refused(&large.send().await, 413);
    assert!(is_signed_in(&browser).await);
    let charset = "application/x-www-form-urlencoded; charset=UTF-8";
    assert_leads_on(&sign_out(&browser).header("content-type", charset).send().await);
}

/// Perhaps the issuer still knows the person: so they go on there.
#[tokio::test]
async fn who_is_not_signed_in_any_more_is_led_to_the_issuer_all_the_same() {
    let app = app().await;
    assert_leads_on(&sign_out(&app.browser()).send().await);
    let browser = app.signed_in("editor").await;
    for _ in 0..2 {
        assert_leads_on(&sign_out(&browser).send().await);
    }
    let expired = app.signed_in("editor").await;
    app.at(36_000);
    assert_leads_on(&sign_out(&expired).send().await);
}

#[tokio::test]
async fn who_cannot_be_signed_out_reads_that_they_may_still_be_signed_in() {
    let app = app().await;
    let browser = app.signed_in("editor").await;
    for failing in ["GetItem", "DeleteItem"] {
        let (faulty, _, _) = FaultyStore::below(&app, None, move |call| {
            if call.operation == failing { Fate::Failed } else { Fate::Passed }.into()
        });
        let mut same = faulty.browser();
        (same.cookies, same.token) = (browser.cookies.clone(), browser.token.clone());
        let reply = sign_out(&same).send().await;
        assert_refused(&reply, 503);
        assert!(reply.text.contains("<h1>You may still be signed in</h1>"), "{}", reply.text);
        assert!(is_signed_in(&browser).await, "{failing}");
    }
    // Applied, but the answer is lost: the SDK sends it again.
    let (faulty, _, _) = FaultyStore::below(&app, None, |call| {
        let is_first = call.operation == "DeleteItem" && call.number == 1;
        if is_first { Fate::AnswerLost } else { Fate::Passed }.into()
    });
    let mut same = faulty.browser();
    (same.cookies, same.token) = (browser.cookies.clone(), browser.token.clone());
    assert_leads_on(&sign_out(&same).send().await);
    assert!(!is_signed_in(&browser).await);
}

/// So that neither the back button nor another person's history shows a page after signing out.
#[tokio::test]
async fn no_answer_to_a_person_is_kept_by_the_browser() {
    let app = start().await;
    let mut browser = app.browser();
    let page = browser.begin_sign_in("").await;
    let reply = browser.come_back(&choose(&page, "sample-editor").await).await;
    assert_eq!(reply.header("cache-control"), "no-store");
    for address in ["/web", "/web/mine", "/web/board/20", "/web/services/30", "/web/accessibility"]
    {
        let reply = browser.get(address).send().await;
        assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"));
    }
    browser.open("/web/mine").await;
    let out = sign_out(&browser).send().await;
    let back = browser.get("/web/mine").send().await;
    let refused = sign_out(&browser).header("origin", "null").send().await;
    for reply in [out, back, refused] {
        assert_eq!(reply.header("cache-control"), "no-store", "{}", reply.status);
    }
}

/// The session of the warm-up request's cookie is nobody's. See docs/adr/0011.
#[tokio::test]
async fn the_warm_up_request_reads_a_session_and_changes_nothing() {
    let app = app().await;
    let event = warm_up::event(&web_session::ENDPOINT, ISSUER);
    let event = to_raw_value(&event).expect("JSON");
    let answered = dispatch(&event, async |it| app.functions.answer("web-session", it).await);
    assert_eq!(answered.await.expect("an answer").status_code, 403);
    let read = ("dynamodb:GetItem".to_owned(), "SessionsTable".to_owned());
    assert_eq!(app.used("web-session"), [read].into());
}
