//! GET …/statistics: how long a service had each status.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::{
    moved_deadlines::move_deadline,
    status_history::{at, put},
};
use crate::harness::{App, Meter, NOW, World, time};

/// The statistics from a second to another.
async fn statistics(app: &App, from: i64, to: i64) -> Value {
    let query = format!("from={}&to={}", at(from), at(to));
    app.statistics(30, &query).by("reader").send().await.ok().clone()
}

fn figures(body: &Value) -> [u64; 5] {
    ["greenSeconds", "amberSeconds", "redSeconds", "unconfirmedResets", "longestRedSeconds"]
        .map(|figure| body[figure].as_u64().expect("a number"))
}

/// RED at 0 for ten minutes with a reason, AMBER at 30 for a minute, RED at 100, moved at 130 to 190; read at 200.
async fn eventful() -> App {
    let app = World::family().start().await;
    app.at(0);
    let red = json!({"status": "RED", "resetStatusIn": 10, "reason": "it"});
    app.put(30, red).by("editor").send().await.ok();
    put(&app, 30, "AMBER", 1).await;
    put(&app, 100, "RED", 1).await;
    move_deadline(&app, 130, 1).await.ok();
    app.at(200);
    app
}

#[tokio::test]
async fn statistics_count_the_seconds_of_each_status_and_reason() {
    let app = eventful().await;
    let expected = json!({
        "id": 30, "name": "Pharmacy, High Street", "from": at(-100), "to": at(200), "seconds": 300,
        "greenSeconds": 120, "amberSeconds": 60, "redSeconds": 120,
        "reasons": [
            {"status": "RED", "seconds": 90},
            {"status": "RED", "reason": "IT", "seconds": 30},
            {"status": "AMBER", "seconds": 60},
        ],
        "unconfirmedResets": 2, "longestRedSeconds": 90,
    });
    assert_eq!(statistics(&app, -100, 200).await, expected);
    // Without an end, until now.
    let until_now = app.statistics(30, &format!("from={}", at(-100))).by("reader").send().await;
    assert_eq!(*until_now.ok(), expected);
    // The same once both resets are stored.
    app.at(1_000);
    app.run_schedule().await;
    assert_eq!(statistics(&app, -100, 200).await, expected);
}

/// By what readers are shown, second by second.
#[tokio::test]
async fn statistics_of_any_window_agree_with_each_second_that_readers_saw() {
    let app = eventful().await;
    let mut shown = Vec::new();
    for second in -5..200 {
        let then = app.past(30, &format!("at={}", at(second))).by("reader").send().await;
        shown.push((second, then.ok()["status"].as_str().expect("a status").to_owned()));
    }
    for from in (-5..200).step_by(15) {
        for to in (from + 1..=200).step_by(43) {
            let counted = |status: &str| {
                let window = shown.iter().filter(|(second, _)| (from..to).contains(second));
                window.filter(|(_, own)| own == status).count() as u64
            };
            let [green, amber, red, ..] = figures(&statistics(&app, from, to).await);
            let expected = ["GREEN", "AMBER", "RED"].map(counted);
            assert_eq!([green, amber, red], expected, "{from} to {to}");
        }
    }
}

#[tokio::test]
async fn a_window_before_the_first_change_is_green() {
    let app = eventful().await;
    assert_eq!(figures(&statistics(&app, -86_400, 0).await), [86_400, 0, 0, 0, 0]);
    let never = app.statistics(40, &format!("from={}", at(-60))).by("reader").send().await;
    assert_eq!(figures(never.ok()), [260, 0, 0, 0, 0]);
    assert_eq!(never.body["reasons"], json!([]));
}

/// In Britain the day of the change to winter has 25 hours, and that of the change to summer 23.
#[tokio::test]
async fn the_days_of_clock_changes_have_an_hour_more_or_less() {
    let app = World::family().start().await;
    for (from, to, hours) in [
        ("2026-10-25T00:00:00%2B01:00", "2026-10-26T00:00:00Z", 25),
        ("2026-03-29T00:00:00Z", "2026-03-30T00:00:00%2B01:00", 23),
        ("2026-08-21T09:00:00%2B01:00", "2026-11-21T09:00:00Z", 92 * 24 + 1),
    ] {
        let query = format!("from={from}&to={to}");
        let body = app.statistics(30, &query).by("reader").send().await.ok().clone();
        assert_eq!([&body["seconds"], &body["greenSeconds"]], [hours * 3_600; 2], "{from}");
    }
    let longer = "from=2026-08-21T08:59:59%2B01:00&to=2026-11-21T09:00:00Z";
    let refused = app.statistics(30, longer).by("reader").send().await;
    assert_eq!(refused.refused(422), "LIMIT_EXCEEDED");
}

/// Directory data is no part of history.
#[tokio::test]
async fn a_service_that_moved_keeps_its_statistics() {
    let app = eventful().await;
    let before = statistics(&app, -100, 200).await;
    let file = "id,name,typeId,parentId,town,postcode,odsCode,active\n\
        30,\"Pharmacy, High Street\",13,40,,,,true\n";
    capacityctl::services::import(&app.directory(), file.as_bytes()).await.expect("an import");
    assert_eq!(statistics(&app, -100, 200).await, before);
}

