//! What `status extend` refuses, and how it says so.

use aws_sdk_dynamodb::types::AttributeValue;
use shared::http::Clock;

use super::{
    ctl::{Ctl, exit_code},
    extend::{EXTEND, EXTEND_UNASKED, deadline, red, stored},
    refusing_engine::{Refusal, refusing},
};
use crate::harness::World;

#[tokio::test]
async fn nothing_changes_where_nobody_can_be_asked() {
    let ctl = red("30").await;
    let before = stored(&ctl).await;
    let reason = "nobody can be asked without a terminal, or with --json: give --yes or --dry-run";
    let (result, shown) = ctl.run_answering("y\n", &[&EXTEND[..], &["--json"]].concat()).await;
    for failure in [ctl.failure(&EXTEND).await, result.expect_err("a refusal")] {
        assert_eq!((failure.to_string().as_str(), exit_code(&failure).as_str()), (reason, "2"));
    }
    assert_eq!(shown, "");
    assert_eq!(stored(&ctl).await, before);
}

#[tokio::test]
async fn beyond_the_maximum_it_says_how_many_minutes_are_possible() {
    let ctl = red("30").await;
    let at_most = |most| {
        format!(
            "nothing was changed\n  MINUTES: at most {most}: a deadline can be at most 1440 minutes from now"
        )
    };
    let seconds = Clock::system().now().epoch_seconds() + 1_400 * 60 - 30;
    ctl.alter(30, "resetDateTime", Some(AttributeValue::N(seconds.to_string()))).await;
    for minutes in ["41", "4294967295", "99999999999999999999"] {
        let extend = ["status", "extend", "30", minutes, "--as", "editor-name", "--yes"];
        let failure = ctl.failure(&extend).await;
        assert_eq!((failure.to_string(), exit_code(&failure).as_str()), (at_most(40), "3"));
    }
    let extend = ["status", "extend", "30", "40", "--as", "editor-name", "--yes"];
    let extended = ctl.json(&extend).await;
    assert!((2_400..2_460).contains(&(deadline(&extended) - seconds)), "{extended}");
    let failure = ctl.failure(&EXTEND_UNASKED).await;
    let none = "MINUTES: none is possible: a deadline can be at most 1440 minutes from now";
    assert_eq!(failure.to_string(), format!("nothing was changed\n  {none}"));
    assert_eq!(ctl.app.history(30).await.len(), 2);
}

#[tokio::test]
async fn a_green_has_nothing_to_extend() {
    let ctl = Ctl::start().await;
    let is_green = async |words: &[&str]| {
        let failure = ctl.failure(words).await;
        let text = "ID: service 30 is GREEN: set AMBER or RED (`status set`)";
        assert_eq!(failure.to_string(), format!("nothing was changed\n  {text}"));
        assert_eq!(exit_code(&failure), "3");
    };
    is_green(&EXTEND_UNASKED).await;
    is_green(&[&EXTEND[..], &["--dry-run"]].concat()).await;
    let set = ["status", "set", "30", "RED", "--as", "editor-name", "--reset-in", "0"];
    ctl.text(&set).await;
    is_green(&EXTEND_UNASKED).await;
    assert_eq!(ctl.app.history(30).await.len(), 1);
}

/// Before anything is shown or asked.
#[tokio::test]
async fn who_may_not_update_a_service_may_not_extend_its_deadline() {
    let ctl = Ctl::start_with(World::family().inactive_editor("gone", &[30])).await;
    ctl.text(&["status", "set", "30", "RED", "--as", "editor-name"]).await;
    for (id, username, code, reason) in [
        ("30", "reader-name", "3", "user reader-name may not update service 30: "),
        ("40", "editor-name", "3", "user editor-name may not update service 40: "),
        ("30", "gone-name", "3", "user gone-name is inactive"),
        ("30", "nobody", "4", "user nobody does not exist"),
        ("31", "editor-name", "4", "there is no active service 31"),
        ("50", "editor-name", "4", "there is no active service 50"),
    ] {
        let extend = ["status", "extend", id, "60", "--as", username];
        let (result, shown) = ctl.run_answering("y\n", &extend).await;
        let failure = result.expect_err("a refusal");
        assert!(failure.to_string().starts_with(reason), "{failure}");
        assert_eq!((exit_code(&failure).as_str(), shown.as_str()), (code, ""), "{failure}");
    }
    assert_eq!(ctl.app.history(30).await.len(), 1);
}

#[tokio::test]
async fn what_dynamodb_refuses_is_named() {
    let ctl = red("30").await;
    let before = stored(&ctl).await;
    for operation in ["BatchGetItem", "TransactWriteItems"] {
        let (code, message) = ("AccessDeniedException", "no");
        ctl.point_to(&refusing(Refusal { operation, code, message }).await);
        let failure = ctl.failure(&EXTEND_UNASKED).await;
        let tables = &ctl.app.tables;
        let named =
            format!("tables {}, {} and {}", tables.services, tables.status_history, tables.users);
        let text = format!("{named}: {code}: {message}\n");
        assert!(failure.to_string().starts_with(&text), "{failure}");
        assert_eq!(exit_code(&failure), "1");
    }
    assert_eq!(stored(&ctl).await, before);
}
