//! Who is signed in, and for how long.

use shared::domain::Session;

use crate::harness::World;

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
        let seen = [own.get("/web/mine").send().await, shared.get("/web/mine").send().await];
        assert_eq!(seen.map(|reply| reply.status.as_u16()), statuses, "{after}");
    }
    app.at(36_000);
    assert_eq!(own.get("/web/mine").send().await.status, 303);
}
