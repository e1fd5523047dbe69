//! `web-board`. `pages` tests its pages.

use std::time::Duration;

use crate::harness::{App, Event, follower::changes_since};

pub(crate) const EVENTS: &[Event] = &[
    ("a-board-without-a-session", 303, ""),
    ("a-number-of-a-service", 303, ""),
    ("a-page-that-is-days-old", 400, ""),
    ("a-person-opens-a-board", 200, ""),
    ("a-service-without-a-session", 303, ""),
    ("a-session-that-nobody-has", 303, ""),
    ("no-such-file", 404, ""),
    ("the-accessibility-statement", 200, ""),
    ("the-sign-in-page", 200, ""),
];

/// The pages of people who are signed in.
const PAGES: [&str; 5] =
    ["/web", "/web/mine", "/web/board/20", "/web/board/20/summary", "/web/services/30"];

/// Uses every right of the role, and gets every status but 500, which `pages::board_filters` has.
pub(crate) async fn exercise(app: &App) {
    let editor = app.signed_in("editor").await;
    let stranger = app.signed_in("stranger").await;
    let away = app.without_store();
    let changes = format!("/web/board/20/changes{}", changes_since(app, 10));
    for page in PAGES.into_iter().chain([changes.as_str()]) {
        let reply = editor.get(page).send().await;
        assert_eq!(reply.status, 200, "{page}: {}", reply.text);
        let known = editor.get(page).header("if-none-match", "*").send().await;
        assert_eq!(known.status, 304, "{page}");
        assert_eq!(stranger.get(page).send().await.status, 403, "{page}");
        let late = editor.on(&away).get(page).within(Duration::ZERO).send().await;
        assert_eq!(late.status, 503, "{page}");
        if page != "/web" {
            assert_eq!(app.browser().get(page).send().await.status, 303, "{page}");
        }
    }
    assert_eq!(editor.get("/web?service=30").send().await.status, 303);
    for wrong in
        ["/web?service=x", "/web/mine?cursor=x", "/web/board/20?cursor=x", "/web/board/20/changes"]
    {
        assert_eq!(editor.get(wrong).send().await.status, 400, "{wrong}");
    }
    for unknown in [
        "/web/board/7",
        "/web/board/7/summary",
        "/web/board/0/changes",
        "/web/services/7",
        "/web/assets/x",
    ] {
        assert_eq!(editor.get(unknown).send().await.status, 404, "{unknown}");
    }
    let style = format!("/web/assets/{}", web::assets::CSS);
    for file in ["/web/accessibility", style.as_str()] {
        assert_eq!(editor.get(file).send().await.status, 200, "{file}");
        let known = editor.get(file).header("if-none-match", "*").send().await;
        assert_eq!(known.status, 304, "{file}");
    }
    // Activity is recorded every five minutes.
    app.later(300);
    assert_eq!(editor.get("/web").send().await.status, 200);
}
