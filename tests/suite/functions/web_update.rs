//! `web-update`. The modules `pages::update` and `pages::update_…` test its answers.

use crate::harness::{
    App, Event,
    faulty::{Fate, FaultyStore},
    service_form::ShownForm,
};

/// Its events, and how each is answered: pages have no problem codes.
pub(crate) const EVENTS: &[Event] = &[
    ("a-form-of-another-site", 403, ""),
    ("a-person-extends-a-green-status", 409, ""),
    ("a-person-sets-red", 303, ""),
    ("a-stale-page", 412, ""),
    ("a-status-is-missing", 400, ""),
    ("nobody-is-signed-in", 401, ""),
];

const RED: &[(&str, &str)] = &[("status", "RED"), ("minutes", "60")];

/// Every right, by a form that is sent twice and by one in conflict with others; and every refusal.
pub(crate) async fn exercise(app: &App) {
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    let send = |fields| form.send(&editor, fields).send();
    for (fields, status) in [(RED, 303), (RED, 303), (&[("extend", "30")], 412)] {
        assert_eq!(send(fields).await.status, status);
    }
    let (contended, _, _) = FaultyStore::below(app, None, |call| match call.number {
        // After the session and the rows.
        3 => Fate::Cancelled("TransactionConflict").into(),
        _ => Fate::Passed.into(),
    });
    let newest = ShownForm::of(&editor, 30).await;
    let slow = newest.send(&editor.on(&contended), &[("extend", "30")]).send().await;
    assert_eq!(slow.status, 303);

    let newest = ShownForm::of(&editor, 30).await;
    let with = |fields| newest.send(&editor, fields);
    let large = "x".repeat(20_000);
    let (failing, _, _) = FaultyStore::below(app, None, |_| Fate::Failed.into());
    for (call, status) in [
        (with(&[("status", "")]), 400),
        (app.browser().post("/web/services/30", RED), 401),
        (with(RED).header("origin", "https://other.example"), 403),
        (editor.post("/web/services/7", &[("key", "k"), ("status", "RED")]), 404),
        (with(&[("notes", large.as_str())]), 413),
        (with(RED).header("content-type", "text/plain"), 415),
        (newest.send(&editor.on(&failing), RED), 503),
        (with(&[("status", "GREEN")]), 303),
    ] {
        assert_eq!(call.send().await.status, status);
    }
    let green = ShownForm::of(&editor, 30).await;
    assert_eq!(green.send(&editor, &[("extend", "30")]).send().await.status, 409);
}
