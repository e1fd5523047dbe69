//! A service's page: its status, what it belongs to, its last changes, and for whom there is a form.

use serde_json::json;

use crate::harness::{
    App, Meter, World,
    faulty::{Fate, FaultyStore},
    log,
    page_text::{part, words},
    service_form::hidden,
};

const PAGE: &str = "/web/services/30";

async fn set(app: &App, status: &str, minutes: u32) {
    let body = json!({"status": status, "resetStatusIn": minutes, "notes": "two <hours>"});
    app.put(30, body).by("editor").send().await.ok();
}

#[tokio::test]
async fn a_reader_sees_status_place_and_last_changes_but_no_form() {
    let app = World::family().start().await;
    set(&app, "AMBER", 30).await;
    app.at(60);
    set(&app, "RED", 1).await;
    app.at(240);
    let reader = app.signed_in("reader").await;
    let reply = reader.get(PAGE).send().await;
    let text = words(&reply);
    let (text, _) = text.split_once(" Time in each status ").expect("the time in each status");
    assert_eq!(
        text,
        "Boards Region Provider Pharmacy, High Street Service number 30, Ambridge \
         ● GREEN Normal Automatic, not confirmed, 2 minutes ago ? Not known Ring the service \
         Last changes \
         ● GREEN Ended automatically at 09:02 GMT: GREEN, not confirmed \
         ■ RED until 09:02 GMT Set to RED by editor-name at 09:01 GMT Notes: two <hours> \
         ▲ AMBER until 09:30 GMT Set to AMBER by editor-name at 09:00 GMT Notes: two <hours> \
         Not known: the page is old"
    );
    for link in [r#"href="/web""#, r#"href="/web/board/10""#, r#"href="/web/board/20""#] {
        assert!(reply.text.contains(link), "{link}");
    }
    assert_eq!(hidden(&reply.text, "key"), None);
}

#[tokio::test]
async fn the_page_has_at_most_ten_changes() {
    let app = World::family().start().await;
    for _ in 0..12 {
        set(&app, "RED", 60).await;
    }
    let reader = app.signed_in("reader").await;
    let text = words(&reader.get(PAGE).send().await);
    assert_eq!(text.matches("Set to RED").count(), 10, "{text}");
}

#[tokio::test]
async fn a_service_that_was_never_set_says_so() {
    let app = World::family().start().await;
    let reader = app.signed_in("reader").await;
    let text = words(&reader.get(PAGE).send().await);
    assert!(text.contains("● GREEN Normal Never set"), "{text}");
    assert!(text.contains("Nobody has set a status so far."), "{text}");
}

