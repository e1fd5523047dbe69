//! Who may do what: the order of refusals, and rights inherited from ancestors.

use local_stack::function_env::ISSUER;
use serde_json::json;

use crate::harness::{App, Call, World};

fn world() -> World {
    World::family()
        .editor("region", &[10])
        .editor("pharmacy", &[30])
        .editor("elsewhere", &[40])
        .editor("closed", &[50])
        .inactive_editor("gone", &[10, 20, 30, 40, 50])
        .user("assigned", &[30])
}

fn green(app: &App, id: u64) -> Call<'_> {
    app.put(id, json!({"status": "GREEN"}))
}

/// One of each operation.
fn calls(app: &App) -> [Call<'_>; 5] {
    [app.get(30), green(app, 30), deadline(app, 30), app.list(""), app.past(30, "")]
}

/// Whoever may move it is told that the status has changed since.
fn deadline(app: &App, id: u64) -> Call<'_> {
    app.put_deadline(id, json!({"resetStatusIn": 60})).header("if-match", "\"stale\"")
}

#[tokio::test]
async fn an_editor_updates_assigned_services_and_those_below() {
    let app = world().start().await;
    let allowed = [
        ("region", vec![10, 20, 30]),
        ("editor", vec![20, 30]),
        ("pharmacy", vec![30]),
        ("elsewhere", vec![40]),
    ];
    for (user, services) in allowed {
        for id in [10, 20, 30, 40] {
            let reply = green(&app, id).by(user).send().await;
            let moved = deadline(&app, id).by(user).send().await;
            if services.contains(&id) {
                reply.ok();
                assert_eq!(moved.refused(412), "PRECONDITION_FAILED", "{user} {id}");
            } else {
                assert_eq!(reply.refused(403), "NOT_PERMITTED", "{user} {id}");
                assert_eq!(moved.refused(403), "NOT_PERMITTED", "{user} {id}");
            }
        }
    }
}

#[tokio::test]
async fn an_assignment_without_the_permission_gives_no_right() {
    let app = world().start().await;
    for call in [green(&app, 30), deadline(&app, 30)] {
        assert_eq!(call.by("assigned").send().await.refused(403), "NOT_PERMITTED");
    }
    app.get(30).by("assigned").send().await.ok();
    assert_eq!(app.history(30).await.len(), 0);
}

#[tokio::test]
async fn an_inactive_service_is_404_even_for_its_editor() {
    let app = world().start().await;
    for call in [green, deadline].into_iter().flat_map(|call| [call(&app, 50), call(&app, 60)]) {
        assert_eq!(call.by("closed").send().await.refused(404), "SERVICE_NOT_FOUND");
    }
}

#[tokio::test]
async fn unknown_and_inactive_users_are_refused_by_every_operation() {
    let app = world().start().await;
    for call in calls(&app) {
        let reply = call.send().await;
        assert_eq!(
            (reply.refused(401), reply.header("www-authenticate")),
            ("UNAUTHENTICATED", "Bearer")
        );
    }
    for call in calls(&app) {
        let reply = call.by("nobody").send().await;
        assert_eq!(
            (reply.refused(401), reply.header("www-authenticate")),
            ("USER_UNKNOWN", "Bearer")
        );
    }
    for call in calls(&app) {
        assert_eq!(call.by("gone").send().await.refused(401), "USER_INACTIVE");
    }
}

#[tokio::test]
async fn each_operation_requires_its_scope() {
    let app = world().start().await;
    let with = |scope: &str| json!({"sub": "region", "token_use": "access", "scope": scope});
    for scope in ["capacity/write", "", "capacity/readx", "CAPACITY/READ", "capacity/read2 openid"]
    {
        assert_eq!(
            app.get(30).claims(with(scope)).send().await.refused(403),
            "SCOPE_MISSING",
            "{scope}"
        );
        assert_eq!(
            app.list("").claims(with(scope)).send().await.refused(403),
            "SCOPE_MISSING",
            "{scope}"
        );
    }
    for call in [green(&app, 30), deadline(&app, 30)] {
        assert_eq!(call.claims(with("capacity/read")).send().await.refused(403), "SCOPE_MISSING");
    }
    app.get(30).claims(with("openid capacity/read")).send().await.ok();
    green(&app, 30).claims(with("capacity/write")).send().await.ok();
    deadline(&app, 30).claims(with("capacity/write")).send().await.refused(412);
}

