//! GET of one service: what a reader sees, to the second.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::harness::World;

#[tokio::test]
async fn a_service_never_updated_is_green_without_further_fields() {
    let app = World::family().start().await;
    let reply = app.get(30).by("reader").send().await;
    let expected = json!({"id": 30, "name": "Pharmacy, High Street", "status": "GREEN"});
    assert_eq!(*reply.ok(), expected);
    assert_eq!(reply.header("cache-control"), "no-store");
    assert!(reply.header("etag").starts_with("\"0-"));
}

#[tokio::test]
async fn a_status_ends_at_its_deadline_to_the_second() {
    let app = World::family().start().await;
    let red = app.put(30, json!({"status": "RED", "resetStatusIn": 1, "notes": "full"}));
    red.by("editor").send().await.ok();

    app.at(59);
    let before = app.get(30).by("reader").send().await;
    app.at(60);
    let after = app.get(30).by("reader").send().await;

    assert_eq!(
        *before.ok(),
        json!({
            "id": 30, "name": "Pharmacy, High Street", "status": "RED",
            "resetDateTime": "2026-11-21T09:01:00Z",
            "notes": "Capacity status set by Capacity Status API - full",
            "modifiedBy": "editor-name", "modifiedDate": "2026-11-21T09:00:00Z",
        })
    );
    assert_eq!(
        *after.ok(),
        json!({
            "id": 30, "name": "Pharmacy, High Street", "status": "GREEN",
            "modifiedBy": "automatic reset", "modifiedDate": "2026-11-21T09:01:00Z",
        })
    );
    assert!(before.header("etag").starts_with("\"1-"), "{}", before.header("etag"));
    assert!(after.header("etag").starts_with("\"2-"), "{}", after.header("etag"));
}

#[tokio::test]
async fn a_reader_with_the_current_tag_gets_304() {
    let app = World::family().start().await;
    let tag = app.get(30).by("reader").send().await.header("etag").to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let reply = app.get(30).by("reader").header("if-none-match", &known).send().await;
        assert_eq!(reply.status.as_u16(), 304, "{known}");
        assert_eq!(reply.header("etag"), tag);
        assert_eq!(reply.body, Value::Null);
    }
    for other in ["\"1-00000000\"", "nonsense", ""] {
        app.get(30).by("reader").header("if-none-match", other).send().await.ok();
    }
}

#[tokio::test]
async fn the_tag_changes_at_the_deadline() {
    let app = World::family().start().await;
    let amber =
        app.put(30, json!({"status": "AMBER", "resetStatusIn": 1})).by("editor").send().await;
    let tag = amber.header("etag");
    app.at(59);
    let reply = app.get(30).by("reader").header("if-none-match", tag).send().await;
    assert_eq!(reply.status.as_u16(), 304);
    app.at(60);
    app.get(30).by("reader").header("if-none-match", tag).send().await.ok();
}

#[tokio::test]
async fn unknown_and_inactive_services_and_invalid_ids_are_404() {
    let app = World::family().start().await;
    let ids = [
        "50",
        "60",
        "0",
        "030",
        "-30",
        "+30",
        "30.0",
        "3O",
        " 30",
        "1234567890123456789",
        "é",
        "%",
        "%ff",
    ];
    for id in ids {
        let reply = app.get(id).by("reader").send().await;
        assert_eq!(reply.refused(404), "SERVICE_NOT_FOUND", "{id}");
    }
}

#[tokio::test]
async fn an_id_may_come_percent_encoded() {
    let app = World::family().start().await;
    app.get("%33%30").by("reader").send().await.ok();
}

#[tokio::test]
async fn request_ids_are_echoed_or_generated() {
    let app = World::family().start().await;
    let longest = "a".repeat(64);
    for id in ["A-z_0.9", &longest] {
        let call =
            app.get(30).by("reader").header("x-request-id", id).header("x-correlation-id", id);
        let reply = call.send().await;
        assert_eq!((reply.header("x-request-id"), reply.header("x-correlation-id")), (id, id));
    }
    let too_long = "a".repeat(65);
    for id in ["", "a b", "a;b", "ä", &too_long] {
        let call =
            app.get(30).by("reader").header("x-request-id", id).header("x-correlation-id", id);
        let reply = call.send().await;
        assert_eq!(reply.header("x-request-id").len(), 36, "{id}");
        assert!(!reply.headers.contains_key("x-correlation-id"), "{id}");
    }
}

