//! The time in each status, on a service's page.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use crate::harness::{
    App, Meter, Reply, World, log,
    page_text::{part, words},
};

const PAGE: &str = "/web/services/30";
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

/// The page as a person sees it.
async fn page(app: &App) -> Reply {
    app.signed_in("reader").await.get(PAGE).send().await
}

/// The part of a page with the time in each status; empty if it has none.
fn time(page: &Reply) -> String {
    part(&page.text, "<section class=\"app-section\" aria-labelledby=\"time\">", "</section>")
}

/// What it says of the last so many days.
fn window(page: &Reply, days: u32) -> String {
    part(&page.text, &format!("<h3>Last {days} days</h3>"), "<h3>")
        .replace(" Accessibility statement", "")
}

#[tokio::test]
async fn the_figures_stand_beside_the_bars() {
    let app = changed().await;
    let reply = page(&app).await;
    assert_eq!(
        time(&reply),
        "Time in each status Counted until 09:00 GMT on Saturday 21 November. This part of the page does \
         not change by itself, and does not show the status of this moment. \
         Last 7 days ■ RED 0 minutes, 0.0% ▲ AMBER 1 hour, 0.6% No reason given: 1 hour \
         ● GREEN 6 days 23 hours, 99.4% A status ended automatically, without anybody saying that the service is GREEN: 0 times. \
         Last 28 days ■ RED 12 hours, 1.8% Staffing: 12 hours ▲ AMBER 1 hour, 0.1% No reason given: 1 hour \
         ● GREEN 27 days 11 hours, 98.1% Longest RED: 12 hours. A status ended automatically, without anybody saying that the service is GREEN: once. \
         Last 92 days ■ RED 12 hours, 0.5% Staffing: 12 hours ▲ AMBER 1 hour, 0.1% No reason given: 1 hour \
         ● GREEN 91 days 11 hours, 99.4% Longest RED: 12 hours. A status ended automatically, without anybody saying that the service is GREEN: once."
    );
    // Each status has a height of its own, and a screen reader has the text.
    let bar = "<svg class=\"app-time\" viewBox=\"0 0 1000 30\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">\n\
        <rect class=\"app-time__red\" x=\"0\" y=\"0\" width=\"17\" height=\"30\"/>\n\
        <rect class=\"app-time__amber\" x=\"17\" y=\"10\" width=\"1\" height=\"20\"/>\n\
        <rect class=\"app-time__green\" x=\"18\" y=\"20\" width=\"982\" height=\"10\"/>\n</svg>";
    assert!(reply.text.contains(bar), "{}", reply.text);
    let all = words(&reply);
    assert!(all.find("Last changes") < all.find("Time in each status"), "{all}");
}

#[tokio::test]
async fn a_service_without_a_change_was_green_all_the_time() {
    let app = World::family().start().await;
    let (metered, meter) = Meter::below(&app);
    let reader = app.signed_in("reader").await.on(&metered);
    meter.take();
    let reply = reader.get(PAGE).send().await;
    // Its history is not asked for.
    assert_eq!(meter.take().calls, 4);
    for days in [7, 28, 92] {
        let green = format!(
            "■ RED 0 minutes, 0.0% ▲ AMBER 0 minutes, 0.0% ● GREEN {days} days, 100.0% A status ended \
             automatically, without anybody saying that the service is GREEN: 0 times."
        );
        assert_eq!(window(&reply, days), green);
    }
}

/// Its reset is stored some minutes later, and that changes nothing.
#[tokio::test]
async fn a_status_counts_until_it_ended_or_until_now() {
    let app = World::family().start().await;
    let red = json!({"status": "RED", "resetStatusIn": 60});
    app.put(30, red).by("editor").send().await.ok();
    app.at(30 * 60);
    assert!(window(&page(&app).await, 7).starts_with("■ RED 30 minutes, 0.3%"));
    app.at(20 * DAY);
    let reply = page(&app).await;
    assert!(window(&reply, 7).starts_with("■ RED 0 minutes, 0.0%"));
    assert!(window(&reply, 28).contains("Longest RED: 1 hour. A status ended automatically"));
    assert!(window(&reply, 28).ends_with("GREEN: once."), "{}", reply.text);
    app.run_schedule().await;
    assert_eq!(time(&page(&app).await), time(&reply));
    // The change before the shortest window ends in it.
    app.at(7 * DAY + 30 * 60);
    assert!(window(&page(&app).await, 7).starts_with("■ RED 30 minutes, 0.3%"));
}

/// RED from 00:30 BST to 02:30 GMT, when clocks went back between.
#[tokio::test]
async fn days_have_24_hours_when_clocks_change_too() {
    let app = World::family().start().await;
    app.at(-27 * DAY - 9 * 3_600 - 1_800);
    let red = json!({"status": "RED", "resetStatusIn": 180});
    app.put(30, red).by("editor").send().await.ok();
    app.at(-24 * DAY);
    let reply = page(&app).await;
    assert!(words(&reply).contains("Set to RED by editor-name at 00:30 BST on Sunday 25 October"));
    assert!(time(&reply).contains("Counted until 09:00 GMT on Wednesday 28 October."));
    let week = window(&reply, 7);
    assert!(week.starts_with("■ RED 3 hours, 1.8%"), "{week}");
    assert!(week.contains("● GREEN 6 days 21 hours, 98.2%"), "{week}");
}

