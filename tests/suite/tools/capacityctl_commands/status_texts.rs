//! What people read of a status: its reason, whether anybody set it, and when it is due for review.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::http::Clock;

use super::ctl::{Ctl, exit_code};

/// Service 30, which is reviewed every four hours and has a phone.
async fn reviewed() -> Ctl {
    let ctl = Ctl::start().await;
    ctl.alter(30, "reviewAfterMinutes", Some(AttributeValue::N("240".to_owned()))).await;
    let phone = AttributeValue::S("020 7946 0018".to_owned());
    ctl.alter(30, "phone", Some(phone)).await;
    ctl
}

/// The line of a text with this heading.
fn line<'a>(text: &'a str, heading: &str) -> Option<&'a str> {
    let after = |line: &'a str| line.strip_prefix(heading).filter(|rest| rest.starts_with("  "));
    text.lines().find_map(after).map(str::trim)
}

/// What `service list` says of service 30.
async fn listed(ctl: &Ctl) -> String {
    let text = ctl.text(&["service", "list"]).await;
    let line = text.lines().find(|line| line.starts_with(" 30 ")).expect("service 30");
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_service_is_shown_with_its_status_and_with_who_may_update_it() {
    let ctl = Ctl::start().await;
    let set = ["status", "set", "30", "red", "--as", "editor-name", "--notes", "full until four"];
    ctl.text(&set).await;
    let shown = ctl.json(&["service", "show", "30"]).await;
    assert_eq!(shown["mayUpdate"], json!(["editor-name"]));
    assert_eq!(shown["service"]["status"], "RED");
    assert_eq!(shown["service"]["active"], true);
    let text = ctl.text(&["service", "show", "30"]).await;
    for line in ["below         20, below 10", "may update    editor-name", "ODS code      T30"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(ctl.text(&["service", "show", "40"]).await.contains("may update    nobody"));
}

#[tokio::test]
async fn a_reason_is_set_and_shown() {
    let ctl = reviewed().await;
    let set =
        ["status", "set", "30", "red", "--as", "editor-name", "--reason", "infection_Control"];
    let set = ctl.json(&set).await;
    assert_eq!(set["reason"], "INFECTION_CONTROL");
    assert_eq!(ctl.app.history(30).await[0]["reason"], "INFECTION_CONTROL");
    for words in [["status", "get", "30"], ["service", "show", "30"]] {
        let text = ctl.text(&words).await;
        assert_eq!(line(&text, "reason"), Some("INFECTION_CONTROL"), "{text}");
    }
    let reset = set["resetDateTime"].as_str().expect("a deadline");
    let expected = format!("30 RED {reset} INFECTION_CONTROL 13 20 Pharmacy, High Street");
    assert_eq!(listed(&ctl).await, expected);
    let history = ctl.text(&["status", "history", "30"]).await;
    let heading: Vec<&str> =
        history.lines().next().expect("a heading").split_whitespace().collect();
    assert_eq!(
        heading,
        ["version", "date", "cause", "status", "reset", "reason", "by", "operator", "notes"]
    );
    let newest = history.lines().nth(1).expect("a change");
    let cause_and_status: Vec<&str> = newest.split_whitespace().skip(2).take(2).collect();
    assert_eq!(cause_and_status, ["update", "RED"]);
    assert!(newest.contains(" INFECTION_CONTROL "), "{newest}");
}

#[tokio::test]
async fn a_wrong_reason_is_refused_together_with_everything_else() {
    let ctl = Ctl::start().await;
    let set = ["status", "set", "30", "BLUE", "--as", "editor-name", "--reason", "-flu"];
    let failure = ctl.failure(&set).await;
    assert_eq!(
        failure.to_string(),
        "nothing was changed\n  \
         --reason: reason must be one of STAFFING, DEMAND, EQUIPMENT, IT, INFECTION_CONTROL, SITE, OTHER (VAL-0007)\n  \
         STATUS: status must be RED, AMBER or GREEN (VAL-0002)"
    );
    assert_eq!(exit_code(&failure), "3");
    let help = ctl.execute(&["status", "set", "--help"]).await.stdout;
    let names = "STAFFING, DEMAND, EQUIPMENT, IT, INFECTION_CONTROL, SITE, OTHER";
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains(names), "{help}");
}

#[tokio::test]
async fn a_review_is_due_after_its_interval() {
    let ctl = reviewed().await;
    let text = ctl.text(&["service", "show", "30"]).await;
    assert_eq!(line(&text, "review due"), Some("overdue, never set"), "{text}");
    assert_eq!(line(&text, "review after"), Some("240 minutes"));
    assert_eq!(line(&text, "phone"), Some("020 7946 0018"));
    assert_eq!(listed(&ctl).await, "30 GREEN 13 20 review overdue Pharmacy, High Street");
    let shown = ctl.json(&["service", "show", "30"]).await;
    assert_eq!(shown["service"]["reviewAfterMinutes"], 240, "{shown}");

    ctl.text(&["status", "set", "30", "GREEN", "--as", "editor-name"]).await;
    let status = ctl.json(&["status", "get", "30"]).await;
    let due = status["reviewDueDateTime"].as_str().expect("a date");
    for words in [["status", "get", "30"], ["service", "show", "30"]] {
        assert_eq!(line(&ctl.text(&words).await, "review due"), Some(due));
    }
    assert_eq!(listed(&ctl).await, "30 GREEN 13 20 Pharmacy, High Street");
    let shown = ctl.json(&["service", "show", "30"]).await;
    assert_eq!(
        [&shown["service"]["reviewDueDateTime"], &shown["service"]["phone"]],
        [due, "020 7946 0018"]
    );
    let long_ago = AttributeValue::N("1700000000".to_owned());
    ctl.alter(30, "modifiedDate", Some(long_ago)).await;
    let text = ctl.text(&["status", "get", "30"]).await;
    assert_eq!(line(&text, "review due"), Some("2023-11-15T02:13:20Z, overdue"));
    assert_eq!(listed(&ctl).await, "30 GREEN 13 20 review overdue Pharmacy, High Street");
}

/// Nobody looked whether the service has capacity again.
#[tokio::test]
async fn a_green_that_a_reset_made_is_told_from_one_that_somebody_set() {
    let ctl = reviewed().await;
    let set = ["status", "set", "30", "RED", "--as", "editor-name", "--reset-in", "0"];
    let set = ctl.text(&set).await;
    let name = "GREEN (automatic, not confirmed)";
    let text = ctl.text(&["status", "get", "30"]).await;
    for text in [&set, &text, &ctl.text(&["service", "show", "30"]).await] {
        assert_eq!(line(text, "status"), Some(name), "{text}");
        let due = line(text, "review due").expect("a date");
        assert!(due.ends_with(", overdue"), "{due}");
    }
    let remarks = "30 GREEN 13 20 automatic, not confirmed; review overdue Pharmacy, High Street";
    assert_eq!(listed(&ctl).await, remarks);
    assert_eq!(ctl.json(&["status", "get", "30"]).await["status"], "GREEN");
    let now = Clock::system().now().to_string();
    assert!(line(&text, "changed").is_some_and(|changed| changed <= now.as_str()));
}

/// A service without the new columns and a status without a reason look as they did.
#[tokio::test]
async fn nothing_is_shown_of_what_is_not_there() {
    let ctl = Ctl::start().await;
    ctl.text(&["status", "set", "30", "AMBER", "--as", "editor-name"]).await;
    for words in [["status", "get", "30"], ["service", "show", "30"]] {
        let text = ctl.text(&words).await;
        for heading in ["reason", "review due", "review after", "phone"] {
            assert_eq!(line(&text, heading), None, "{text}");
        }
    }
    let status = ctl.json(&["status", "get", "30"]).await;
    let names: Vec<&str> =
        status.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut expected =
        ["id", "name", "status", "resetDateTime", "notes", "modifiedBy", "modifiedDate"];
    expected.sort_unstable();
    let mut names = names;
    names.sort_unstable();
    assert_eq!(json!(names), json!(expected));
}
