//! Forms that are sent at the same time, and a store that fails under them (P8, P9).

use tokio::task::{JoinSet, LocalSet};

use crate::harness::{
    App, Call, Reply, World,
    faulty::{Fate, FaultyStore},
    page_text::words,
    service_form::ShownForm,
};

const RED: &[(&str, &str)] = &[("status", "RED"), ("minutes", "240")];

/// The functions for as long as the tests run, so that calls can be tasks.
async fn lasting_app() -> &'static App {
    Box::leak(Box::new(World::family().start().await))
}

/// Sends all of them at once.
async fn all_at_once(calls: impl IntoIterator<Item = Call<'static>>) -> Vec<Reply> {
    let (mut running, local) = (JoinSet::new(), LocalSet::new());
    for call in calls {
        running.spawn_local_on(call.send(), &local);
    }
    local.run_until(running.join_all()).await
}

#[tokio::test]
async fn a_hundred_posts_of_one_form_at_once_change_once() {
    let app = lasting_app().await;
    let editor = app.signed_in("editor").await;
    let form = ShownForm::of(&editor, 30).await;
    let replies = all_at_once((0..100).map(|_| form.send(&editor, RED))).await;
    assert_eq!(replies.len(), 100);
    for reply in &replies {
        assert_eq!(reply.header("location"), "/web/services/30?done=1", "{}", reply.text);
    }
    assert_eq!(app.history(30).await.len(), 1);
}

#[tokio::test]
async fn of_twenty_people_who_saw_the_same_one_changes_it() {
    let app = lasting_app().await;
    let editor = app.signed_in("editor").await;
    let mut forms = Vec::new();
    for _ in 0..20 {
        forms.push(ShownForm::of(&editor, 30).await);
    }
    let replies = all_at_once(forms.iter().map(|form| form.send(&editor, RED))).await;
    let count = |status| replies.iter().filter(|reply| reply.status == status).count();
    assert_eq!((count(303), count(412)), (1, 19));
    assert_eq!(app.history(30).await.len(), 1);
}

/// Whether the write was applied or not, or not even sent because the session or the service could not be read.
#[tokio::test]
async fn a_failure_of_the_store_says_to_look_before_trying_again() {
    for (operation, fate) in [
        ("TransactWriteItems", Fate::Failed),
        ("TransactWriteItems", Fate::FailedAfter),
        ("TransactWriteItems", Fate::Dropped),
        ("GetItem", Fate::Failed),
        ("BatchGetItem", Fate::Failed),
    ] {
        let app = World::family().start().await;
        let editor = app.signed_in("editor").await;
        let form = ShownForm::of(&editor, 30).await;
        let (failing, _, _) = FaultyStore::below(&app, None, move |call| {
            if call.operation == operation { fate.into() } else { Fate::Passed.into() }
        });
        let reply = form.send(&editor.on(&failing), RED).send().await;
        assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (503, "1"));
        let text = words(&reply);
        assert!(text.contains("Look at the status before you try again."), "{text}");
        assert!(reply.text.contains(r#"href="/web/services/30""#), "{}", reply.text);
        // The same form again, when the store works: the change is there once, whatever had happened.
        let again = form.send(&editor, RED).send().await;
        assert_eq!(again.header("location"), "/web/services/30?done=1", "{operation} {fate:?}");
        assert_eq!(app.history(30).await.len(), 1, "{operation} {fate:?}");
    }
}
