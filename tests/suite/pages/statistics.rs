//! `/web/statistics/{id}`: how long a service had each status lately.

use serde_json::json;

use crate::harness::{
    App, World,
    page_text::{links, words},
};

const PAGE: &str = "/web/statistics/30";
const DAY: i64 = 24 * 60 * 60;

/// RED for 12 hours ten days ago, and AMBER, which staff ended, for an hour yesterday.
async fn changed() -> App {
    let app = World::family().start().await;
    app.at(-10 * DAY);
    let red = json!({"status": "RED", "resetStatusIn": 720, "reason": "staffing"});
    app.put(30, red).by("editor").send().await.ok();
    app.at(-DAY);
    app.put(30, json!({"status": "AMBER"})).by("editor").send().await.ok();
    app.at(-DAY + 60 * 60);
    app.put(30, json!({"status": "GREEN"})).by("editor").send().await.ok();
    app.at(0);
    app
}

#[tokio::test]
async fn the_figures_stand_beside_the_bars() {
    let app = changed().await;
    let reply = app.signed_in("reader").await.get(PAGE).send().await;
    assert_eq!(
        words(&reply),
        "Boards Pharmacy, High Street Time in each status: Pharmacy, High Street Until 09:00 GMT. This page does \
         not change by itself, and does not show the status of this moment. \
         Last 7 days ■ RED 0 minutes, 0.0 % ▲ AMBER 1 hour, 0.6 % No reason given: 1 hour \
         ● GREEN 6 days 23 hours, 99.4 % A status ended automatically, without anybody saying that the service is GREEN: 0 times. \
         Last 28 days ■ RED 12 hours, 1.8 % Staffing: 12 hours ▲ AMBER 1 hour, 0.1 % No reason given: 1 hour \
         ● GREEN 27 days 11 hours, 98.1 % Longest RED: 12 hours. A status ended automatically, without anybody saying that the service is GREEN: once. \
         Last 92 days ■ RED 12 hours, 0.5 % Staffing: 12 hours ▲ AMBER 1 hour, 0.1 % No reason given: 1 hour \
         ● GREEN 91 days 11 hours, 99.4 % Longest RED: 12 hours. A status ended automatically, without anybody saying that the service is GREEN: once. \
         Accessibility statement"
    );
    // Each status has a height of its own, and a screen reader has the text.
    let bar = "<svg class=\"app-time\" viewBox=\"0 0 1000 30\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">\n\
        <rect class=\"app-time__red\" x=\"0\" y=\"0\" width=\"17\" height=\"30\"/>\n\
        <rect class=\"app-time__amber\" x=\"17\" y=\"10\" width=\"1\" height=\"20\"/>\n\
        <rect class=\"app-time__green\" x=\"18\" y=\"20\" width=\"982\" height=\"10\"/>\n</svg>";
    assert!(reply.text.contains(bar), "{}", reply.text);
    assert!(!reply.text.contains("<script"), "{}", reply.text);
    let service = app.signed_in("reader").await.get("/web/services/30").send().await;
    assert_eq!(links(&service.text, "Time in each status"), [PAGE]);
}

#[tokio::test]
async fn time_whose_changes_are_deleted_is_not_known() {
    let app = changed().await;
    app.delete_changes_before(3, 30).await;
    let text = words(&app.signed_in("reader").await.get(PAGE).send().await);
    assert!(text.contains("Last 7 days Not known: changes of that time were deleted."), "{text}");
    app.delete_changes_before(4, 30).await;
    app.at(7 * DAY);
    let text = words(&app.signed_in("reader").await.get(PAGE).send().await);
    assert!(text.contains("Last 7 days ■ RED 0 minutes"), "{text}");
    assert!(text.contains("Last 28 days Not known: changes of that time were deleted."), "{text}");
}
