//! Setting a status with a page's form: once, and only what the person saw (P8, P9, P19).

use serde_json::json;

use crate::harness::{
    App, Browser, Reply, World, log,
    page_text::{part, words},
    service_form::ShownForm,
};

const RED: &[(&str, &str)] = &[("status", "RED"), ("minutes", "240")];

/// The page that a sent form leads to.
async fn followed(browser: &Browser<'_>, reply: &Reply) -> Reply {
    assert_eq!(reply.status, 303, "{}", reply.text);
    browser.get(reply.header("location")).send().await
}

async fn set(app: &App, status: &str, by: &str) {
    app.put(30, json!({"status": status, "resetStatusIn": 60})).by(by).send().await.ok();
}

#[tokio::test]
async fn a_person_sets_red_and_reads_until_when() {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    let fields = [RED, &[("reason", "STAFFING"), ("notes", "no doctor\r\nuntil 13:00")]].concat();
    let form = ShownForm::of(&editor, 30).await;
    log::keep_secret("no doctor");
    let reply = form.send(&editor, &fields).send().await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/web/services/30?done=1"));
    let page = followed(&editor, &reply).await;
    assert!(words(&page).contains("You set RED until 13:00 GMT"), "{}", words(&page));
    let shown = app.get(30).by("reader").send().await;
    assert_eq!(
        *shown.ok(),
        json!({
            "id": 30, "name": "Pharmacy, High Street", "status": "RED",
            "resetDateTime": "2026-11-21T13:00:00Z", "reason": "STAFFING",
            "notes": "Capacity status set by Capacity Status API - no doctor\nuntil 13:00",
            "modifiedBy": "editor-name", "modifiedDate": "2026-11-21T09:00:00Z",
        })
    );
    assert_eq!(app.history(30).await.len(), 1);
}

#[tokio::test]
async fn green_has_no_end() {
    let app = World::family().start().await;
    set(&app, "RED", "editor").await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    let reply = form.send(&editor, &[("status", "GREEN"), ("minutes", "240")]).send().await;
    let page = followed(&editor, &reply).await;
    assert!(
        words(&page).contains("Stored: You set GREEN ● GREEN Normal Set by"),
        "{}",
        words(&page)
    );
    assert_eq!(app.get(30).by("reader").send().await.ok()["status"], "GREEN");
}

#[tokio::test]
async fn a_double_click_a_reload_and_the_back_button_change_once() {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    let (first, second) =
        tokio::join!(form.send(&editor, RED).send(), form.send(&editor, RED).send());
    for reply in [first, second] {
        assert_eq!(
            (reply.status.as_u16(), reply.header("location")),
            (303, "/web/services/30?done=1")
        );
    }
    // The old form again: as it was, and changed.
    app.at(3600);
    assert_eq!(form.send(&editor, RED).send().await.status, 303);
    for fields in [&[("status", "AMBER"), ("minutes", "240")][..], &[("extend", "30")]] {
        let reply = form.send(&editor, fields).send().await;
        assert_eq!(reply.status, 412);
        assert!(words(&reply).contains("You set RED 1 hour ago"), "{}", words(&reply));
    }
    // When the key no longer counts, the tag still does.
    app.at(25 * 3600);
    let later = app.signed_in("editor").await;
    assert_eq!(form.send(&later, RED).send().await.status, 412);
    assert_eq!(app.history(30).await.len(), 1);
}