/// The gateway has checked the issuer already. This holds if its authorizer is changed or left out.
#[tokio::test]
async fn claims_of_another_issuer_are_refused_by_every_operation() {
    let app = world().start().await;
    for iss in [
        json!(null),
        json!(""),
        json!(format!("{ISSUER}/")),
        json!(ISSUER.to_uppercase()),
        json!(ISSUER.replace("https", "http")),
        json!("https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_OTHER"),
    ] {
        let claims = json!({
            "sub": "region", "token_use": "access", "scope": "capacity/read capacity/write", "iss": iss,
        });
        for call in calls(&app) {
            let reply = call.claims(claims.clone()).send().await;
            assert_eq!(reply.refused(401), "UNAUTHENTICATED", "{claims}");
        }
    }
    assert_eq!(app.history(30).await.len(), 0);
}

#[tokio::test]
async fn claims_of_anything_but_an_access_token_are_refused() {
    let app = world().start().await;
    let scope = "capacity/read capacity/write";
    for claims in [
        json!({"sub": "region", "token_use": "id", "scope": scope}),
        json!({"sub": "region", "token_use": "refresh", "scope": scope}),
        json!({"sub": "region", "scope": scope}),
        json!({"username": "region", "token_use": "access", "scope": scope}),
        json!({"sub": "", "token_use": "access", "scope": scope}),
        json!({"sub": "x".repeat(2_049), "token_use": "access", "scope": scope}),
        json!({}),
    ] {
        assert_eq!(
            app.get(30).claims(claims.clone()).send().await.refused(401),
            "UNAUTHENTICATED",
            "{claims}"
        );
    }
    let header_only = app.get(30).header("authorization", "Bearer a.b.c").send().await;
    assert_eq!(header_only.refused(401), "UNAUTHENTICATED");
}

#[tokio::test]
async fn refusals_come_in_the_order_of_the_contract() {
    let app = world().start().await;
    let scope =
        |subject: &str, scope: &str| json!({"sub": subject, "token_use": "access", "scope": scope});
    let broken = |id: u64| app.put(id, json!(null)).body("[").header("if-match", "\"stale\"");
    // Each step fixes what the previous step was refused for.
    assert_eq!(broken(60).send().await.refused(401), "UNAUTHENTICATED");
    assert_eq!(broken(60).claims(scope("nobody", "")).send().await.refused(403), "SCOPE_MISSING");
    assert_eq!(broken(60).by("nobody").send().await.refused(401), "USER_UNKNOWN");
    assert_eq!(broken(60).by("reader").send().await.refused(404), "SERVICE_NOT_FOUND");
    assert_eq!(app.get("no-id").by("nobody").send().await.refused(401), "USER_UNKNOWN");
    let no_id = app.put("no-id", json!(null)).body("[").by("reader");
    assert_eq!(no_id.send().await.refused(404), "SERVICE_NOT_FOUND");
    assert_eq!(broken(30).by("reader").send().await.refused(403), "NOT_PERMITTED");
    let large = "[".repeat(16_385);
    let call = broken(30).body(&large).header("content-type", "text/plain").by("editor");
    assert_eq!(call.send().await.refused(413), "BODY_TOO_LARGE");
    let call = broken(30).header("content-type", "text/plain").by("editor");
    assert_eq!(call.send().await.refused(415), "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(broken(30).by("editor").send().await.refused(400), "MALFORMED_BODY");
    assert_eq!(broken(30).body("{}").by("editor").send().await.refused(412), "PRECONDITION_FAILED");
    let call = broken(30).body("{}").header("if-match", "*").by("editor");
    assert_eq!(call.send().await.refused(400), "VALIDATION_FAILED");
    assert_eq!(app.history(30).await.len(), 0);
}

#[tokio::test]
async fn patch_is_refused_for_every_caller() {
    let app = world().start().await;
    for call in [app.patch(30), app.patch(30).by("editor"), app.patch("x")] {
        let reply = call.send().await;
        assert_eq!(reply.refused(405), "METHOD_NOT_ALLOWED");
        assert_eq!(reply.header("allow"), "GET, HEAD, OPTIONS, PUT");
        assert!(reply.body["detail"].as_str().expect("a detail").contains("PUT"));
    }
}
