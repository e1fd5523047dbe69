//! Signing in, from the first page to the session.

mod attacks;
mod cookies;
mod failures;

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use shared::http::sha256;

use crate::harness::{
    App, Browser, Reply, World, choose,
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
    browser.get("/web/board/10").send().await.status == 200
}

#[track_caller]
fn assert_refused(reply: &Reply, status: u16, heading: &str) {
    assert_eq!(reply.status, status, "{}", reply.text);
    assert!(reply.text.contains(&format!("<h1>{heading}</h1>")), "{}", reply.text);
    let session = reply.cookies.iter().find(|cookie| cookie.starts_with("__Host-session="));
    assert_eq!(session, None);
}

/// RFC 6749, section 4.1.1, RFC 7636 and OpenID Connect Core 1.0, section 3.1.2.1.
#[tokio::test]
async fn the_issuer_learns_what_the_standards_ask_for_and_no_more() {
    let app = start().await;
    let mut browser = app.browser();
    let page = browser.begin_sign_in("").await;
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
}

#[tokio::test]
async fn signing_in_leads_to_the_issuer_and_back_to_the_page_that_was_asked_for() {
    let app = start().await;
    let mut browser = app.browser();
    let asked = browser.get("/web/board/20?status=RED").send().await;
    let to = asked.header("location").split_once("?to=").expect("a page").1.to_owned();
    let page = browser.begin_sign_in(&format!("to={to}")).await;

    let reply = browser.come_back(&choose(&page, EDITOR).await).await;
    assert_eq!(reply.goes_on_to(), "/web/board/20?status=RED");
    // Browsers go on from a page. A redirect would leave the next page to the back button after sign-out.
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"));
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
async fn with_a_base_path_people_come_back_below_it() {
    let app = start().await.with_settings(&[("PUBLIC_URL", "https://api.example.org/v1")]);
    let mut browser = app.browser();
    let page = browser.begin_sign_in("to=/web/services/30").await;
    assert_eq!(parameters(&page)["redirect_uri"], "https://api.example.org/v1/web/callback");
    let reply = browser.come_back(&choose(&page, EDITOR).await).await;
    assert_eq!(reply.goes_on_to(), "/v1/web/services/30");
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
