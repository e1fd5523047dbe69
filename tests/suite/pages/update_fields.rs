//! What a form's fields may hold, and what people read if they hold something else.

use crate::harness::{Reply, World, log, page_text::words, service_form::ShownForm};

/// The answer to a form with these fields, which must change nothing.
async fn invalid(fields: &[(&str, &str)]) -> Reply {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    let reply = form.send(&editor, fields).send().await;
    assert_eq!(reply.status, 400, "{fields:?}: {}", reply.text);
    assert_eq!(app.history(30).await.len(), 0, "{fields:?}");
    reply
}

#[tokio::test]
async fn every_wrong_field_is_in_the_summary_and_has_its_own_message() {
    let notes = "x".repeat(901);
    log::keep_secret(&notes);
    let fields = [("minutes", "0.5"), ("reason", "BOREDOM"), ("notes", notes.as_str())];
    let reply = invalid(&fields).await;
    assert!(reply.text.contains("<title>Error: Pharmacy, High Street"), "{}", reply.text);
    let text = words(&reply);
    assert!(text.starts_with(" There is a problem Nothing was stored.".trim()), "{text}");
    for (field, message) in [
        ("status", "Choose RED, AMBER or GREEN"),
        ("minutes", "Choose a time from the list"),
        ("reason", "Choose a reason from the list"),
        ("notes", "Notes must be 900 characters or fewer"),
    ] {
        let link = format!("<a href=\"#{field}\">{message}</a>");
        let target = format!(" id=\"{field}\"");
        let own = format!(
            "<span class=\"nhsuk-error-message\" id=\"{field}-error\">\
             <span class=\"nhsuk-u-visually-hidden\">Error:</span> {message}</span>"
        );
        for expected in [&link, &target, &own] {
            assert_eq!(reply.text.matches(expected.as_str()).count(), 1, "{expected}");
        }
        assert!(reply.text.contains(&format!("{field}-error\"")), "{field}");
    }
    assert!(reply.text.contains(&format!("{notes}</textarea>")));
}

#[tokio::test]
async fn what_was_typed_is_kept() {
    let fields =
        [("status", "AMBER"), ("minutes", "60"), ("reason", "SITE"), ("notes", "\u{200b}")];
    let reply = invalid(&fields).await;
    for kept in [
        r#"value="AMBER" aria-describedby="status-AMBER-meaning" checked>"#,
        r#"<option value="60" selected>"#,
        r#"<option value="SITE" selected>"#,
        "\u{200b}</textarea>",
        "Notes must have a character that can be seen",
    ] {
        assert!(reply.text.contains(kept), "{kept}: {}", reply.text);
    }
    assert_eq!(reply.text.matches(" checked>").count(), 1);
}

#[tokio::test]
async fn a_value_that_no_page_offers_is_refused() {
    for (fields, message) in [
        (&[("status", "PURPLE"), ("minutes", "60")][..], "Choose RED, AMBER or GREEN"),
        (&[("status", "RED"), ("minutes", "1441")], "Choose a time from the list"),
        (&[("status", "RED"), ("minutes", "-1")], "Choose a time from the list"),
    ] {
        assert!(words(&invalid(fields).await).contains(message), "{fields:?}");
    }
}

/// Text areas send line ends as CRLF, and fields that were left empty.
#[tokio::test]
async fn empty_fields_are_none() {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    let fields = [("status", "RED"), ("minutes", "60"), ("reason", ""), ("notes", " \r\n ")];
    assert_eq!(form.send(&editor, &fields).send().await.status, 303);
    let shown = app.get(30).by("reader").send().await;
    assert_eq!(shown.ok()["notes"], "Capacity status set by Capacity Status API");
    assert_eq!(shown.body.get("reason"), None);
}

/// More than any form of the pages holds, but not more than a person can paste.
#[tokio::test]
async fn notes_that_are_far_too_long_are_told_from_other_problems() {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    let notes = "y".repeat(17_000);
    let reply = form.send(&editor, &[("status", "RED"), ("notes", &notes)]).send().await;
    assert_eq!(reply.status, 413);
    let text = words(&reply);
    assert!(text.starts_with("Your notes are too long Nothing was stored."), "{text}");
    assert!(reply.text.contains(r#"href="/web/services/30""#), "{}", reply.text);
    assert_eq!(app.history(30).await.len(), 0);
}
