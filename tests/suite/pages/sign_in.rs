//! Signing in, from the first page to the session.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use shared::http::sha256;

use crate::harness::{
    App, Browser, IssuerBrowser, Reply, World, choose,
    log::{take_lines, take_metrics},
    sessions_table,
};

const EDITOR: &str = "sample-editor";
const READER: &str = "sample-reader";

/// The functions with the local issuer, and two of its people.
pub(super) async fn start() -> App {
    let world = World::family().editor(EDITOR, &[20]).user(READER, &[]);
    world.start().await.at_issuer()
}

/// The parameters of an address.
fn parameters(address: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().expect("UTF-8").into_owned()
    };
    let (_, query) = address.split_once('?').expect("a query");
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}

/// The values of the cookies whose names begin so.
fn values(browser: &Browser<'_>, prefix: &str) -> Vec<String> {
    let pairs = browser.cookies.iter().filter_map(|cookie| cookie.split_once('='));
    let own = pairs.filter(|(name, _)| name.starts_with(prefix));
    own.map(|(_, value)| value.to_owned()).collect()
}

fn session(browser: &Browser<'_>) -> String {
    values(browser, "__Host-session").pop().expect("a session")
}

/// The rows of the sessions table, by key.
pub(super) async fn rows(app: &App) -> BTreeMap<String, Value> {
    let scan = app.client.scan().table_name(sessions_table(&app.tables)).consistent_read(true);
    let rows = scan.send().await.expect("rows").items.unwrap_or_default();
    let rows = rows.into_iter().map(|row| serde_dynamo::from_item(row).expect("JSON"));
    rows.map(|row: Value| (row["id"].as_str().expect("a key").to_owned(), row)).collect()
}

/// Whether pages take the browser for signed in.
pub(super) async fn is_signed_in(browser: &Browser<'_>) -> bool {
    browser.get("/web/mine").send().await.status == 200
}

#[track_caller]
fn assert_refused(reply: &Reply, status: u16, heading: &str) {
    assert_eq!(reply.status, status, "{}", reply.text);
    assert!(reply.text.contains(&format!("<h1>{heading}</h1>")), "{}", reply.text);
    let session = reply.cookies.iter().find(|cookie| cookie.starts_with("__Host-session="));
    assert_eq!(session, None);
}

#[tokio::test]
async fn signing_in_leads_to_the_issuer_and_back_to_the_page_that_was_asked_for() {
    let app = start().await;
    let mut browser = app.browser();
    let asked = browser.get("/web/board/20?status=RED").send().await;
    let to = asked.header("location").split_once("?to=").expect("a page").1.to_owned();
    let page = browser.begin_sign_in(&format!("to={to}")).await;

    let given = parameters(&page);
    let [cookie] = values(&browser, "__Host-sign-in-").try_into().expect("one sign-in");
    let parts: Vec<&str> = cookie.split('.').collect();
    assert_eq!((&*given["state"], &*given["nonce"]), (parts[0], parts[1]));
    assert_eq!(given["code_challenge"].len(), 43);
    assert_ne!(given["code_challenge"], parts[2]);
    let fixed =
        ["client_id", "code_challenge_method", "prompt", "redirect_uri", "response_type", "scope"];
    let fixed = fixed.map(|name| format!("{name}={}", given[name]));
    assert_eq!(
        fixed,
        [
            "client_id=capacity-web-local",
            "code_challenge_method=S256",
            "prompt=login",
            "redirect_uri=https://api.example.org/web/callback",
            "response_type=code",
            "scope=openid capacity/read capacity/write",
        ]
    );
    assert_eq!(given.len(), fixed.len() + 3, "{given:?}");

    let reply = browser.come_back(&choose(&page, EDITOR).await).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("location")),
        (303, "/web/board/20?status=RED")
    );
    assert_eq!(browser.cookies.len(), 1, "only the session is left");
    assert!(is_signed_in(&browser).await);
    let key = sha256(session(&browser).as_bytes());
    let row = rows(&app).await.remove(&key).expect("a session by its hash");
    assert_eq!(
        row,
        json!({
            "id": key, "subject": EDITOR, "scope": "openid capacity/read capacity/write",
            "expiresAt": app.now().epoch_seconds() + 36_000,
            "lastActive": app.now().epoch_seconds(), "sharedComputer": false,
        })
    );
}

