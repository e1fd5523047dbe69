//! Forms of those who may not, of other sites, and of sessions that have ended (P13, P14).

use crate::harness::{
    World,
    page_text::words,
    service_form::{ShownForm, hidden},
};

const RED: &[(&str, &str)] = &[("status", "RED"), ("minutes", "240")];

/// P14: rights are read at each request.
#[tokio::test]
async fn who_may_no_longer_update_has_no_form_and_changes_nothing() {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    app.permit("editor", false).await;
    let page = editor.get("/web/services/30").send().await;
    assert_eq!((page.status.as_u16(), hidden(&page.text, "etag")), (200, None));
    assert_eq!(form.send(&editor, RED).send().await.status, 403);
    assert_eq!(app.history(30).await.len(), 0);
}

/// P14
#[tokio::test]
async fn who_was_deactivated_sees_and_changes_nothing() {
    let app = World::family().inactive_editor("gone", &[30]).start().await;
    let gone = app.signed_in("gone").await;
    let reply = gone.get("/web/services/30").send().await;
    assert!(!reply.text.contains("GREEN"), "{}", reply.text);
    let form = ShownForm::of(&app.signed_in("editor").await, 30).await;
    let sent = form.send(&gone, RED).send().await;
    for reply in [reply, sent] {
        assert_eq!(reply.status, 403, "{}", reply.text);
        assert!(words(&reply).contains("Your access has ended"), "{}", words(&reply));
    }
    assert_eq!(app.history(30).await.len(), 0);
}

/// P13
#[tokio::test]
async fn a_form_of_another_site_or_session_changes_nothing() {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    let reader = app.signed_in("reader").await;
    let form = ShownForm::of(&editor, 30).await;
    let foreign = form.send(&editor, RED).header("origin", "https://evil.example");
    assert_eq!(foreign.send().await.status, 403);
    let mut mixed = app.signed_in("editor").await;
    mixed.cookies.clone_from(&editor.cookies);
    assert_eq!(form.send(&mixed, RED).send().await.status, 403);
    assert_eq!(form.send(&reader, RED).send().await.status, 403);
    // Without a key or a tag it is no form of a page, or of nothing that anybody saw.
    let no_key = editor.post("/web/services/30", &[("etag", "\"0-x\""), ("status", "RED")]);
    assert_eq!(no_key.send().await.status, 403);
    let no_tag = editor.post("/web/services/30", &[("key", "k"), ("status", "RED")]);
    assert_eq!(no_tag.send().await.status, 412);
    assert_eq!(app.history(30).await.len(), 0);
}

#[tokio::test]
async fn a_session_that_has_ended_stores_nothing_and_leads_back() {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    app.at(10 * 3600);
    let reply = form.send(&editor, RED).send().await;
    assert_eq!(reply.status, 401);
    assert!(words(&reply).contains("Nothing was stored."), "{}", words(&reply));
    assert!(reply.text.contains(r#"href="/web?to=%2Fweb%2Fservices%2F30""#), "{}", reply.text);
    assert_eq!(app.history(30).await.len(), 0);
}