#[tokio::test]
async fn a_problem_names_the_request_and_the_resource() {
    let app = World::family().start().await;
    let reply = app.get("a/b").by("reader").header("x-request-id", "r1").send().await;
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_eq!(
        reply.body,
        json!({
            "type": "urn:capacity-status:problem:service-not-found",
            "title": "Service not found", "status": 404,
            "detail": "there is no active service with this id",
            "instance": "/services/a%2Fb/capacitystatus",
            "code": "SERVICE_NOT_FOUND", "requestId": "r1",
        })
    );
}

#[tokio::test]
async fn an_unreadable_row_is_a_500_and_never_green() {
    let app = World::family().start().await;
    app.put(30, json!({"status": "RED"})).by("editor").send().await.ok();
    let broken = [
        ("status", AttributeValue::S("BLUE".into())),
        ("status", AttributeValue::S("GREEN".into())), // with a deadline
        ("modifiedDate", AttributeValue::S("today".into())),
        ("version", AttributeValue::N("-1".into())),
        ("path", AttributeValue::S("/10/20/31/".into())),
        ("active", AttributeValue::S("true".into())),
    ];
    let sound = app.row(30).await;
    for (name, value) in broken {
        let mut row = sound.clone();
        row.insert(name.to_owned(), value);
        let put = app.client.put_item().table_name(&app.tables.services).set_item(Some(row));
        put.send().await.expect("a broken row");
        let reply = app.get(30).by("reader").send().await;
        assert_eq!(reply.refused(500), "INTERNAL", "{name}");
        assert_eq!(reply.body["detail"], "the error was logged with this requestId");
        let listed = app.list("id=30").by("reader").send().await;
        let unavailable = json!({"items": [], "missing": [], "unavailable": [30]});
        assert_eq!(listed.ok(), &unavailable, "{name}");
    }
}

#[tokio::test]
async fn the_tag_changes_whenever_the_answer_does() {
    let app = World::family().start().await;
    let before = app.get(30).by("reader").send().await;
    let renamed =
        "id,name,typeId,parentId,town,postcode,odsCode,active\n30,Renamed,13,20,,,,true\n";
    capacityctl::services::import(&app.directory(), renamed.as_bytes()).await.expect("an import");
    let tag = before.header("etag");
    let after = app.get(30).by("reader").header("if-none-match", tag).send().await;
    assert_eq!(after.ok()["name"], "Renamed");
    let put = app.put(30, json!({"status": "RED"})).by("editor").header("if-match", tag);
    assert_eq!(put.send().await.refused(412), "PRECONDITION_FAILED");
}

/// Two representations have version 2 here: the reset that readers saw, and the update that read
/// the clock before the deadline and was stored after it.
#[tokio::test]
async fn an_update_stored_after_the_deadline_has_another_tag_than_the_reset_readers_saw() {
    let app = World::family().start().await;
    app.put(30, json!({"status": "RED", "resetStatusIn": 1})).by("editor").send().await.ok();
    app.at(60);
    let green = app.get(30).by("reader").send().await;
    let tag = green.header("etag");
    app.at(59);
    app.put(30, json!({"status": "RED"})).by("editor").send().await.ok();
    app.at(60);
    let red = app.get(30).by("reader").header("if-none-match", tag).send().await;
    assert_eq!(red.ok()["status"], "RED");
    let put = app.put(30, json!({"status": "GREEN"})).by("editor").header("if-match", tag);
    assert_eq!(put.send().await.refused(412), "PRECONDITION_FAILED");
}

#[tokio::test]
async fn a_problem_names_the_resource_the_same_way_for_every_form_of_its_id() {
    let app = World::family().start().await;
    for id in ["a/b", "a%2Fb", "a%2fb"] {
        let reply = app.get(id).by("reader").send().await;
        assert_eq!(reply.body["instance"], "/services/a%2Fb/capacitystatus", "{id}");
    }
}
