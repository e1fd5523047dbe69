//! The buttons that extend a status: each says until when, and none shortens (P10).

use serde_json::json;

use crate::harness::{App, World, page_text::words, service_form::ShownForm};

async fn red_for(app: &App, minutes: u32) {
    let red = json!({"status": "RED", "resetStatusIn": minutes, "reason": "IT"});
    app.put(30, red).by("editor").send().await.ok();
}

async fn page(app: &App) -> String {
    let editor = app.signed_in("editor").await;
    words(&editor.get("/web/services/30").send().await)
}

#[tokio::test]
async fn each_button_says_until_when_and_does_that() {
    for (minutes, until) in [("30", "10:30"), ("60", "11:00"), ("120", "12:00")] {
        let app = World::family().start().await;
        red_for(&app, 60).await;
        let text = page(&app).await;
        let buttons = "Extend RED 30 minutes more, until 10:30 GMT 1 hour more, until 11:00 GMT \
                       2 hours more, until 12:00 GMT Set the status";
        assert!(text.contains(buttons), "{text}");
        let editor = app.signed_in("editor").await;
        let form = ShownForm::of(&editor, 30).await;
        let reply = form.send(&editor, &[("extend", minutes)]).send().await;
        let done = editor.get(reply.header("location")).send().await;
        let expected = format!("You set RED until {until} GMT");
        assert!(words(&done).contains(&expected), "{}", words(&done));
        let shown = app.get(30).by("reader").send().await;
        assert_eq!(shown.ok()["resetDateTime"], format!("2026-11-21T{until}:00Z"));
        assert_eq!((&shown.body["status"], &shown.body["reason"]), (&json!("RED"), &json!("IT")));
    }
}

/// What remains is rounded up to minutes.
#[tokio::test]
async fn whenever_it_is_sent_the_deadline_is_what_the_button_said_or_less_than_a_minute_later() {
    for seconds in [1, 7, 59, 60, 61, 1_799, 3_540, 3_599] {
        let app = World::family().start().await;
        red_for(&app, 60).await;
        let editor = app.signed_in("editor").await;
        let form = ShownForm::of(&editor, 30).await;
        app.at(seconds);
        let reply = form.send(&editor, &[("extend", "30")]).send().await;
        assert_eq!(reply.status, 303, "{seconds}: {}", reply.text);
        let deadline = app.row(30).await["resetDateTime"].as_n().expect("a number").parse::<i64>();
        let later = deadline.expect("seconds") - (crate::harness::NOW + 90 * 60);
        assert!((0..60).contains(&later), "{seconds}: {later}");
    }
}

/// RESET_MAX_MINUTES is 1,440 here.
#[tokio::test]
async fn what_would_end_after_the_maximum_is_not_offered() {
    for (minutes, offered) in [(1_320, 3), (1_321, 2), (1_380, 2), (1_381, 1), (1_411, 0)] {
        let app = World::family().start().await;
        red_for(&app, minutes).await;
        let text = page(&app).await;
        assert_eq!(text.matches(" more, until ").count(), offered, "{minutes}: {text}");
        assert_eq!(text.contains("Extend RED"), offered > 0, "{minutes}");
    }
}

#[tokio::test]
async fn green_has_no_buttons_and_no_other_length_is_taken() {
    let app = World::family().start().await;
    assert!(!page(&app).await.contains("Extend"));
    red_for(&app, 1_400).await;
    let editor = app.signed_in("editor").await;
    for minutes in ["0", "-30", "31", "120", "", "030"] {
        let form = ShownForm::of(&editor, 30).await;
        let reply = form.send(&editor, &[("extend", minutes)]).send().await;
        assert_eq!(reply.status, 400, "{minutes}");
        assert!(words(&reply).contains("It cannot be extended by this."), "{}", words(&reply));
    }
    assert_eq!(app.history(30).await.len(), 1);
}
