//! A service without a review interval or phone number, and a client that sends no reason, see the same bytes as before
//! there were any. The texts are written by hand.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::json;

use crate::harness::{App, Call, NOW, World};

/// The body of an answer, and the names of its headers.
async fn answer(call: Call<'_>) -> (String, Vec<String>) {
    let reply = call.send().await;
    let names = reply.headers.keys().map(ToString::to_string).collect();
    (reply.text, names)
}

async fn text(call: Call<'_>) -> String {
    answer(call).await.0
}

const NEVER: &str = r#"{"id":30,"name":"Pharmacy, High Street","status":"GREEN"}"#;
const RED: &str = concat!(
    r#"{"id":30,"name":"Pharmacy, High Street","status":"RED","resetDateTime":"2026-11-21T09:45:00Z","#,
    r#""notes":"Capacity status set by Capacity Status API - full","#,
    r#""modifiedBy":"editor-name","modifiedDate":"2026-11-21T09:00:00Z"}"#,
);
const RESET: &str = concat!(
    r#"{"id":30,"name":"Pharmacy, High Street","status":"GREEN","#,
    r#""modifiedBy":"automatic reset","modifiedDate":"2026-11-21T09:45:00Z"}"#,
);
/// Without the end, which is `missing` if services are named, and nothing else if they are filtered.
const LISTED: &str = concat!(
    r#"{"items":[{"id":30,"name":"Pharmacy, High Street","status":"RED","#,
    r#""resetDateTime":"2026-11-21T09:45:00Z","#,
    r#""notes":"Capacity status set by Capacity Status API - full","#,
    r#""modifiedBy":"editor-name","modifiedDate":"2026-11-21T09:00:00Z","#,
    r#""typeId":13,"parentId":20,"region":10,"town":"Ambridge","postcode":"ZZ99 1AA","odsCode":"T30"}]"#,
);
const HISTORY: &str = concat!(
    r#"{"items":[{"version":2,"cause":"reset","status":"GREEN","previousStatus":"RED","#,
    r#""modifiedBy":"automatic reset","modifiedDate":"2026-11-21T09:45:00Z"},"#,
    r#"{"version":1,"cause":"update","status":"RED","previousStatus":"GREEN","#,
    r#""resetDateTime":"2026-11-21T09:45:00Z","#,
    r#""notes":"Capacity status set by Capacity Status API - full","#,
    r#""modifiedBy":"editor-name","modifiedDate":"2026-11-21T09:00:00Z"}]}"#,
);

async fn put(app: &App) -> (String, Vec<String>) {
    let body = json!({"status": "RED", "resetStatusIn": 45, "notes": "full"});
    answer(app.put(30, body).by("editor").header("idempotency-key", "k-1")).await
}

#[tokio::test]
async fn answers_have_the_bytes_that_they_had_before_there_were_reasons_and_review_dates() {
    let app = World::family().start().await;
    assert_eq!(text(app.get(30).by("reader")).await, NEVER);
    assert_eq!(put(&app).await.0, RED);
    assert_eq!(text(app.get(30).by("reader")).await, RED);
    assert_eq!(text(app.list("id=30").by("reader")).await, format!(r#"{LISTED},"missing":[]}}"#));
    assert_eq!(text(app.list("region=10&status=RED").by("reader")).await, format!("{LISTED}}}"));
    app.at(45 * 60);
    assert_eq!(text(app.get(30).by("reader")).await, RESET);
    assert_eq!(text(app.past(30, "").by("reader")).await, HISTORY);
    assert_eq!(text(app.past(30, "at=2026-11-21T09:00:00Z").by("reader")).await, RED);
    assert_eq!(put(&app).await.0, RED);
}

#[tokio::test]
async fn answers_have_the_headers_that_they_had() {
    let app = World::family().start().await;
    let always = ["cache-control", "content-type", "etag"];
    let safe = ["strict-transport-security", "x-content-type-options", "x-request-id"];
    let expected: Vec<_> = always.into_iter().chain(safe).map(str::to_owned).collect();
    let sorted = |mut names: Vec<String>| {
        names.sort_unstable();
        names
    };
    assert_eq!(sorted(answer(app.get(30).by("reader")).await.1), expected);
    assert_eq!(sorted(put(&app).await.1), expected);
}

/// So a list goes on at a function of the former version.
#[tokio::test]
async fn cursors_of_lists_by_the_former_filters_are_as_they_were() {
    let app = World::family().start().await;
    let fields = async |query: &str| {
        let reply = app.list(query).by("reader").send().await;
        let next = reply.ok()["next"].as_str().expect("another page").to_owned();
        let text = BASE64_URL_SAFE_NO_PAD.decode(next).expect("base64url");
        let text = String::from_utf8(text).expect("a text");
        text.rsplit_once(';').expect("a checksum").0.to_owned()
    };
    assert_eq!(fields("region=10&limit=1").await, "3;10;;;;;;;h10/10/");
}

/// So a function of the former version reads them while a deployment shifts traffic. It leaves alone what it does not
/// know: how many changes the directory had.
#[tokio::test]
async fn rows_have_the_attributes_that_they_had() {
    let app = World::family().start().await;
    put(&app).await;
    let mut names: Vec<_> = app.row(30).await.into_keys().collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "active",
            "directoryVersion",
            "id",
            "modifiedBy",
            "modifiedDate",
            "name",
            "notes",
            "odsCode",
            "parentId",
            "path",
            "postcode",
            "region",
            "resetDateTime",
            "resetShard",
            "status",
            "town",
            "typeId",
            "version",
        ]
    );
    let change = &app.history(30).await[0];
    let names: Vec<_> = change.as_object().expect("a change").keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "at",
            "cause",
            "date",
            "notes",
            "previousStatus",
            "recordedAt",
            "requestId",
            "resetDateTime",
            "serviceId",
            "status",
            "subject",
            "username",
            "version",
        ]
    );
    assert_eq!(change["date"], NOW);
    let records = app.client.scan().table_name(&app.tables.idempotency).send().await;
    let records = records.expect("records").items.unwrap_or_default();
    let mut names: Vec<_> = records[0].keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["at", "bodyHash", "expiresAt", "key", "serviceName"]);
}
