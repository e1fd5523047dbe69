//! Random requests, built from pieces that mean something to the functions.

use serde_json::json;

use crate::harness::World;

/// openapi.yaml describes every answer (the harness checks that). The seed is fixed.
#[tokio::test]
async fn no_random_request_gets_a_5xx() {
    let app = World::family().start().await;
    let mut random = fastrand::Rng::with_seed(20_261_121);
    for _ in 0..400 {
        let calls = [
            app.put(made_up(&mut random, &IDS, 1), json!(null)).body(&made_up(
                &mut random,
                &JSON,
                9,
            )),
            app.put_deadline(made_up(&mut random, &IDS, 1), json!(null)).body(&made_up(
                &mut random,
                &JSON,
                9,
            )),
            app.get(made_up(&mut random, &IDS, 2)),
            app.list(&made_up(&mut random, &QUERY, 6)),
        ];
        for call in calls {
            let call = call.by("editor").header("if-match", &made_up(&mut random, &TAGS, 4));
            let call = call.header("if-none-match", &made_up(&mut random, &TAGS, 4));
            let reply = call.header("x-request-id", &made_up(&mut random, &IDS, 2)).send().await;
            assert!(!reply.status.is_server_error(), "{}", reply.body);
        }
    }
}

const IDS: [&str; 10] = ["30", "3", "0", "-", "é", "%", "/", "999999999999999999", " ", "a/b"];
const TAGS: [&str; 8] = ["\"", "*", "W/", ",", " ", "0-", "\"0-4c6a1d11\"", "é"];
const QUERY: [&str; 18] = [
    "&",
    "=",
    "id=",
    "30",
    ",",
    "region=",
    "10",
    "status=",
    "RED",
    "limit=",
    "1",
    "cursor=",
    "MQ",
    "%",
    "%00",
    "+",
    "parentId=20&",
    "é",
];
const JSON: [&str; 22] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"status\":",
    "\"RED\"",
    "\"resetStatusIn\":",
    "30",
    "1e9999",
    "-",
    ".5",
    "null",
    "\"notes\":",
    "\"reason\":",
    "\"IT\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "true",
    "{\"status\":\"RED\"}",
    "\u{feff}",
];

/// Up to that many pieces in a row.
fn made_up(random: &mut fastrand::Rng, pieces: &[&str], most: usize) -> String {
    (0..random.usize(0..=most)).filter_map(|_| random.choice(pieces.iter().copied())).collect()
}