#[tokio::test]
async fn cookies_are_for_this_host_alone_and_for_no_script() {
    let app = start().await;
    let mut browser = app.browser();
    let begun = browser.get("/web/sign-in").send().await;
    let attributes = |reply: &Reply| {
        let cookies = reply.cookies.iter().filter_map(|cookie| cookie.split_once("; "));
        cookies.map(|(_, attributes)| attributes.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(attributes(&begun), ["Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax"]);
    assert!(begun.cookies[0].starts_with("__Host-sign-in-"), "{:?}", begun.cookies);
    let reply = browser.sign_in(EDITOR).await;
    assert_eq!(
        attributes(&reply),
        [
            "Path=/; Secure; HttpOnly; SameSite=Lax",
            "Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax",
        ]
    );
    assert!(reply.cookies[0].starts_with("__Host-session="), "{:?}", reply.cookies);
    assert!(!format!("{reply:?}").contains("eyJ"), "a token reaches the browser");
}

/// Browsers take neither `Secure` everywhere nor `__Host-` there.
#[tokio::test]
async fn on_plain_http_cookies_have_other_names() {
    let app = start().await.with_settings(&[("PUBLIC_URL", "http://127.0.0.1:9000")]);
    let mut browser = app.browser();
    browser.sign_in(EDITOR).await;
    let [cookie] = browser.cookies.as_slice() else { panic!("{:?}", browser.cookies) };
    assert!(cookie.starts_with("session="), "{cookie}");
    assert!(is_signed_in(&browser).await);
}

#[tokio::test]
async fn with_a_base_path_people_come_back_below_it() {
    let app = start().await.with_settings(&[("PUBLIC_URL", "https://api.example.org/v1")]);
    let mut browser = app.browser();
    let page = browser.begin_sign_in("to=/web/services/30").await;
    assert_eq!(parameters(&page)["redirect_uri"], "https://api.example.org/v1/web/callback");
    let reply = browser.come_back(&choose(&page, EDITOR).await).await;
    assert_eq!(reply.header("location"), "/v1/web/services/30");
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
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/web/mine"), "{to}");
    }
}

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

#[tokio::test]
async fn sign_ins_under_way_in_one_browser_end_in_any_order() {
    let app = start().await;
    for order in [[0, 1], [1, 0]] {
        let mut browser = app.browser();
        let mut addresses = Vec::new();
        for to in ["/web/board/20", "/web/services/30"] {
            let page = browser.begin_sign_in(&format!("to={to}")).await;
            addresses.push((to, choose(&page, EDITOR).await));
        }
        let mut sessions = Vec::new();
        for tab in order {
            let (to, address) = &addresses[tab];
            let reply = browser.come_back(address).await;
            assert_eq!((reply.status.as_u16(), reply.header("location")), (303, *to));
            assert!(is_signed_in(&browser).await);
            sessions.push(session(&browser));
        }
        let mut first = app.browser();
        first.cookies.push(format!("__Host-session={}", sessions[0]));
        assert!(!is_signed_in(&first).await, "the second session replaces the first");
    }
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
        assert_eq!(is_signed_in(&browser).await, reply.status == 303);
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

#[tokio::test]
async fn a_narrower_scope_is_the_sessions() {
    let app = start().await;
    let mut browser = app.browser();
    let page = browser.begin_sign_in("").await.replace("+capacity%2Fwrite", "");
    browser.come_back(&choose(&page, EDITOR).await).await;
    assert_eq!(rows(&app).await.values().next().expect("a row")["scope"], "openid capacity/read");
    browser.open("/web/mine").await;
    let reply = browser.post("/web/services/30", &[("status", "RED")]).send().await;
    assert_refused(&reply, 403, "You may not do this");
}

#[tokio::test]
async fn a_sign_in_is_logged_and_counted_without_who_it_is_by_name() {
    let app = start().await;
    let mut browser = app.browser();
    take_metrics();
    let page = browser.begin_sign_in("shared=yes").await;
    let address = choose(&page, EDITOR).await;
    take_lines();
    let reply = browser.come_back(&address).await;
    let lines: Vec<_> = take_lines().into_iter().filter(|line| line["level"] == "INFO").collect();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(line["message"], "signed_in");
    assert_eq!(line["request_id"], reply.header("x-request-id"));
    assert_eq!((&line["subject"], &line["shared_computer"]), (&json!(EDITOR), &json!(true)));
    assert_eq!(line["client_address"], "192.0.2.1");
    browser.come_back(&address).await;
    browser.come_back("/web/callback").await;
    let counted: Vec<_> = take_metrics()
        .into_iter()
        .filter(|document| document["SignIns"] == 1)
        .map(|document| document["Outcome"].clone())
        .collect();
    assert_eq!(counted, ["signed_in", "not_begun", "not_begun"]);
}

#[tokio::test]
async fn a_head_request_has_the_same_headers() {
    let app = start().await;
    let reply = app.browser().get("/web/sign-in").head().send().await;
    assert_eq!((reply.status.as_u16(), reply.cookies.len()), (303, 1));
    let reply = app.browser().get("/web/callback").head().send().await;
    assert_eq!((reply.status.as_u16(), &*reply.text), (400, ""));
}
