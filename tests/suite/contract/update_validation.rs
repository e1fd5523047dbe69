//! The fields of an update: which values are valid, and the errors for all others.

use serde_json::{Value, json};

use crate::harness::{App, NOW, World};

/// The error codes of a refused update, with the fields they point to.
async fn codes(app: &App, body: Value) -> Vec<String> {
    let reply = app.put(30, body.clone()).by("editor").send().await;
    assert_eq!(reply.refused(400), "VALIDATION_FAILED", "{body}");
    let errors = reply.body["errors"].as_array().expect("errors").iter();
    errors
        .map(|error| {
            format!(
                "{} {}",
                error["pointer"].as_str().unwrap_or(""),
                error["code"].as_str().unwrap_or("")
            )
        })
        .collect()
}

#[tokio::test]
async fn the_deadline_is_the_requested_one() {
    let app = World::family().start().await;
    let minutes = [
        (json!({}), 240),
        (json!({"resetStatusIn": 1}), 1),
        (json!({"resetStatusIn": 1440}), 1440),
        (json!({"resetStatusIn": "45"}), 45),
        (json!({"resetStatusIn": " +7 "}), 7),
        (json!({"resetStatusIn": "007"}), 7),
        (json!({"resetStatusIn": "30.0"}), 30),
        (json!({"resetStatusIn": " +30. "}), 30),
        (json!({"resetStatusIn": "\u{2028}\u{85}\u{3000}5\u{3000}"}), 5),
    ];
    for (fields, expected) in minutes {
        let mut body = json!({"status": "AMBER"});
        body.as_object_mut().expect("fields").extend(fields.as_object().expect("fields").clone());
        app.put(30, body.clone()).by("editor").send().await.ok();
        let deadline = app.row(30).await["resetDateTime"].as_n().expect("a number").clone();
        assert_eq!(deadline, (NOW + expected * 60).to_string(), "{body}");
    }
    for (number, expected) in
        [("30.0", 30), ("3e1", 30), ("1.5e1", 15), ("300E-1", 30), ("1440.000", 1440)]
    {
        let body = format!(r#"{{"status": "RED", "resetStatusIn": {number}}}"#);
        app.put(30, json!(null)).body(&body).by("editor").send().await.ok();
        let deadline = app.row(30).await["resetDateTime"].as_n().expect("a number").clone();
        assert_eq!(deadline, (NOW + expected * 60).to_string(), "{number}");
    }
}

#[tokio::test]
async fn all_invalid_fields_are_reported_together() {
    let app = World::family().start().await;
    let wrong = json!({"status": "BLUE", "resetStatusIn": 1.5, "notes": " "});
    assert_eq!(
        codes(&app, wrong).await,
        ["/status VAL-0002", "/resetStatusIn VAL-0003", "/notes VAL-0006"]
    );
    assert_eq!(codes(&app, json!({})).await, ["/status VAL-0001"]);
    assert_eq!(app.history(30).await, [] as [Value; 0]);
    assert!(!app.row(30).await.contains_key("version"));
}

#[tokio::test]
async fn each_field_is_validated() {
    let app = World::family().start().await;
    for status in [
        json!(null),
        json!(1),
        json!(true),
        json!("BLUE"),
        json!(""),
        json!(" RED"),
        json!(["RED"]),
        json!({}),
    ] {
        assert_eq!(codes(&app, json!({"status": status})).await, ["/status VAL-0002"]);
    }
    let not_whole = [
        json!(1.5),
        json!("1e3"),
        json!("30.5"),
        json!("30.0.0"),
        json!(".0"),
        json!("."),
        json!(""),
        json!("\u{3000}"),
        json!("\u{feff}5"),
        json!("\u{200b}5"),
        json!("\u{202d}5\u{202c}"),
        json!("\u{1b}5"),
        json!("5\0"),
        json!(" "),
        json!("+"),
        json!("1 2"),
        json!("٣"),
        json!(null),
        json!(true),
        json!([30]),
        json!({"a": 1}),
    ];
    for value in not_whole {
        assert_eq!(
            codes(&app, json!({"status": "GREEN", "resetStatusIn": value})).await,
            ["/resetStatusIn VAL-0003"]
        );
    }
    for value in
        [json!(-1), json!(1441), json!(u64::MAX), json!("-5"), json!("99999999999999999999")]
    {
        assert_eq!(
            codes(&app, json!({"status": "RED", "resetStatusIn": value})).await,
            ["/resetStatusIn VAL-0004"]
        );
    }
    for (number, code) in [
        ("1e400", "VAL-0004"),
        ("-1e400", "VAL-0004"),
        ("1e99999999999999999999", "VAL-0004"),
        ("123456789012345678901234567890", "VAL-0004"),
        ("1.0000000000000000000001", "VAL-0003"),
        ("1e-400", "VAL-0003"),
        ("1e-99999999999999999999", "VAL-0003"),
        ("14405e-1", "VAL-0003"),
    ] {
        let body = format!(r#"{{"status": "RED", "resetStatusIn": {number}}}"#);
        let reply = app.put(30, json!(null)).body(&body).by("editor").send().await;
        assert_eq!(reply.refused(400), "VALIDATION_FAILED");
        assert_eq!(reply.body["errors"][0]["code"], code, "{number}");
    }
    let too_long = "é".repeat(901);
    assert_eq!(codes(&app, json!({"status": "RED", "notes": too_long})).await, ["/notes VAL-0005"]);
    for notes in [
        json!(""),
        json!(" \u{a0}\u{2003}\n"),
        json!("\u{feff}"),
        json!("\u{85}"),
        json!("\u{200b}"),
        json!("\u{2028}"),
        json!("\u{3000}"),
        json!("\u{202e}\u{202c}"),
        json!("\u{1b}"),
        json!("two\0beds"),
        json!(null),
        json!(false),
        json!([]),
        json!({}),
    ] {
        assert_eq!(
            codes(&app, json!({"status": "RED", "notes": notes})).await,
            ["/notes VAL-0006"]
        );
    }
}

/// A RED is not lost because of a stray character in its notes.
#[tokio::test]
async fn characters_that_can_be_left_out_of_notes_are_left_out() {
    let app = World::family().start().await;
    for (given, stored) in [
        ("\u{1b}[1mfull\u{7}\u{9b}", "[1mfull"),
        ("\u{202e}full\u{2069} \u{85}", "full"),
        ("\u{3000}full\r\n\tuntil\u{2028}nine\u{2028}", "full\r\n\tuntil\u{2028}nine"),
        ("\u{feff}fu\u{200b}ll", "\u{feff}fu\u{200b}ll"),
    ] {
        let put = app.put(30, json!({"status": "RED", "notes": given})).by("editor").send().await;
        assert_eq!(
            put.ok()["notes"],
            format!("Capacity status set by Capacity Status API - {stored}"),
            "{given:?}"
        );
    }
    let half_a_character = r#"{"status": "RED", "notes": "full \ud83d"}"#;
    let put = app.put(30, json!(null)).body(half_a_character).by("editor").send().await;
    assert_eq!(put.ok()["notes"], "Capacity status set by Capacity Status API - full \u{fffd}");
}

#[tokio::test]
async fn notes_are_limited_in_characters_and_numbers_become_text() {
    let app = World::family().start().await;
    let longest = "é".repeat(900);
    let put = app
        .put(30, json!({"status": "RED", "notes": format!(" {longest}\t")}))
        .by("editor")
        .send()
        .await;
    assert_eq!(
        put.ok()["notes"],
        format!("Capacity status set by Capacity Status API - {longest}")
    );
    let body = r#"{"status": "RED", "notes": 1.50}"#;
    let put = app.put(30, json!(null)).body(body).by("editor").send().await;
    assert_eq!(put.ok()["notes"], "Capacity status set by Capacity Status API - 1.50");
}
