//! What those who follow a region's changes are told of commands.

use serde_json::json;

use super::ctl::Ctl;
use crate::harness::follower::{Follower, NONE, ids};

#[tokio::test]
async fn a_follower_is_told_of_a_service_that_an_operator_closes_and_opens_again() {
    let ctl = Ctl::start().await;
    ctl.app.at_real_time();
    let mut follower = Follower::begin(&ctl.app, 10).await;
    ctl.text(&["service", "deactivate", "30"]).await;
    assert_eq!(follower.removed().await, [30]);
    ctl.text(&["service", "deactivate", "30"]).await;
    assert_eq!(follower.removed().await, NONE);
    ctl.text(&["service", "activate", "30"]).await;
    assert_eq!(follower.polled().await, [30]);
}

#[tokio::test]
async fn a_follower_is_told_of_an_import_and_of_a_status() {
    let ctl = Ctl::start().await;
    ctl.app.at_real_time();
    let mut follower = Follower::begin(&ctl.app, 10).await;
    let file = "id,name,typeId,parentId,town,postcode,odsCode,active\n30,Renamed,13,20,,,,true\n";
    ctl.text(&["import", "services", &ctl.file("services.csv", file)]).await;
    assert_eq!(follower.polled().await, [30]);
    ctl.text(&["status", "set", "30", "RED", "--as", "editor-name"]).await;
    assert_eq!(follower.polled().await, [30]);
}

/// The follower has the notes too.
#[tokio::test]
async fn a_follower_is_told_of_current_notes_that_are_redacted_and_of_no_others() {
    let ctl = Ctl::start().await;
    ctl.app.at_real_time();
    for notes in ["Mr Smith", "Mrs Smith"] {
        let red = json!({"status": "RED", "notes": notes});
        ctl.app.put(30, red).by("editor").send().await.ok();
    }
    let mut follower = Follower::begin(&ctl.app, 10).await;
    assert_eq!(follower.polled().await, [30]);
    ctl.json(&["history", "redact", "30", "1", "--reason", "a name"]).await;
    assert_eq!(follower.polled().await, NONE);
    let redacted = ctl.json(&["history", "redact", "30", "2", "--reason", "a name"]).await;
    let answer = follower.poll().await;
    assert_eq!(
        (ids(&answer["items"]), &answer["items"][0]["notes"]),
        (vec![30], &redacted["notes"])
    );
}
