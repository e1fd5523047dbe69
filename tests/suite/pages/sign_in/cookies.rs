//! The cookies of sign-ins under way and of sessions.

use super::{EDITOR, assert_refused, is_signed_in, rows, session, start, values};
use crate::harness::{App, Browser, NOW, Reply, choose};

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
            assert_eq!(reply.goes_on_to(), *to);
            assert!(is_signed_in(&browser).await);
            sessions.push(session(&browser));
        }
        let mut first = app.browser();
        first.cookies.push(format!("__Host-session={}", sessions[0]));
        assert!(!is_signed_in(&first).await, "the second session replaces the first");
    }
}

/// A browser in which a sign-in came back from the issuer, with another value of its cookie.
async fn with_value(app: &App, change: impl FnOnce(&mut Vec<String>)) -> Reply {
    let mut browser = app.browser();
    let page = browser.begin_sign_in("to=/web/board/20").await;
    let address = choose(&page, EDITOR).await;
    let cookie = browser.cookies.pop().expect("a cookie");
    let (name, value) = cookie.split_once('=').expect("a value");
    let mut parts = value.split('.').map(str::to_owned).collect();
    change(&mut parts);
    browser.cookies.push(format!("{name}={}", parts.join(".")));
    browser.come_back(&address).await
}

#[tokio::test]
async fn a_forged_or_truncated_cookie_begins_nothing() {
    let app = start().await;
    let whole = with_value(&app, |_| {}).await;
    assert_eq!(whole.goes_on_to(), "/web/board/20");
    let other = "A".repeat(43);
    let changes: [(usize, &str); 14] = [
        (0, &other),
        (0, ""),
        (1, "short"),
        (2, ""),
        (2, "+/=+"),
        (3, ""),
        (3, "2"),
        (4, ""),
        (4, "x"),
        (4, "-99999999999999"),
        (4, "99999999999999999999"),
        (5, "!"),
        (5, "_w"),
        (5, "x.y"),
    ];
    for (part, value) in changes {
        let reply = with_value(&app, |parts| parts[part] = value.to_owned()).await;
        assert_refused(&reply, 400, "Sign in again");
    }
    for length in 0..6 {
        let reply = with_value(&app, |parts| parts.truncate(length)).await;
        assert_refused(&reply, 400, "Sign in again");
    }
    assert_eq!(rows(&app).await.len(), 1);
}

/// The server judges the age, whatever the browser does.
#[tokio::test]
async fn a_sign_in_has_ten_minutes_by_the_servers_clock() {
    let app = start().await;
    for (after, status) in [(-1, 400), (0, 200), (599, 200), (600, 400)] {
        app.at(0);
        let mut browser = app.browser();
        let page = browser.begin_sign_in("").await;
        let address = choose(&page, EDITOR).await;
        app.at(after);
        assert_eq!(browser.come_back(&address).await.status, status, "{after}");
        assert_eq!(browser.cookies.len(), usize::from(status == 200), "{after}");
    }
    let renewed = |parts: &mut Vec<String>| parts[4] = (NOW + 700).to_string();
    app.at(0);
    assert_refused(&with_value(&app, renewed).await, 400, "Sign in again");
}

/// A cookie can be changed at the computer; its page is judged again.
#[tokio::test]
async fn a_page_in_the_cookie_is_no_more_trusted_than_one_in_the_address() {
    let app = start().await;
    // base64: `//evil.example.org`, `/web/../evil`
    for page in ["Ly9ldmlsLmV4YW1wbGUub3Jn", "L3dlYi8uLi9ldmls"] {
        let reply = with_value(&app, |parts| parts[5] = page.to_owned()).await;
        assert_eq!(reply.goes_on_to(), "/web/mine");
    }
}

/// The sign-ins under way, as the cookies' names tell them apart.
fn under_way(browser: &Browser<'_>) -> usize {
    values(browser, "__Host-sign-in-").len()
}

#[tokio::test]
async fn a_browser_has_at_most_five_sign_ins_under_way() {
    let app = start().await;
    let mut browser = app.browser();
    let mut pages = Vec::new();
    for second in 0..7 {
        app.at(second);
        pages.push(browser.begin_sign_in("").await);
        assert_eq!(under_way(&browser), pages.len().min(5));
    }
    let oldest = browser.come_back(&choose(&pages[1], EDITOR).await).await;
    assert_refused(&oldest, 400, "Sign in again");
    for page in &pages[2..] {
        assert_eq!(browser.come_back(&choose(page, EDITOR).await).await.status, 200);
    }
    assert_eq!((under_way(&browser), rows(&app).await.len()), (0, 1));
}

/// One by one and in a header too, as `cargo lambda watch` sends them.
#[tokio::test]
async fn cookies_that_come_twice_count_once() {
    let app = start().await;
    let mut browser = app.browser();
    for number in 1..=5 {
        browser.cookies.extend(browser.cookies.clone());
        browser.begin_sign_in("").await;
        browser.cookies.sort();
        browser.cookies.dedup();
        assert_eq!(under_way(&browser), number);
    }
}

#[tokio::test]
async fn cookies_of_old_sign_ins_and_forged_ones_are_deleted() {
    let app = start().await;
    let mut browser = app.browser();
    browser.begin_sign_in("").await;
    browser.cookies.push("__Host-sign-in-x=y".to_owned());
    app.at(600);
    browser.begin_sign_in("").await;
    assert_eq!(browser.cookies.len(), 1);
}

/// Answers have limits too: the gateway takes 10,240 bytes of headers.
#[tokio::test]
async fn a_flood_of_cookies_neither_hides_a_sign_in_nor_makes_a_long_answer() {
    let app = start().await;
    let mut browser = app.browser();
    browser.cookies = (0..200).map(|number| format!("__Host-sign-in-{number}=x")).collect();
    let begun = browser.get("/web/sign-in").send().await;
    assert_eq!(begun.cookies.len(), 21);
    assert!(begun.cookies.iter().map(String::len).sum::<usize>() < 8_000);
    let page = browser.begin_sign_in("").await;
    browser.cookies.extend((0..200).map(|number| format!("x{number}=y")));
    assert_eq!(browser.come_back(&choose(&page, EDITOR).await).await.status, 200);
    assert!(is_signed_in(&browser).await);
}

#[tokio::test]
async fn foreign_cookies_that_are_not_ascii_disturb_nothing() {
    let app = start().await;
    let mut browser = app.browser();
    let foreign = ["name=\u{e9}\u{4e16}", "=", "empty=", "x", "y=\u{7}", "__Host-sessions=\u{e9}"];
    browser.cookies = foreign.map(str::to_owned).to_vec();
    browser.sign_in(EDITOR).await;
    assert!(is_signed_in(&browser).await);
}

/// Its four characters at the end could stand for other bits too.
#[tokio::test]
async fn a_session_cookie_has_one_spelling() {
    let app = start().await;
    let mut browser = app.browser();
    browser.sign_in(EDITOR).await;
    let value = session(&browser);
    let unlike = |value: String| format!("__Host-session={value}");
    let mut others = vec![format!("{value}="), format!("{value}A"), value[1..].to_owned()];
    others.extend([value.to_lowercase(), format!("\"{value}\""), String::new(), "A".repeat(43)]);
    for other in others {
        browser.cookies = vec![unlike(other.clone())];
        assert!(!is_signed_in(&browser).await, "{}", other.len());
    }
}
