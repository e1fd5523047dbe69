//! Edge cases: unusual text in every part of a request that takes text. openapi.yaml describes
//! every answer (the harness checks that), and none is a 5xx.

use local_stack::function_env::ISSUER;
use serde_json::{Value, json, value::to_raw_value};
use shared::http::dispatch;

use crate::harness::{App, Call, Reply, World};

/// The prefix that the API puts before the notes.
const PREFIX: &str = "Capacity status set by Capacity Status API - ";

fn fine(reply: &Reply) {
    assert!(!reply.status.is_server_error(), "{}", reply.body);
}

/// Puts that text into every header that a function reads, as far as the gateway could pass it on.
fn in_headers<'a>(call: Call<'a>, text: &str) -> Call<'a> {
    let text = text.replace(['\r', '\n', '\0'], " ");
    let names = [
        "accept-encoding",
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "x-correlation-id",
        "x-request-id",
    ];
    let put =
        |call: Call<'a>, name| call.event(|event| event["headers"][name] = text.clone().into());
    names.into_iter().fold(call, put)
}

#[tokio::test]
async fn naughty_strings_have_a_defined_answer_everywhere() {
    let app = World::family().start().await;
    for text in naughty_strings::BLNS {
        let query = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        let one = |name: &str| format!("{name}={query}");
        let lists = ["id", "region", "status", "typeId", "name", "changedSince", "cursor", "limit"];
        let list = lists.map(one).join("&");
        for call in [
            app.get(text),
            in_headers(app.get(30), text),
            in_headers(app.put(30, json!({"status": "GREEN"})), text),
            in_headers(app.put_deadline(30, json!({"resetStatusIn": 5})), text),
            app.list(&list),
            app.list(&one("name")),
            app.list(text),
            app.past(30, &one("cursor")),
            app.past(text, &one("at")),
            app.put(
                30,
                json!({"status": text, "resetStatusIn": text, "reason": text, (*text): text}),
            ),
            app.put(30, json!(null)).body(text),
            app.put_deadline(30, json!({"resetStatusIn": text, (*text): text})),
            app.put_deadline(30, json!(null)).body(text),
            app.put_deadline(text, json!({"resetStatusIn": 5})),
            app.other("GET", text, "/$default"),
            app.other("GET", &format!("/docs/{text}"), "/docs/{file}"),
        ] {
            fine(&call.by("editor").send().await);
        }
    }
}

/// The notes are stored as sent, without white space at either end, and without the characters that are left out.
#[tokio::test]
async fn notes_with_any_characters_are_returned() {
    // ASCII's and Latin-1's control characters but tab, line feed and carriage return; embeddings, overrides, isolates.
    let left_out = |character: char| {
        matches!(
            u32::from(character),
            0x00..=0x08 | 0x0B..=0x0C | 0x0E..=0x1F | 0x7F..=0x9F | 0x202A..=0x202E | 0x2066..=0x2069
        )
    };
    let app = World::family().start().await;
    let mut kept = 0;
    for text in naughty_strings::BLNS {
        let reply = app.put(30, json!({"status": "RED", "notes": text})).by("editor").send().await;
        let kept_text = text.replace(left_out, "");
        let trimmed = kept_text.trim();
        if trimmed.trim_matches(['\u{feff}', '\u{200b}', '\u{180e}']).is_empty() {
            assert_eq!(reply.body["errors"][0]["code"], "VAL-0006", "{text:?}");
        } else if trimmed.chars().count() > 900 {
            assert_eq!(reply.body["errors"][0]["code"], "VAL-0005", "{text:?}");
        } else {
            let read = app.get(30).by("reader").send().await;
            assert_eq!(read.ok()["notes"], format!("{PREFIX}{trimmed}"));
            kept += 1;
        }
    }
    assert!(kept > 400, "{kept}");
}

/// API Gateway joins the values of a repeated header with a comma.
#[tokio::test]
async fn a_repeated_header_has_a_defined_answer() {
    let app = World::family().start().await;
    let tag = app.get(30).by("reader").send().await.header("etag").to_owned();
    let get = |name: &str, value: &str| app.get(30).by("reader").header(name, value).send();
    assert_eq!(get("if-none-match", &format!("\"x\",{tag}")).await.status, 304);
    get("if-none-match", "\"x\",\"y\"").await.ok();
    for name in ["x-request-id", "x-correlation-id"] {
        let reply = get(name, "one,two").await;
        reply.ok();
        assert_ne!(reply.header(name), "one,two");
    }
    let put = |name: &str, value: &str| {
        app.put(30, json!({"status": "RED"})).header(name, value).by("editor").send()
    };
    let reply = put("content-type", "application/json,application/json").await;
    assert_eq!(reply.refused(415), "UNSUPPORTED_MEDIA_TYPE");
    let reply = put("idempotency-key", "\"a\",\"b\"").await;
    assert_eq!(reply.refused(400), "INVALID_IDEMPOTENCY_KEY");
    put("if-match", &format!("\"x\",{tag}")).await.ok();
    // A comma may be part of a key without quotation marks.
    put("idempotency-key", "a,b").await.ok();
}

