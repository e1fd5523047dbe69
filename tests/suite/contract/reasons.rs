//! The reason of an AMBER or RED. Nothing about a reason may hide a RED.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::domain::Reason;

use super::{idempotency::replayed, update_deadline::moved};
use crate::harness::{App, Call, Reply, World};

async fn put(app: &App, body: Value) -> Reply {
    app.put(30, body).by("editor").send().await
}

/// What every answer that shows service 30 says of its status and reason. The reason is null if there is none.
async fn reasons_by(app: &App, with: fn(Call<'_>) -> Call<'_>) -> Vec<(Value, Value)> {
    let read = async |call: Call<'_>| with(call).by("reader").send().await.ok().clone();
    let items = async |call: Call<'_>| read(call).await["items"].as_array().cloned();
    let listed = items(app.list("region=10&status=RED,AMBER,GREEN")).await.expect("items");
    let of_region = listed.into_iter().find(|item| item["id"] == 30).expect("service 30");
    let shown = [
        read(app.get(30)).await,
        read(app.past(30, "at=2026-11-21T09:00:00Z")).await,
        items(app.past(30, "")).await.expect("items").swap_remove(0),
        items(app.list("id=30")).await.expect("items").swap_remove(0),
        of_region,
    ];
    shown.map(|answer| (answer["status"].clone(), answer["reason"].clone())).into()
}

async fn reasons(app: &App) -> Vec<(Value, Value)> {
    reasons_by(app, |call| call).await
}

fn everywhere(status: &str, reason: Value) -> Vec<(Value, Value)> {
    vec![(status.into(), reason); 5]
}

/// Changes the reason of every change in the history of service 30.
async fn set_reason_in_history(app: &App, reason: &str) {
    for change in app.history(30).await {
        let at = change["at"].as_str().expect("a sort key").to_owned();
        let row = app.client.update_item().table_name(&app.tables.status_history);
        let row = row.key("serviceId", AttributeValue::N("30".to_owned()));
        let row = row.key("at", AttributeValue::S(at)).update_expression("SET reason = :reason");
        let reason = AttributeValue::S(reason.to_owned());
        row.expression_attribute_values(":reason", reason).send().await.expect("a row");
    }
}

#[tokio::test]
async fn a_reason_is_stored_and_shown_wherever_the_status_is() {
    let app = World::family().start().await;
    for name in Reason::NAMES {
        for (status, given) in [("RED", name.to_lowercase()), ("AMBER", name.to_owned())] {
            let put = put(&app, json!({"status": status, "reason": given})).await;
            assert_eq!(put.ok()["reason"], name);
            assert_eq!(reasons(&app).await, everywhere(status, name.into()));
            assert_eq!(app.row(30).await["reason"], AttributeValue::S(name.to_owned()));
        }
    }
}

#[tokio::test]
async fn an_update_replaces_the_reason() {
    let app = World::family().start().await;
    put(&app, json!({"status": "RED", "reason": "IT"})).await.ok();
    put(&app, json!({"status": "RED", "reason": "SITE"})).await.ok();
    assert_eq!(reasons(&app).await, everywhere("RED", "SITE".into()));
    for status in ["AMBER", "GREEN"] {
        put(&app, json!({"status": "RED", "reason": "IT"})).await.ok();
        let put = put(&app, json!({"status": status})).await;
        assert!(put.ok()["reason"].is_null());
        assert_eq!(reasons(&app).await, everywhere(status, Value::Null));
        assert!(!app.row(30).await.contains_key("reason"));
    }
}

#[tokio::test]
async fn with_green_a_reason_is_checked_but_not_stored() {
    let app = World::family().start().await;
    let refused = put(&app, json!({"status": "GREEN", "reason": "BORED"})).await;
    assert_eq!(refused.refused(400), "VALIDATION_FAILED");
    assert_eq!(app.history(30).await.len(), 0);
    put(&app, json!({"status": "GREEN", "reason": "IT"})).await.ok();
    assert_eq!(reasons(&app).await, everywhere("GREEN", Value::Null));
    assert!(!app.row(30).await.contains_key("reason"));
    assert!(app.history(30).await[0]["reason"].is_null());
}

#[tokio::test]
async fn a_reason_ends_with_the_deadline() {
    let app = World::family().start().await;
    let body = json!({"status": "RED", "reason": "DEMAND", "resetStatusIn": 1});
    put(&app, body).await.ok();
    app.at(60);
    let ended = app.get(30).by("reader").send().await;
    assert!(ended.ok()["status"] == "GREEN" && ended.body["reason"].is_null());
    app.at(360);
    assert_eq!(app.run_schedule().await.done, 1);
    assert_eq!(app.get(30).by("reader").send().await.text, ended.text);
    assert!(!app.row(30).await.contains_key("reason"));
    // At once: the history has the RED that nobody saw.
    let body = json!({"status": "RED", "reason": "IT", "resetStatusIn": 0});
    let put = put(&app, body).await;
    assert!(put.ok()["status"] == "GREEN" && put.body["reason"].is_null());
    let history = app.past(30, "").by("reader").send().await;
    let of = |number: usize| history.ok()["items"][number]["reason"].clone();
    assert_eq!(
        [of(0), of(1), of(2), of(3)],
        [json!(null), json!("IT"), json!(null), json!("DEMAND")]
    );
}

/// Every wrong field is reported at once, and nothing changes.
#[tokio::test]
async fn a_wrong_reason_is_refused_together_with_all_other_wrong_fields() {
    let app = World::family().start().await;
    put(&app, json!({"status": "RED", "reason": "IT"})).await.ok();
    let before = (app.row(30).await, app.history(30).await);
    for reason in [
        json!(null),
        json!(1),
        json!(true),
        json!(""),
        json!(" IT"),
        json!("IT\n"),
        json!("STAFF"),
        json!("INFECTION CONTROL"),
        json!("ıT"),
        json!("SITE\u{212a}"),
        json!(["IT"]),
        json!({"IT": 1}),
    ] {
        for (mut body, others) in [
            (json!({"status": "RED"}), vec![]),
            (json!({}), vec!["VAL-0001"]),
            (
                json!({"status": "BLUE", "resetStatusIn": 1.5, "notes": " "}),
                vec!["VAL-0002", "VAL-0003", "VAL-0006"],
            ),
        ] {
            body["reason"] = reason.clone();
            let reply = put(&app, body).await;
            assert_eq!(reply.refused(400), "VALIDATION_FAILED", "{reason}");
            let errors = reply.body["errors"].as_array().expect("errors");
            let codes: Vec<_> = errors.iter().filter_map(|error| error["code"].as_str()).collect();
            let expected: Vec<_> = others.into_iter().chain(["VAL-0007"]).collect();
            assert_eq!(codes, expected, "{reason}");
            let last = errors.last().expect("an error");
            assert_eq!(
                (&last["pointer"], &last["detail"]),
                (
                    &json!("/reason"),
                    &json!(
                        "reason must be one of STAFFING, DEMAND, EQUIPMENT, IT, INFECTION_CONTROL, SITE, OTHER"
                    )
                )
            );
        }
    }
    assert_eq!((app.row(30).await, app.history(30).await), before);
}

/// The list of reasons may change. A RED with one that is no longer in it is still a RED, and can be changed.
#[tokio::test]
async fn a_stored_reason_that_is_not_in_the_list_hides_nothing() {
    let app = World::family().start().await;
    let body = json!({"status": "RED", "reason": "OTHER", "notes": "full"});
    for (number, retired) in ["STRIKE", "a new word", "", "it"].into_iter().enumerate() {
        let key = format!("k-{number}");
        let call = || app.put(30, body.clone()).by("editor").header("idempotency-key", &key);
        call().send().await.ok();
        app.set_attribute(30, "reason", AttributeValue::S(retired.to_owned())).await;
        set_reason_in_history(&app, retired).await;
        let shown = reasons_by(&app, |call| call.with_open_values()).await;
        assert_eq!(shown, everywhere("RED", retired.into()), "{retired:?}");
        let replay = call().with_open_values().send().await;
        assert!(replayed(&replay));
        assert_eq!(
            (&replay.ok()["status"], &replay.body["reason"]),
            (&json!("RED"), &json!(retired))
        );

        let tag =
            app.get(30).by("editor").with_open_values().send().await.header("etag").to_owned();
        let deadline = moved(&app, json!({"resetStatusIn": 5}), &tag).with_open_values();
        let deadline = deadline.send().await;
        assert_eq!(deadline.ok()["reason"], retired);
        let update = app.put(30, json!({"status": "AMBER", "reason": "IT"})).by("editor");
        let update = update.header("if-match", deadline.header("etag")).send().await;
        assert_eq!(update.ok()["reason"], "IT");
    }
}

/// A row of GREEN with a reason, which only a hand could have written.
#[tokio::test]
async fn green_shows_no_reason_whatever_is_stored() {
    let app = World::family().start().await;
    put(&app, json!({"status": "GREEN"})).await.ok();
    app.set_attribute(30, "reason", AttributeValue::S("IT".to_owned())).await;
    set_reason_in_history(&app, "IT").await;
    assert_eq!(reasons(&app).await, everywhere("GREEN", Value::Null));
    put(&app, json!({"status": "RED"})).await.ok();
    assert_eq!(reasons(&app).await[0], ("RED".into(), Value::Null));
}