#[tokio::test]
async fn nobody_overwrites_what_they_have_not_seen() {
    let app = World::family().editor("other", &[30]).start().await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    let amber = json!({"status": "AMBER", "resetStatusIn": 60, "reason": "DEMAND"});
    app.put(30, amber).by("other").send().await.ok();
    app.at(120);
    let fields = [RED, &[("reason", "IT"), ("notes", "all <beds> taken")]].concat();
    let reply = form.send(&editor, &fields).send().await;
    assert_eq!(reply.status, 412);
    let text = words(&reply);
    for expected in [
        "Nothing was stored: look at the status again",
        "Somebody set AMBER 2 minutes ago: other-name, until 10:00 GMT. Reason: Demand.",
        "You wanted: RED for 4 hours. Do you still want that?",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    // The style sheet puts the second in the place of the first, as it does with every status.
    let live = part(&reply.text, r#"<div data-live="changed">"#, "</div>");
    assert_eq!(
        live,
        "Somebody set AMBER 2 minutes ago: other-name, until 10:00 GMT. Reason: Demand. \
         Not known now: this page is old"
    );
    for filled in [
        r#"value="RED" aria-describedby="status-RED-meaning" checked"#,
        r#"<option value="240" selected>4 hours, until 13:02 GMT"#,
        r#"<option value="IT" selected>IT"#,
        "all &#60;beds&#62; taken</textarea>",
    ] {
        assert!(reply.text.contains(filled), "{filled}: {}", reply.text);
    }
    assert_eq!(app.history(30).await.len(), 1);
    // The form that asks again has the newest tag and a new key.
    let again = ShownForm::in_reply(&reply, 30);
    assert_eq!(
        again.send(&editor, &fields).send().await.header("location"),
        "/web/services/30?done=2"
    );
    assert_eq!(app.history(30).await.len(), 2);
}

#[tokio::test]
async fn a_status_that_has_ended_meanwhile_is_looked_at_again() {
    let app = World::family().start().await;
    set(&app, "RED", "editor").await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    app.at(3600);
    for fields in [&[("extend", "60")][..], RED] {
        let reply = form.send(&editor, fields).send().await;
        assert_eq!(reply.status, 412);
        let text = words(&reply);
        assert!(
            text.contains("The status ended automatically just now: GREEN, not confirmed."),
            "{text}"
        );
    }
    // What is GREEN has no deadline to extend, even for who has seen that.
    let form = ShownForm::of(&editor, 30).await;
    assert_eq!(form.send(&editor, &[("extend", "60")]).send().await.status, 409);
    assert_eq!(app.history(30).await.len(), 1);
}

/// P19
#[tokio::test]
async fn the_confirmation_says_red_only_while_it_is_so() {
    let app = World::family().editor("other", &[30]).start().await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    let reply = form.send(&editor, &[("status", "RED"), ("minutes", "30")]).send().await;
    let confirmation = || editor.get(reply.header("location")).send();
    assert!(words(&confirmation().await).contains("You set RED until 09:30 GMT"));
    // Not to somebody else, and not of another change.
    for (subject, version) in [("other", 1), ("reader", 1), ("editor", 0), ("editor", 2)] {
        let other = app.signed_in(subject).await;
        let page = other.get(&format!("/web/services/30?done={version}")).send().await;
        assert!(!words(&page).contains("You set"), "{subject} {version}: {}", words(&page));
    }
    app.at(60);
    set(&app, "AMBER", "other").await;
    let text = words(&confirmation().await);
    assert!(!text.contains("You set RED until"), "{text}");
    let since = "Your change was stored, but the status has changed since You set RED at 09:00 GMT. \
                 Set to AMBER by other-name at 09:01 GMT.";
    assert!(text.contains(since), "{text}");
    app.at(3660);
    let text = words(&confirmation().await);
    assert!(text.contains("Ended automatically at 10:01 GMT: GREEN, not confirmed."), "{text}");
}

/// A client of the same user may use any key that the API takes.
#[tokio::test]
async fn a_key_of_the_api_is_not_one_of_a_form() {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    let put = || app.put(30, json!({"status": "AMBER"})).by("editor");
    put().header("idempotency-key", "k-1").send().await.ok();
    let form = ShownForm::of(&editor, 30).await.with_key("k-1");
    let reply = form.send(&editor, RED).send().await;
    assert_eq!(reply.header("location"), "/web/services/30?done=2");
    let repeat = put().header("idempotency-key", "k-1").send().await;
    assert_eq!(repeat.header("idempotency-replayed"), "true");
    assert_eq!(app.history(30).await.len(), 2);
}

#[tokio::test]
async fn a_form_is_in_the_audit_record_and_the_metrics_as_the_apis_update_is() {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    log::take_lines();
    log::take_metrics();
    for repeated in [json!(null), json!(true)] {
        form.send(&editor, RED).send().await;
        let lines = log::take_lines();
        let changed: Vec<_> =
            lines.iter().filter(|line| line["message"] == "capacity_status_changed").collect();
        let [line] = changed.as_slice() else { panic!("{lines:?}") };
        assert_eq!((&line["subject"], &line["repeated"]), (&json!("editor"), &repeated));
        assert_eq!((&line["status"], &line["version"]), (&json!("RED"), &json!(1)));
    }
    let metrics = log::take_metrics();
    let count = |name: &str| metrics.iter().filter(|line| line[name] == 1).count();
    assert_eq!((count("Changes"), count("Refusals")), (1, 0));
    form.send(&editor, &[("status", "GREEN")]).send().await;
    let metrics = log::take_metrics();
    let refused = metrics.iter().find(|line| line["Refusals"] == 1).expect("a refusal");
    assert_eq!(
        (&refused["Operation"], &refused["Code"]),
        (&json!("web-update"), &json!("PRECONDITION_FAILED"))
    );
}
