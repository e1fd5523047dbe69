//! The main journey, from the import of a directory to a reset.

use serde_json::{Value, json};

use super::api::{Api, import};
use crate::{harness::Reply, proofs::sequences::calendar::seconds};

const PHARMACY: u64 = 8_000_000_003;
const EDITOR: &str = "b2f9-journey";
const READER: &str = "journey-reader";

/// Seconds from one time of an answer to another.
fn from_to(reply: &Reply, from: &str, to: &str) -> i64 {
    let time = |member: &str| seconds(reply.ok()[member].as_str().expect("a time"));
    time(to) - time(from)
}

/// The services of the family that are due for review.
async fn overdue(api: &Api) -> Vec<u64> {
    api.list(READER, "overdue=true&parentId=8000000001").await.ids()
}

#[tokio::test]
async fn a_status_goes_from_import_through_updates_to_its_reset() {
    let api = Api::start().await;
    let (editor, reader) = (EDITOR, READER);

    // An editor of the root service updates its grandchild, and everybody reads it.
    let body = json!({"status": "AMBER", "resetStatusIn": 30, "notes": "one pharmacist", "reason": "staffing"});
    let put = api.put(editor, PHARMACY, body).await;
    assert_eq!(put.ok()["modifiedBy"], "journey-editor");
    assert_eq!(put.body["name"], "Pharmacy: Bridge Street, Ambridge");
    assert_eq!(put.body["reason"], "STAFFING");
    assert_eq!(from_to(&put, "modifiedDate", "reviewDueDateTime"), 60 * 60);
    let get = api.get(reader, PHARMACY).await;
    assert_eq!((get.ok(), get.header("etag")), (put.ok(), put.header("etag")));
    assert_eq!(overdue(&api).await, [0; 0]);

    // Services elsewhere, readers and anonymous callers are refused.
    let red = json!({"status": "RED"});
    assert_eq!(api.put(editor, 8_000_000_004, red.clone()).await.refused(403), "NOT_PERMITTED");
    assert_eq!(api.put(reader, PHARMACY, red.clone()).await.refused(403), "NOT_PERMITTED");
    assert_eq!(api.get("journey-nobody", PHARMACY).await.refused(401), "USER_UNKNOWN");
    assert_eq!(api.get(reader, PHARMACY).await.ok(), put.ok());

    // The family, three services by id, and the closed one.
    let mut family = api.list(reader, "parentId=8000000001").await.ids();
    family.sort_unstable();
    assert_eq!(family, [8_000_000_001, 8_000_000_002, PHARMACY]);
    let three = api.list(reader, "id=8000000003,8000000005,8000000001").await;
    assert_eq!(three.ids(), [PHARMACY, 8_000_000_001]);
    assert_eq!(three.body["missing"], json!([8_000_000_005_u64]));
    assert_eq!(three.body["items"][0]["region"], 8_000_000_001_u64);
    assert_eq!(three.body["items"][0]["phone"], "020 7946 0018");
    assert_eq!(three.body["items"][1]["phone"], Value::Null);
    assert_eq!(three.body["items"][1]["name"], "Pharmacist - \"Head Office\"");
    assert_eq!(api.get(reader, 8_000_000_005).await.refused(404), "SERVICE_NOT_FOUND");

    extend(&api, &put).await;

    // A short status ends. An import in between changes no status.
    let minutes = api.minutes_until_reset();
    let red = json!({"status": "RED", "resetStatusIn": minutes});
    let red = api.put(editor, PHARMACY, red).await;
    if let Api::Handlers { app, .. } = &api {
        assert_eq!(red.ok()["status"], "RED");
        import(&app.client, &app.tables).await;
        assert_eq!(api.get(reader, PHARMACY).await.ok(), red.ok());
        assert_eq!(api.list(reader, "status=RED").await.ids(), [PHARMACY]);
    }
    api.wait_for_reset();
    let green = api.get(reader, PHARMACY).await;
    assert_eq!(
        (&green.ok()["status"], &green.body["modifiedBy"]),
        (&json!("GREEN"), &json!("automatic reset"))
    );
    assert_eq!(from_to(&green, "modifiedDate", "reviewDueDateTime"), 0);
    assert_eq!(overdue(&api).await, [PHARMACY], "nobody has confirmed that it is GREEN");

    // History shows the reset, although no run has stored it yet.
    let history = api.history(reader, PHARMACY).await;
    let items = history.ok()["items"].as_array().expect("items").iter();
    let causes: Vec<_> = items.map(|item| (&item["cause"], &item["modifiedBy"])).collect();
    assert_eq!(
        causes,
        [
            (&json!("reset"), &json!("automatic reset")),
            (&json!("update"), &json!("journey-editor"))
        ]
    );

    // Somebody confirms it.
    let confirmed = api.put(editor, PHARMACY, json!({"status": "GREEN"})).await;
    assert_eq!(from_to(&confirmed, "modifiedDate", "reviewDueDateTime"), 60 * 60);
    assert_eq!(overdue(&api).await, [0; 0]);
}

/// The status ends too early: the editor extends it.
async fn extend(api: &Api, put: &Reply) {
    let tag = put.header("etag");
    let extended = api.move_deadline(EDITOR, PHARMACY, tag, 90).await;
    assert_eq!(from_to(&extended, "modifiedDate", "resetDateTime"), 90 * 60);
    for kept in ["status", "notes", "reason", "modifiedBy"] {
        assert_eq!(extended.body[kept], put.body[kept], "{kept}");
    }
    assert_eq!(api.get(READER, PHARMACY).await.ok(), extended.ok());
    // Nobody extends what has changed since.
    let again = api.move_deadline(EDITOR, PHARMACY, tag, 90).await;
    assert_eq!(again.refused(412), "PRECONDITION_FAILED");
    let (before, at) = (
        put.body["resetDateTime"].as_str().expect("a time"),
        extended.body["resetDateTime"].as_str().expect("a time"),
    );
    let ending = |by| format!("parentId=8000000001&resetBefore={by}");
    assert_eq!(api.list(READER, &ending(before)).await.ids(), [0; 0]);
    assert_eq!(api.list(READER, &ending(at)).await.ids(), [PHARMACY]);
}
