//! P16: whatever people can see on a page changes its entity tag, and nothing else does.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use crate::harness::{App, Browser, World};

const SERVICES: [u64; 4] = [20, 30, 31, 32];
const ADDRESSES: [&str; 4] =
    ["/web/board/10", "/web/board/20?status=RED&status=AMBER", "/web/board/30", "/web/mine"];

/// The page without its own time and the words of its ages, which follow from the times that it has.
pub(super) fn timeless(html: &str) -> String {
    let mut text = html.to_owned();
    for (before, after) in [
        ("<time data-at=\"", "</time>"),
        ("data-as-at=\"", "\""),
        ("data-etag=\"", "\""),
        ("data-changes=\"", "\""),
        ("id=\"as-at\">", "</p>"),
    ] {
        let mut parts = text.split(before);
        let first = parts.next().unwrap_or_default().to_owned();
        let others = parts.map(|part| {
            let (gone, rest) = part.split_once(after).expect("an end");
            // Of an age, the time stays.
            let kept = gone.split_once("\">").map_or("", |(at, _)| at);
            format!("{before}{kept}{rest}")
        });
        text = first + &others.collect::<String>();
    }
    text
}

/// One thing changes, or only the time.
async fn change(app: &App, rng: &mut fastrand::Rng) -> String {
    let id = SERVICES[rng.usize(..SERVICES.len())];
    let text = |text: &str| AttributeValue::S(text.to_owned());
    match rng.u8(..12) {
        0..3 => {
            let status = ["RED", "AMBER", "GREEN"][rng.usize(..3)];
            let body = json!({"status": status, "resetStatusIn": rng.u32(1..200)});
            // It may be closed.
            app.put(id, body).by("lead").send().await;
            format!("{id} is {status}")
        }
        3..7 => {
            let seconds = [1, 20, 70, 1_000, 5_000, 20_000][rng.usize(..6)];
            app.later(seconds);
            format!("{seconds} s later")
        }
        7 => {
            app.set_attribute(id, "name", text(["One", "Two"][rng.usize(..2)])).await;
            format!("{id} has another name")
        }
        8 => {
            app.set_attribute(id, "town", text(["Ambridge", "Borchester"][rng.usize(..2)])).await;
            format!("{id} has another town")
        }
        9 => {
            app.set_attribute(id, "phone", text(["01632 960001", "01632 960002"][rng.usize(..2)]))
                .await;
            format!("{id} has another phone")
        }
        10 => {
            app.set_review_after(id, rng.u32(1..300)).await;
            format!("{id} has another review interval")
        }
        _ => {
            let active = AttributeValue::Bool(rng.bool());
            app.set_attribute(32, "active", active).await;
            "32 closes or opens".to_owned()
        }
    }
}

async fn known(browser: &Browser<'_>, address: &str, tag: &str) -> u16 {
    let again = browser.get(address).header("if-none-match", tag).send().await;
    again.status.as_u16()
}

#[tokio::test]
async fn a_tag_changes_with_everything_that_people_see_and_with_nothing_else() {
    let world = World::family().service(31, "Low Road", Some(20)).service(32, "Mill", Some(20));
    let app = world.editor("lead", &[10]).start().await;
    let (mut same, mut other) = (0, 0);
    for seed in 0..6 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut browser = app.signed_in("lead").await;
        for _ in 0..12 {
            for address in ADDRESSES {
                let before = browser.get(address).send().await;
                let what = change(&app, &mut rng).await;
                let after = browser.get(address).send().await;
                if after.status == 303 {
                    // The session has ended.
                    browser = app.signed_in("lead").await;
                    continue;
                }
                let is_same = timeless(&before.text) == timeless(&after.text);
                let tag = before.header("etag");
                assert_eq!(is_same, tag == after.header("etag"), "{seed} {address}: {what}");
                let status = known(&browser, address, tag).await;
                assert_eq!(status, if is_same { 304 } else { 200 }, "{seed} {address}: {what}");
                *(if is_same { &mut same } else { &mut other }) += 1;
            }
        }
    }
    assert!(same > 20 && other > 50, "{same} {other}");
}

#[tokio::test]
async fn a_page_that_is_known_is_confirmed_with_the_servers_time() {
    let app = World::family().start().await;
    let browser = app.signed_in("reader").await;
    let page = browser.get("/web/board/20").send().await;
    let tag = page.header("etag").to_owned();
    assert!(page.text.contains("data-as-at=\"1795251600\""), "{}", page.text);
    assert!(page.text.contains(&format!("data-etag=\"{}\"", tag.replace('"', "&#34;"))));
    assert_eq!(page.header("x-as-at"), "1795251600");
    app.later(59);
    let again = browser.get("/web/board/20").header("if-none-match", &tag).send().await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    assert_eq!(again.header("x-as-at"), "1795251659");
    assert_eq!(again.header("etag"), tag);
    let packed = browser.get("/web/board/20").header("accept-encoding", "gzip").send().await;
    assert_eq!((packed.header("content-encoding"), packed.header("etag")), ("gzip", tag.as_str()));
}
