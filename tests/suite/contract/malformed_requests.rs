//! Malformed requests get a clear problem document and change nothing.

use serde_json::{Value, json};

use crate::harness::World;

#[tokio::test]
async fn a_body_other_than_one_json_object_is_malformed() {
    let app = World::family().start().await;
    let deep = |levels: usize| {
        format!(r#"{{"status": "GREEN", "x": {}{}}}"#, "[".repeat(levels), "]".repeat(levels))
    };
    let malformed = [
        "",
        " ",
        "null",
        "true",
        "1",
        "\"RED\"",
        "[]",
        "[{\"status\": \"RED\"}]",
        "{",
        "{\"status\": \"RED\"",
        "{\"status\": \"RED\",}",
        "{'status': 'RED'}",
        "{\"status\": \"RED\"} {}",
        "{\"status\": RED}",
        "status=RED",
        "{\"status\": \"RED\", \"status\": \"RED\"}",
        "{\"status\": \"RED\", \"x\": {\"a\": 1, \"a\": 2}}",
        "{\"status\": \"RED\", \"st\\u0061tus\": \"GREEN\"}",
        "{\"status\": \"RED\", \"x\": \"\\ud8\"}",
        "{\"status\": \"RED\", \"resetStatusIn\": 01}",
        "{\"status\": \"RED\", \"resetStatusIn\": NaN}",
        "{\"status\": \"R\nED\"}",
        "\u{feff}{\"status\": \"RED\"}",
        "{\"status\": \"RED\"} // no",
        &deep(64),
        &deep(5_000),
    ];
    for body in malformed {
        let reply = app.put(30, json!(null)).body(body).by("editor").send().await;
        assert_eq!(reply.refused(400), "MALFORMED_BODY", "{body:.60}");
    }
    let reply = app
        .put(30, json!(null))
        .by("editor")
        .event(|event| event["body"] = Value::Null)
        .send()
        .await;
    assert_eq!(reply.refused(400), "MALFORMED_BODY");
    assert_eq!(app.history(30).await.len(), 0);
    app.put(30, json!(null)).body(&deep(63)).by("editor").send().await.ok();
    let odd_but_sound =
        r#" {"status":"RED","x":1e400,"y":{"$serde_json::private::Number":"1"},"":null} "#;
    app.put(30, json!(null)).body(odd_but_sound).by("editor").send().await.ok();
}

#[tokio::test]
async fn bodies_may_come_as_base64() {
    let app = World::family().start().await;
    let put = app.put(30, json!(null)).bytes(br#"{"status": "AMBER", "notes": "caf\u00e9"}"#);
    assert_eq!(
        put.by("editor").send().await.ok()["notes"],
        "Capacity status set by Capacity Status API - café"
    );
    for bytes in [&b"{\"status\": \"\xff\"}"[..], b"\xff\xfe{\0}\0", b"\0"] {
        let reply = app.put(30, json!(null)).bytes(bytes).by("editor").send().await;
        assert_eq!(reply.refused(400), "MALFORMED_BODY");
    }
    let not_base64 =
        app.put(30, json!({"status": "RED"})).event(|event| event["isBase64Encoded"] = true.into());
    // The gateway never sends this: the body is not base64 as the event says. It is read as it is.
    not_base64.by("editor").send().await.ok();
}

#[tokio::test]
async fn the_size_limit_applies_to_the_decoded_body() {
    let app = World::family().start().await;
    let padded = |bytes: usize| format!("{:<bytes$}", r#"{"status": "RED"}"#);
    app.put(30, json!(null)).bytes(padded(16_384).as_bytes()).by("editor").send().await.ok();
    for call in [
        app.put(30, json!(null)).body(&padded(16_385)),
        app.put(30, json!(null)).bytes(padded(16_385).as_bytes()),
    ] {
        assert_eq!(call.by("editor").send().await.refused(413), "BODY_TOO_LARGE");
    }
    assert_eq!(app.history(30).await.len(), 1);
}

#[tokio::test]
async fn only_json_bodies_are_accepted() {
    let app = World::family().start().await;
    let put = |media_type: &str| {
        app.put(30, json!({"status": "RED"})).header("content-type", media_type).by("editor")
    };
    for json in ["application/json", "Application/JSON; charset=utf-8", " application/json ;x"] {
        put(json).send().await.ok();
    }
    for other in [
        "",
        "text/json",
        "application/json2",
        "application/problem+json",
        "application/x-www-form-urlencoded",
        "application/json, text/html",
    ] {
        assert_eq!(put(other).send().await.refused(415), "UNSUPPORTED_MEDIA_TYPE", "{other}");
    }
    let none = app.put(30, json!({"status": "RED"})).by("editor").event(|event| {
        event["headers"].as_object_mut().expect("headers").remove("content-type");
    });
    assert_eq!(none.send().await.refused(415), "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(app.history(30).await.len(), 3);
}

#[tokio::test]
async fn an_encoded_body_is_refused_before_anything_in_it_is_read() {
    let app = World::family().start().await;
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff\xab";
    let bodies: [&[u8]; 4] = [br#"{"status": "RED"}"#, gzip, b"[", b""];
    for coding in
        ["gzip", "GZIP", "br", "identity, gzip", "gzip,identity", "x", "\"identity\"", "é"]
    {
        for body in bodies {
            let call = app.put(30, json!(null)).bytes(body).header("content-encoding", coding);
            let reply = call.by("editor").send().await;
            assert_eq!(reply.refused(415), "UNSUPPORTED_MEDIA_TYPE", "{coding}");
            assert_eq!(reply.header("accept-encoding"), "identity");
            let detail =
                "the body must be sent as it is, without Content-Encoding; nothing was stored";
            assert_eq!(reply.body["detail"], detail);
        }
    }
    let gzip = |body: &[u8]| {
        app.put(30, json!(null)).bytes(body).header("content-encoding", "gzip").by("editor")
    };
    assert_eq!(gzip(&[0; 16_385]).send().await.refused(413), "BODY_TOO_LARGE");
    let text = gzip(b"x").header("content-type", "text/plain").send().await;
    assert_eq!(
        (text.refused(415), text.header("accept-encoding")),
        ("UNSUPPORTED_MEDIA_TYPE", "identity")
    );
    assert_eq!(app.history(30).await.len(), 0);
    for none in ["", " ", ",", "identity", "Identity", "identity,identity", ", identity ,"] {
        let call = app.put(30, json!({"status": "RED"})).header("content-encoding", none);
        call.by("editor").send().await.ok();
    }
}

#[tokio::test]
async fn event_parts_that_make_no_url_do_not_matter() {
    let app = World::family().start().await;
    for odd in ["", "[", "a b", "ä:x", "\u{0}", "//", "%zz", "?", "/services/30 /capacitystatus"] {
        let call = app.get(30).by("reader").event(|event| {
            event["rawPath"] = odd.into();
            event["requestContext"]["domainName"] = odd.into();
            event["requestContext"]["stage"] = odd.into();
            event["rawQueryString"] = odd.into();
        });
        call.send().await.ok();
    }
    for host in ["[", "a b", "", "x:y:z"] {
        app.get(30).by("reader").header("host", host).send().await.ok();
    }
}

#[tokio::test]
async fn an_unreachable_store_is_a_503_and_never_green() {
    let app = World::family().start().await;
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", nowhere.local_addr().expect("an address"));
    drop(nowhere);
    let client = capacityctl::client::local_client(&endpoint, "eu-west-2");
    let settings = crate::harness::gateway_settings(&app.tables);
    let app = crate::harness::App::new(client, app.tables, &settings);
    // The SDK's waits between attempts take no time.
    tokio::time::pause();
    let deadline = app.put_deadline(30, json!({"resetStatusIn": 5}));
    for call in [app.get(30), app.put(30, json!({"status": "GREEN"})), deadline, app.list("")] {
        let reply = call.by("editor").send().await;
        assert_eq!((reply.refused(503), reply.header("retry-after")), ("STORE_UNAVAILABLE", "1"));
    }
}
