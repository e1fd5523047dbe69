//! Who is signed in, and for how long.

use aws_sdk_dynamodb::types::AttributeValue;
use shared::domain::Session;

use super::sign_in::{is_signed_in, rows};
use crate::harness::{
    App, NOW, World,
    faulty::{Fate, FaultyStore, Plan, with_others},
    log::take_lines,
    sessions_table,
};

/// When the only session was last active, in seconds after the beginning.
async fn last_active(app: &App) -> i64 {
    let row = rows(app).await.into_values().next().expect("a session");
    row["lastActive"].as_i64().expect("a time") - NOW
}

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_sign_in_and_comes_back() {
    let app = World::family().start().await;
    let reply = app.browser().get("/web/board/20?status=RED").send().await;
    assert_eq!(reply.status, 303);
    assert_eq!(reply.header("location"), "/web?to=%2Fweb%2Fboard%2F20%3Fstatus%3DRED");
}

#[tokio::test]
async fn a_session_ends_after_ten_hours_and_on_a_shared_computer_after_half_an_hour() {
    let app = World::family().start().await;
    let begin = |shared| {
        let scope = "capacity/read".to_owned();
        Session::begin("editor".to_owned(), scope, shared, app.now())
    };
    let (own, shared) =
        (app.with_session(&begin(false)).await, app.with_session(&begin(true)).await);
    for (after, statuses) in [(0, [200, 200]), (1_799, [200, 200]), (1_800 + 1_799, [200, 303])] {
        app.at(after);
        let seen =
            [own.get("/web/board/10").send().await, shared.get("/web/board/10").send().await];
        assert_eq!(seen.map(|reply| reply.status.as_u16()), statuses, "{after}");
    }
    app.at(36_000);
    assert_eq!(own.get("/web/board/10").send().await.status, 303);
}

/// A query keeps its meaning on the way through the sign-in page.
#[tokio::test]
async fn the_page_to_come_back_to_is_encoded_once() {
    let app = World::family().start().await;
    let reply = app.browser().get("/web/board/20?name=a%26b%20%C3%A9%23").send().await;
    assert_eq!(
        reply.header("location"),
        "/web?to=%2Fweb%2Fboard%2F20%3Fname%3Da%2526b%2B%25C3%25A9%2523"
    );
}