/// An unreadable condition is never met, and an unreadable key is not ignored.
#[tokio::test]
async fn a_header_of_the_wrong_type_is_not_ignored() {
    let app = World::family().start().await;
    for value in [json!(null), json!("\n"), json!("\u{fffd}"), json!("ÿ"), json!({"a": "*"})] {
        for (name, status) in [("if-match", 412), ("idempotency-key", 400), ("content-type", 415)] {
            let put = app.put(30, json!({"status": "RED"})).by("editor");
            let reply = put.event(|event| event["headers"][name] = value.clone()).send().await;
            assert_eq!(reply.status.as_u16(), status, "{name}: {value}");
        }
    }
    assert_eq!(app.history(30).await.len(), 0);
}

/// Events of the gateway with one part missing or null.
#[tokio::test]
async fn an_incomplete_event_has_a_defined_answer() {
    let app = World::family().start().await;
    let whole = json!({
        "version": "2.0",
        "routeKey": "PUT /services/{id}/capacitystatus",
        "rawPath": "/services/30/capacitystatus",
        "rawQueryString": "",
        "cookies": ["a=b"],
        "headers": {"content-type": "application/json", "host": "api.example.org", "x-request-id": "r"},
        "queryStringParameters": {"a": "b"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "authorizer": {"jwt": {
                "claims": {
                    "iss": ISSUER, "sub": "editor", "token_use": "access", "client_id": "client",
                    "scope": "capacity/read capacity/write",
                },
                "scopes": ["capacity/write"],
            }},
            "domainName": "api.example.org",
            "domainPrefix": "api",
            "http": {
                "method": "PUT", "path": "/services/30/capacitystatus", "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1", "userAgent": "a client",
            },
            "requestId": "C6ffYW7dYvU7okU=",
            "routeKey": "PUT /services/{id}/capacitystatus",
            "stage": "$default",
            "time": "21/Nov/2026:09:05:00 +0000",
            "timeEpoch": 1_795_251_900_000_u64,
        },
        "body": r#"{"status": "RED"}"#,
        "pathParameters": {"id": "30"},
        "stageVariables": {"a": "b"},
        "isBase64Encoded": false,
    });
    assert_eq!(statuses(&app, &whole).await, [200, 428, 200, 200, 404, 405]);
    let mut wrong = Vec::new();
    for pointer in pointers(&whole) {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let mut without = whole.clone();
        let members = without.pointer_mut(parent).and_then(Value::as_object_mut);
        let Some(members) = members else { continue };
        members.remove(name);
        let mut with_null = whole.clone();
        *with_null.pointer_mut(&pointer).expect("a value") = Value::Null;
        for event in [without, with_null] {
            let statuses = statuses(&app, &event).await;
            if statuses.iter().any(|status| *status >= 500) {
                wrong.push(event);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The functions' answers to an event: update, deadline, read, list, documentation page, health.
async fn statuses(app: &App, event: &Value) -> [i64; 6] {
    let event = to_raw_value(event).expect("JSON");
    let functions = &app.functions;
    let statuses = [
        dispatch(&event, async |it| update_status::handle(&functions.update_status, it).await)
            .await,
        dispatch(&event, async |it| update_deadline::handle(&functions.update_deadline, it).await)
            .await,
        dispatch(&event, async |it| get_status::handle(&functions.get_status, it).await).await,
        dispatch(&event, async |it| list_services::handle(&functions.list_services, it).await)
            .await,
        dispatch(&event, async |it| api_docs::handle(&functions.api_docs, it).await).await,
        dispatch(&event, async |it| health::handle(&functions.health, it).await).await,
    ];
    statuses.map(|answer| answer.map_or(500, |answer| answer.status_code))
}

/// JSON pointers to the fields of a value, including nested ones.
fn pointers(value: &Value) -> Vec<String> {
    let mut pointers = Vec::new();
    for (name, member) in value.as_object().into_iter().flatten() {
        let name = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        pointers.extend(self::pointers(member).into_iter().map(|below| format!("{name}{below}")));
        pointers.push(name);
    }
    pointers
}