#[tokio::test]
async fn time_whose_changes_are_deleted_is_not_known() {
    let app = changed().await;
    app.delete_changes_before(3, 30).await;
    for days in [7, 28, 92] {
        let known = window(&page(&app).await, days);
        assert_eq!(known, "Not known: changes of that time were deleted.");
    }
    app.delete_changes_before(4, 30).await;
    app.at(7 * DAY);
    let reply = page(&app).await;
    assert!(window(&reply, 7).starts_with("■ RED 0 minutes"), "{}", time(&reply));
    assert_eq!(window(&reply, 28), "Not known: changes of that time were deleted.");
}

/// Their own statuses are known, as long as the windows are short enough.
#[tokio::test]
async fn a_window_with_too_many_changes_is_not_known_but_a_shorter_one_is() {
    let app = World::family().start().await;
    app.fill_history(5_001).await;
    app.at(20 * DAY);
    let reply = page(&app).await;
    assert!(window(&reply, 7).contains("● GREEN 7 days, 100.0%"), "{}", time(&reply));
    for days in [28, 92] {
        assert_eq!(window(&reply, days), "Not known: there are more than 5,000 changes.");
    }
}

/// The status is what matters.
#[tokio::test]
async fn a_page_that_cannot_read_the_time_shows_the_rest() {
    let app = World::family().start().await;
    app.fill_history(12).await;
    let old = app.client.update_item().table_name(&app.tables.status_history);
    let old = old.key("serviceId", AttributeValue::N("30".to_owned()));
    let at = shared::store::keys::history_key(app.now(), 1);
    let old = old.key("at", AttributeValue::S(at)).update_expression("REMOVE #date");
    old.expression_attribute_names("#date", "date").send().await.expect("an update");
    app.at(60);
    let reply = page(&app).await;
    assert!(words(&reply).contains("● GREEN Normal"), "{}", reply.text);
    assert_eq!(words(&reply).matches(" by editor at ").count(), 10, "{}", reply.text);
    let nothing = "Time in each status The time in each status cannot be read at the moment.";
    assert_eq!(time(&reply), nothing);
    let lines = log::take_lines();
    let line = lines.iter().find(|line| line["message"] == "history_not_shown").expect("a line");
    assert_eq!(line["code"], "INTERNAL");
}

/// P16: it counts until the page was opened, and says so.
#[tokio::test]
async fn the_time_is_no_change_of_the_page() {
    let app = World::family().start().await;
    let reader = app.signed_in("reader").await;
    let first = reader.get(PAGE).send().await;
    app.later(60 * 60);
    let second = reader.get(PAGE).send().await;
    assert_ne!(time(&first), time(&second));
    assert_eq!(first.header("etag"), second.header("etag"));
    // The script replaces nothing of it.
    let (_, after) = first.text.split_once("aria-labelledby=\"time\"").expect("the time");
    assert!(!after.contains("data-live"), "{after}");
}

/// An open page asks every 30 seconds.
#[tokio::test]
async fn what_a_page_fetches_by_itself_reads_no_more_than_the_last_changes() {
    let app = World::family().start().await;
    app.fill_history_with(736, &"n".repeat(70)).await;
    let (metered, meter) = Meter::below(&app);
    metered.at(1_000);
    let reader = metered.signed_in("reader").await;
    meter.take();
    let opened = reader.get(PAGE).send().await;
    let reads = meter.take();
    assert_eq!((opened.status.as_u16(), reads.calls, reads.units), (200, 5, 67.5), "{reads:?}");
    let by_itself = || reader.get(PAGE).header("x-refresh", "1");
    let reply = by_itself().send().await;
    let reads = meter.take();
    assert_eq!((reply.status.as_u16(), reads.calls), (200, 4), "{reads:?}");
    assert!(reads.units <= 8.0, "{reads:?}");
    assert_eq!((time(&reply).as_str(), reply.header("etag")), ("", opened.header("etag")));
    let known = by_itself().header("if-none-match", opened.header("etag")).send().await;
    assert_eq!((known.status.as_u16(), meter.take().calls), (304, 4));
}

#[tokio::test]
async fn changes_before_the_longest_window_are_not_read() {
    let app = World::family().start().await;
    app.fill_history(2_000).await;
    let (metered, meter) = Meter::below(&app);
    metered.at(93 * DAY);
    let reader = metered.signed_in("reader").await;
    meter.take();
    let reply = reader.get(PAGE).send().await;
    assert!(window(&reply, 92).contains("● GREEN 92 days, 100.0%"), "{}", time(&reply));
    let reads = meter.take();
    assert_eq!((reads.calls, reads.units <= 8.0), (6, true), "{reads:?}");
}