/// A form that was sent is not sent again after signing in: what it was about may have changed.
#[tokio::test]
async fn a_form_of_an_ended_session_stores_nothing_and_is_not_repeated() {
    let app = World::family().start().await;
    let browser = app.signed_in("editor").await;
    app.at(36_000);
    let reply = browser.post("/web/services/30", &[("status", "RED")]).send().await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (401, ""));
    assert!(reply.text.contains("<h1>You are not signed in</h1>"), "{}", reply.text);
    assert!(reply.text.contains(r#"href="/web""#), "{}", reply.text);
    assert_eq!(app.history(30).await.len(), 0);
}

#[tokio::test]
async fn who_does_something_stays_signed_in_on_a_shared_computer() {
    let app = World::family().start().await;
    let scope = "capacity/read".to_owned();
    let session = Session::begin("reader".to_owned(), scope, true, app.now());
    let browser = app.with_session(&session).await;
    for (after, recorded) in [(299, 0), (300, 300), (599, 300), (2_099, 2_099), (3_898, 3_898)] {
        app.at(after);
        assert!(is_signed_in(&browser).await, "{after}");
        assert_eq!(last_active(&app).await, recorded, "{after}");
    }
    app.at(3_898 + 1_800);
    assert!(!is_signed_in(&browser).await);
}

/// A board that nobody looks at must not keep its last reader signed in.
#[tokio::test]
async fn what_a_page_asks_for_by_itself_is_no_activity() {
    let app = World::family().start().await;
    let scope = "capacity/read".to_owned();
    let session = Session::begin("reader".to_owned(), scope, true, app.now());
    let browser = app.with_session(&session).await;
    app.at(1_799);
    let by_script = browser.get("/web/board/10").header("x-refresh", "1").send().await;
    let without_script = browser.get("/web/board/10?reload=on").send().await;
    assert_eq!([by_script, without_script].map(|reply| reply.status.as_u16()), [200, 200]);
    assert_eq!(last_active(&app).await, 0);
    assert_eq!(browser.get("/web/board/10?reload=off").send().await.status, 200);
    assert_eq!(last_active(&app).await, 1_799, "a person stopped the reloading");
}

#[tokio::test]
async fn a_page_is_shown_although_activity_cannot_be_recorded() {
    let app = World::family().start().await;
    let browser = app.signed_in("reader").await;
    let (faulty, _, _) = FaultyStore::below(&app, None, |call| {
        if call.operation == "UpdateItem" { Fate::Failed } else { Fate::Passed }.into()
    });
    let mut same = faulty.browser();
    same.cookies = browser.cookies.clone();
    faulty.at(300);
    take_lines();
    let reply = same.get("/web/board/10").header("x-request-id", "page-1").send().await;
    assert_eq!((reply.status.as_u16(), last_active(&app).await), (200, 0));
    let lines = take_lines();
    let line = lines.iter().find(|line| line["message"] == "activity_not_recorded");
    assert_eq!(line.expect("a line")["request_id"], "page-1");
}

/// Activity that is recorded late must not bring a session back.
#[tokio::test]
async fn activity_of_a_session_that_has_just_ended_stores_nothing() {
    let app = World::family().start().await;
    let browser = app.signed_in("reader").await;
    let (faulty, _, mut turns) = FaultyStore::below(&app, None, |call| Plan {
        others_first: call.operation == "UpdateItem",
        fate: Fate::Passed,
    });
    let mut same = faulty.browser();
    same.cookies = browser.cookies.clone();
    faulty.at(300);
    let looks = same.get("/web/board/10").send();
    let others = async || {
        browser.post("/web/sign-out", &[]).send().await;
    };
    let reply = with_others(looks, &mut turns, others).await;
    assert_eq!((reply.status.as_u16(), rows(&app).await.len()), (200, 0));
}

#[tokio::test]
async fn whoever_is_deactivated_or_deleted_meanwhile_sees_and_sets_nothing() {
    for (gone, heading) in
        [(false, "Your access has ended"), (true, "You are signed in, but not registered")]
    {
        let app = World::family().start().await;
        let browser = app.signed_in("editor").await;
        assert!(is_signed_in(&browser).await);
        let key = AttributeValue::S("editor".to_owned());
        if gone {
            let delete = app.client.delete_item().table_name(&app.tables.users);
            delete.key("subject", key).send().await.expect("a deletion");
        } else {
            let update = app.client.update_item().table_name(&app.tables.users);
            let update = update.key("subject", key).update_expression("SET active = :no");
            let update = update.expression_attribute_values(":no", AttributeValue::Bool(false));
            update.send().await.expect("an update");
        }
        for address in
            ["/web", "/web/mine", "/web/board/20", "/web/board/20/summary", "/web/services/30"]
        {
            let reply = browser.get(address).send().await;
            assert_eq!(reply.status, 403, "{address}");
            assert!(reply.text.contains(heading), "{address}: {}", reply.text);
            assert!(!reply.text.contains("Pharmacy, High Street"), "{address}");
        }
        let set = browser.post("/web/services/30", &[("status", "RED")]).send().await;
        assert_eq!(set.status, 403);
        assert_eq!(app.history(30).await.len(), 0);
    }
}

#[tokio::test]
async fn a_session_without_the_scope_to_write_sets_nothing() {
    let app = World::family().start().await;
    let scope = "openid capacity/read capacity/writer".to_owned();
    let session = Session::begin("editor".to_owned(), scope, false, app.now());
    let browser = app.with_session(&session).await;
    assert!(is_signed_in(&browser).await);
    let reply = browser.post("/web/services/30", &[("status", "RED")]).send().await;
    assert_eq!(reply.status, 403, "{}", reply.text);
    assert_eq!(app.history(30).await.len(), 0);
    let none = Session::begin("editor".to_owned(), "openid".to_owned(), false, app.now());
    let reply = app.with_session(&none).await.get("/web/board/10").send().await;
    assert_eq!(reply.status, 403, "{}", reply.text);
}

#[tokio::test]
async fn a_session_that_cannot_be_read_is_a_fault_and_nobody() {
    let app = World::family().start().await;
    let browser = app.signed_in("editor").await;
    let key = rows(&app).await.into_keys().next().expect("a session");
    let table = sessions_table(&app.tables);
    let update = app.client.update_item().table_name(table).key("id", AttributeValue::S(key));
    let update = update.update_expression("SET expiresAt = :never");
    let update = update.expression_attribute_values(":never", AttributeValue::S("x".to_owned()));
    update.send().await.expect("an update");
    assert_eq!(browser.get("/web/board/10").send().await.status, 500);
}