#[tokio::test]
async fn an_editor_has_a_form_and_a_link_chooses_the_status() {
    let app = World::family().start().await;
    let editor = app.signed_in("editor").await;
    for (address, checked) in [
        (PAGE, None),
        ("/web/services/30?set=RED", Some("RED")),
        ("/web/services/30?set=green", Some("GREEN")),
        ("/web/services/30?set=PURPLE", None),
    ] {
        let reply = editor.get(address).send().await;
        assert_eq!(reply.text.matches(" checked>").count(), usize::from(checked.is_some()));
        let input =
            checked.map(|rag| format!(r#"aria-describedby="status-{rag}-meaning" checked>"#));
        assert!(input.is_none_or(|input| reply.text.contains(&input)), "{address}");
        assert!(reply.text.contains(r#"<h2 id="set">Set the status</h2>"#));
    }
    // The provider's editor has no right in the region.
    let region = editor.get("/web/services/10").send().await;
    assert_eq!(hidden(&region.text, "key"), None);
}

/// Each length that the limits allow, and when it ends.
#[tokio::test]
async fn the_form_offers_lengths_with_their_ends() {
    let app = World::family().start().await;
    // 20:30 GMT.
    app.at(41_400);
    let editor = app.signed_in("editor").await;
    let text = words(&editor.get(PAGE).send().await);
    let lengths = "30 minutes, until 21:00 GMT 1 hour, until 21:30 GMT 2 hours, until 22:30 GMT \
                   4 hours, until 00:30 GMT on Sunday 22 November \
                   8 hours, until 04:30 GMT on Sunday 22 November \
                   12 hours, until 08:30 GMT on Sunday 22 November \
                   24 hours, until 20:30 GMT on Sunday 22 November Reason";
    assert!(text.contains(lengths), "{text}");
}

/// P16: keys of forms and ages are no change of the page; whatever else differs is.
#[tokio::test]
async fn the_entity_tag_depends_on_what_is_shown_but_not_on_the_forms_key() {
    let app = World::family().start().await;
    set(&app, "RED", 120).await;
    let editor = app.signed_in("editor").await;
    let first = editor.get(PAGE).send().await;
    app.at(61);
    let second = editor.get(PAGE).send().await;
    assert_ne!(hidden(&first.text, "key"), hidden(&second.text, "key"));
    assert_eq!(first.header("etag"), second.header("etag"));
    let known = || editor.get(PAGE).header("if-none-match", first.header("etag"));
    assert_eq!(known().send().await.status, 304);
    // The same status again is another change, with another tag in the form.
    set(&app, "RED", 120).await;
    assert_eq!(known().send().await.status, 200);
}

#[tokio::test]
async fn notes_and_names_are_text_and_never_markup() {
    let app = World::family().start().await;
    let evil = "</textarea><script>alert(1)</script>\"'&";
    app.put(30, json!({"status": "RED", "notes": evil})).by("editor").send().await.ok();
    let editor = app.signed_in("editor").await;
    let reply = editor.get("/web/services/30?set=%22%3E%3Cscript%3E&done=%3Cb%3E").send().await;
    assert_eq!(reply.text.matches("<script").count(), 1, "the page's own");
    assert!(!reply.text.contains("<b>"));
}

/// The script needs both in each part that it replaces.
#[tokio::test]
async fn each_live_part_has_what_is_known_and_what_stands_in_its_place() {
    let app = World::family().start().await;
    set(&app, "RED", 60).await;
    let editor = app.signed_in("editor").await;
    let reply = editor.get("/web/services/30?done=1").send().await;
    let parts: Vec<&str> = reply.text.split(" data-live=\"").skip(1).collect();
    let keys: Vec<&str> = parts.iter().filter_map(|part| part.split('"').next()).collect();
    assert_eq!(keys, ["done", "30", "details", "history"]);
    for part in parts {
        for class in [r#" class="app-now">"#, r#" class="app-old" hidden>"#] {
            assert!(part.contains(class), "{part}");
        }
    }
}

/// The status is what matters.
#[tokio::test]
async fn a_page_whose_last_changes_cannot_be_read_shows_the_status_and_says_so() {
    let app = World::family().start().await;
    set(&app, "RED", 60).await;
    let (failing, _, _) = FaultyStore::below(&app, None, |call| match call.operation.as_str() {
        "Query" => Fate::Failed.into(),
        _ => Fate::Passed.into(),
    });
    let reader = app.signed_in("reader").await.on(&failing);
    let text = words(&reader.get("/web/services/30?done=1").send().await);
    assert!(text.contains("■ RED Full Until 10:00 GMT"), "{text}");
    assert!(text.contains("Last changes The last changes cannot be read at the moment."), "{text}");
    let lines = log::take_lines();
    let line = lines.iter().find(|line| line["message"] == "history_not_shown").expect("a line");
    assert_eq!(
        (&line["code"], line["request_id"].is_string()),
        (&json!("STORE_UNAVAILABLE"), true)
    );
    let metrics = log::take_metrics();
    let fault = metrics.iter().find(|line| line["Faults"] == 1).expect("a fault");
    assert_eq!(fault["Code"], "STORE_UNAVAILABLE");
}

/// Nothing that the service does not have is missed.
#[tokio::test]
async fn an_old_page_says_what_is_not_known_of_what_it_had() {
    let app = World::family().start().await;
    let reader = app.signed_in("reader").await;
    let old =
        async || part(&reader.get(PAGE).send().await.text, "data-live=\"details\">", "<section");
    assert_eq!(old().await, "");
    set(&app, "RED", 60).await;
    assert_eq!(old().await, "Notes: two <hours> Notes not known");
    set(&app, "GREEN", 60).await;
    assert_eq!(old().await, "Notes: two <hours> Notes not known");
}

/// A record above the service that cannot be read is no reason to show no status.
#[tokio::test]
async fn a_service_below_an_unreadable_one_has_its_page() {
    let app = World::family().start().await;
    app.spoil(20).await;
    let reader = app.signed_in("reader").await;
    let text = words(&reader.get(PAGE).send().await);
    assert!(text.starts_with("Boards Region Service 20 Pharmacy, High Street"), "{text}");
}

#[tokio::test]
async fn a_store_that_fails_is_no_status() {
    let app = World::family().start().await;
    let (failing, _, _) = FaultyStore::below(&app, None, |call| match call.operation.as_str() {
        "BatchGetItem" => Fate::Failed.into(),
        _ => Fate::Passed.into(),
    });
    let reader = app.signed_in("reader").await.on(&failing);
    let reply = reader.get(PAGE).send().await;
    assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (503, "1"));
    assert!(!reply.text.contains("GREEN"), "{}", reply.text);
}

/// The session, user and service, what it belongs to, its last changes, and those of the time in each status.
#[tokio::test]
async fn a_page_is_five_reads_of_few_units() {
    let app = World::family().start().await;
    for _ in 0..12 {
        set(&app, "RED", 60).await;
    }
    let (metered, meter) = Meter::below(&app);
    metered.at(60);
    let reader = app.signed_in("reader").await.on(&metered);
    meter.take();
    assert_eq!(reader.get(PAGE).send().await.status, 200);
    let reads = meter.take();
    assert_eq!((reads.calls, reads.scans), (5, 0));
    assert!(reads.units <= 9.0, "{}", reads.units);
}
