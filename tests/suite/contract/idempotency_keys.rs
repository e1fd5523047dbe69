//! Which values of `Idempotency-Key` are keys, and which are the same key.

use serde_json::json;

use super::idempotency::{put, replayed};
use crate::harness::{Contract, World};

#[tokio::test]
async fn a_key_is_1_to_255_visible_characters() {
    let app = World::family().start().await;
    let body = r#"{"status": "RED"}"#;
    for key in ["", " ", "a b", "\"a b\"", "\"", "\"\"", "\"a", "é", &"x".repeat(256)] {
        let reply = put(&app, key, body).await;
        assert_eq!(reply.refused(400), "INVALID_IDEMPOTENCY_KEY", "{key:?}");
        // An invalid body is reported first, invalid fields after the key.
        assert_eq!(put(&app, key, "[]").await.refused(400), "MALFORMED_BODY");
        assert_eq!(put(&app, key, "{}").await.refused(400), "INVALID_IDEMPOTENCY_KEY");
    }
    let keys = ["x", "A-Z_09.", "a#b,c;%23", &"x".repeat(255), &"#".repeat(255)];
    for key in keys {
        assert!(!replayed(&put(&app, key, body).await), "{key}");
    }
    // The quotation marks of the draft's string are no part of a key.
    for key in keys {
        assert!(replayed(&put(&app, key, body).await), "{key}");
        assert!(replayed(&put(&app, &format!("\"{key}\""), body).await), "{key}");
    }
    assert_eq!(app.history(30).await.len(), keys.len());
}

/// The pattern in openapi.yaml and the function take the same keys.
#[tokio::test]
async fn the_documented_pattern_takes_the_keys_that_the_function_takes() {
    let app = World::family().start().await;
    let schema = "/components/parameters/IdempotencyKey/schema";
    let mut random = fastrand::Rng::with_seed(255);
    let pieces = ["\"", "\\", "a", "#", "~", "!", " ", "\t", "\\\"", "\\\\", ";"];
    let mut taken = 0;
    for _ in 0..600 {
        let length = random.usize(0..6);
        let inner: String = (0..length).filter_map(|_| random.choice(pieces)).collect();
        let key = if random.bool() { format!("\"{inner}\"") } else { inner };
        let status = put(&app, &key, r#"{"status": "RED"}"#).await.status.as_u16();
        let matches = Contract::of_this_repository().value(schema, &json!(key)).is_ok();
        assert_eq!(status, if matches { 200 } else { 400 }, "{key}");
        taken += usize::from(matches);
    }
    assert!((100..500).contains(&taken), "{taken}");
}

#[tokio::test]
async fn a_separator_in_a_key_or_a_subject_mixes_up_no_callers() {
    let world = World::family().editor("c", &[20]).editor("b#c", &[20]).editor("23b#c", &[20]);
    let app = world.start().await;
    let all = [("c", "a#b"), ("b#c", "a"), ("c", "a%23b"), ("23b#c", "a%"), ("c", "\"a%2523b\"")];
    for (subject, key) in all {
        let call = app.put(30, json!({"status": "RED"})).by(subject);
        assert!(!replayed(&call.header("idempotency-key", key).send().await), "{subject} {key}");
    }
    assert_eq!(app.history(30).await.len(), all.len());
}
