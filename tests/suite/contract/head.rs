//! HEAD: the status and the headers of GET, without its body.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{App, Browser, Call, World, document};

const STATUS: &str = "/services/{id}/capacitystatus";

/// Everything that can be read, with the unknown path.
fn paths() -> Vec<String> {
    let document = document("openapi.yaml");
    let paths = document["paths"].as_object().expect("paths").iter();
    let read = paths.filter(|(path, item)| item["get"].is_object() || *path == "/$default");
    read.map(|(path, _)| path.clone()).collect()
}

fn get<'a>(app: &'a App, reader: &Browser<'_>, path: &str) -> Call<'a> {
    let call = match path {
        path if path.starts_with("/web") => {
            let cookies = json!(reader.cookies);
            let page = app.other("GET", path, path).event(|event| event["cookies"] = cookies);
            page.event(|event| event["pathParameters"] = json!({"id": "30", "file": "x"}))
        }
        "/services" => app.list(""),
        path if path.starts_with(STATUS) => app.get(30).path(path),
        "/docs/{file}" => app.other("GET", "/docs/start.js", path),
        "/$default" => app.other("GET", "/services/30", path),
        path => app.other("GET", path, path),
    };
    call.header("x-request-id", "r-1").header("x-correlation-id", "c-1")
}

type Variant = fn(Call<'_>) -> Call<'_>;

/// Successes, and refusals of each kind.
const VARIANTS: [Variant; 8] = [
    |call| call.by("editor"),
    |call| call.by("editor").header("accept-encoding", "gzip"),
    |call| call.by("editor").header("if-none-match", "*"),
    |call| call.by("editor").query("limit=0"),
    |call| call.by("editor").event(|event| event["pathParameters"]["id"] = "7".into()),
    |call| call.by("nobody"),
    |call| call,
    |call| call.claims(json!({"sub": "editor", "token_use": "access", "scope": "capacity/write"})),
];

/// Sends each variant of a GET and the same as a HEAD, and returns the statuses.
async fn compare(app: &App, reader: &Browser<'_>, variants: &[Variant]) -> BTreeSet<u16> {
    let mut statuses = BTreeSet::new();
    for path in paths() {
        for variant in variants {
            let mut got = variant(get(app, reader, &path)).send().await;
            let mut head = variant(get(app, reader, &path)).head().send().await;
            if path == "/web/sign-in" && got.status == 303 {
                // Each sign-in has a number of its own.
                let addresses = [&mut got, &mut head].map(|reply| reply.headers.remove("location"));
                assert_ne!(addresses[0], addresses[1]);
            }
            assert_eq!((head.status, &head.headers), (got.status, &got.headers), "{path}");
            assert_eq!(head.body, Value::Null, "{path}");
            assert_eq!(got.body.is_null(), [303, 304].contains(&got.status.as_u16()), "{path}");
            statuses.insert(head.status.as_u16());
        }
    }
    statuses
}

#[tokio::test]
async fn head_is_answered_as_get_without_the_body() {
    let app = World::family().start().await;
    let reader = app.signed_in("reader").await;
    let statuses = compare(&app, &reader, &VARIANTS).await;
    assert_eq!(statuses, BTreeSet::from([200, 303, 304, 400, 401, 403, 404]));

    let gone = app.without_store();
    // The SDK's waits between attempts take no time: paused time advances whenever all tasks wait.
    tokio::time::pause();
    assert!(compare(&gone, &reader, &VARIANTS[..1]).await.contains(&503));
    tokio::time::resume();
    app.spoil(30).await;
    assert!(compare(&app, &reader, &VARIANTS[..1]).await.contains(&500));
}

/// A HEAD reads, whatever it carries.
#[tokio::test]
async fn a_head_changes_nothing() {
    let app = World::family().start().await;
    let before = app.get(30).by("editor").send().await.ok().clone();
    app.put(30, json!({"status": "RED"})).by("editor").head().send().await;
    assert_eq!(app.get(30).by("editor").send().await.ok(), &before);
    assert_eq!(app.history(30).await.len(), 0);
}