/// Hazard: time that nobody knows counts as GREEN.
#[tokio::test]
async fn a_window_whose_beginning_is_deleted_has_no_statistics() {
    let app = eventful().await;
    app.at(600);
    let before = statistics(&app, 150, 200).await;
    app.delete_changes_before(4, 30).await;
    let deleted = app.statistics(30, &format!("from={}", at(99))).by("reader").send().await;
    assert_eq!(deleted.refused(410), "HISTORY_PRUNED");
    assert_eq!(statistics(&app, 150, 200).await, before);
}

#[tokio::test]
async fn a_window_of_5000_changes_is_the_limit() {
    let app = World::family().start().await;
    app.fill_history(5_000).await;
    app.at(6_000);
    let body = statistics(&app, 0, 6_000).await;
    assert_eq!(figures(&body), [3_500, 0, 2_500, 0, 1]);
    app.fill_history(5_001).await;
    let query = format!("from={}", at(0));
    let refused = app.statistics(30, &query).by("reader").send().await;
    assert_eq!(refused.refused(422), "LIMIT_EXCEEDED");
    // A window that begins a second later has one less.
    assert_eq!(figures(&statistics(&app, 1, 6_000).await)[..3], [2_500, 0, 3_499]);
}

/// However many changes a service has had before.
#[tokio::test]
async fn a_window_reads_its_own_changes_and_the_one_before() {
    let app = World::family().start().await;
    app.fill_history(2_000).await;
    let (metered, meter) = Meter::below(&app);
    metered.at(2_000);
    let body = statistics(&metered, 1_990, 2_000).await;
    assert_eq!(figures(&body), [5, 0, 5, 0, 1]);
    let reads = meter.take();
    assert_eq!((reads.calls, reads.units <= 4.0), (3, true), "{reads:?}");
}

/// DynamoDB returns at most 1 MB at once.
#[tokio::test]
async fn a_window_with_more_than_a_page_of_changes_counts_all_of_them() {
    let app = World::family().start().await;
    app.fill_history_with(1_501, &"x".repeat(600)).await;
    let (metered, meter) = Meter::below(&app);
    metered.at(1_501);
    let body = statistics(&metered, 1, 1_501).await;
    assert_eq!(figures(&body), [750, 0, 750, 0, 1]);
    // User and service, two pages, and the change before the window.
    assert_eq!(meter.take().calls, 4);
}

/// Hazard: a transaction can be seen in the service before it is seen in history.
#[tokio::test]
async fn a_history_that_lacks_the_last_change_has_no_statistics() {
    let app = eventful().await;
    let from = format!("from={}", at(-100));
    for (version, status) in [(5, 200), (7, 503)] {
        app.set_attribute(30, "version", AttributeValue::N(version.to_string())).await;
        tokio::time::pause();
        let reply = app.statistics(30, &from).by("reader").send().await;
        tokio::time::resume();
        assert_eq!(reply.status, status, "{version}");
    }
}

#[tokio::test]
async fn statistics_are_a_table_for_those_who_ask_for_csv() {
    let app = eventful().await;
    let query = format!("from={}&to={}", at(0), at(200));
    let table = app.statistics(30, &query).by("reader").header("accept", "text/csv").send().await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8; header=present");
    let service = "30,\"Pharmacy, High Street\",2026-11-21T09:00:00Z,2026-11-21T09:03:20Z,";
    let lines: Vec<_> = table.text.split("\r\n").map(|line| line.replace(service, "")).collect();
    assert_eq!(
        lines,
        [
            "id,name,from,to,figure,status,reason,value",
            "seconds,,,200",
            "greenSeconds,GREEN,,20",
            "amberSeconds,AMBER,,60",
            "redSeconds,RED,,120",
            "unconfirmedResets,,,2",
            "longestRedSeconds,RED,,90",
            "secondsByReason,RED,,90",
            "secondsByReason,RED,IT,30",
            "secondsByReason,AMBER,,60",
            "",
        ]
    );
}

#[tokio::test]
async fn all_errors_of_a_window_are_reported_together() {
    let app = World::family().start().await;
    let time_rule = "must be a time with its offset, such as 2026-11-21T09:05:00Z or \
        2026-11-21T10:05:00+01:00; write + as %2B in a URL";
    for (query, expected) in [
        (String::new(), "\"from\" is missing".to_owned()),
        (
            "from=today&to=x&limit=1".to_owned(),
            format!(
                "\"from\" {time_rule}; \"limit\" is not a parameter of this operation; \"to\" {time_rule}"
            ),
        ),
        (format!("from={}&to={}", at(-9), at(1)), "\"to\" must not be in the future".to_owned()),
        (
            format!("from={}&from={}", at(-9), at(-8)),
            "\"from\" is given more than once; \"from\" is missing".to_owned(),
        ),
        (
            format!("from={}", time(NOW)),
            "\"from\" must be earlier than \"to\", or than now without it".to_owned(),
        ),
        (
            format!("from={}&to={}", at(-8), at(-9)),
            "\"from\" must be earlier than \"to\", or than now without it".to_owned(),
        ),
    ] {
        let refused = app.statistics(30, &query).by("reader").send().await;
        assert_eq!(refused.refused(400), "INVALID_QUERY", "{query}");
        assert_eq!(refused.body["detail"], expected, "{query}");
    }
}
