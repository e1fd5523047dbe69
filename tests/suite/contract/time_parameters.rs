//! The times that clients send: `changedSince` of a list; `from`, `to` and `at` of a history.

use super::{
    list_services::{directory, set},
    status_history::{put, versions},
};
use crate::harness::{App, World};

/// The same second, 09:00:30Z, as clients write it in a URL.
const FORMS: [&str; 10] = [
    "2026-11-21T09:00:30Z",
    "2026-11-21t09:00:30z",
    "2026-11-21%2009:00:30Z",
    "2026-11-21+09:00:30Z",
    "2026-11-21T09:00:30%2B00:00",
    "2026-11-21T09:00:30-00:00",
    "2026-11-21T14:45:30%2B05:45",
    "2026-11-20T21:00:30-12:00",
    "2026-11-21T09:00:30.7Z",
    "2026-11-21T09:00:30.123456789012345678%2B00:00",
];

/// What is no RFC 3339 time, or loses its `+` in a URL.
const REFUSED: [&str; 10] = [
    "",
    "now",
    "1732179630",
    "2026-11-21",
    "2026-11-21T09:00:30",
    "2026-11-21T09:00Z",
    "2026-11-21T09:00:30+01:00",
    "2026-11-21T09:00:30%2B0000",
    "2026-11-21T09:00:60Z",
    "2027-02-29T09:00:00Z",
];

/// Changes at 09:00:00 (version 1), 09:00:30 (2) and 09:00:31 (3).
async fn changed_thrice() -> App {
    let app = World::family().start().await;
    for (seconds, status) in [(0, "RED"), (30, "AMBER"), (31, "RED")] {
        put(&app, seconds, status, 10).await;
    }
    app.at(60);
    app
}

#[tokio::test]
async fn a_history_takes_every_form_of_a_time() {
    let app = changed_thrice().await;
    for time in FORMS {
        assert_eq!(versions(&app, &format!("from={time}")).await, [3, 2], "{time}");
        assert_eq!(versions(&app, &format!("to={time}")).await, [2, 1], "{time}");
        let reply = app.past(30, &format!("at={time}")).by("reader").send().await;
        assert_eq!(reply.ok()["modifiedDate"], "2026-11-21T09:00:30Z", "{time}");
    }
    for all in ["from=0001-01-01T00:00:00Z", "from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z"] {
        assert_eq!(versions(&app, all).await, [3, 2, 1], "{all}");
    }
    assert_eq!(versions(&app, "to=0001-01-01T00:00:00Z").await, [0; 0]);
    let reply = app.past(30, "at=0001-01-01T00:00:00Z").by("reader").send().await;
    assert_eq!(reply.ok()["status"], "GREEN");
}

#[tokio::test]
async fn a_list_takes_every_form_of_a_time() {
    let app = directory().await;
    app.at(29);
    set(&app, 111, "RED", 10).await;
    app.at(30);
    set(&app, 112, "RED", 10).await;
    let listed = async |time| {
        let page = app.list(&format!("changedSince={time}&limit=100")).by("lead").send().await;
        page.ids()
    };
    for time in FORMS {
        assert_eq!(listed(time).await, [112], "{time}");
    }
    for time in ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59-01:00"] {
        assert_eq!(listed(time).await, [111, 112], "{time}");
    }
    assert_eq!(listed("9999-12-31T23:59:59-23:59").await, [0; 0]);
}

#[tokio::test]
async fn a_refused_time_says_how_to_write_it() {
    let app = changed_thrice().await;
    for time in REFUSED {
        for name in ["changedSince", "from", "to", "at"] {
            let query = format!("{name}={time}");
            let call = if name == "changedSince" { app.list(&query) } else { app.past(30, &query) };
            let reply = call.by("reader").send().await;
            assert_eq!(reply.refused(400), "INVALID_QUERY", "{query}");
            let rule = "must be a time with its offset, such as 2026-11-21T09:05:00Z or \
                2026-11-21T10:05:00+01:00; write + as %2B in a URL";
            let detail = reply.body["detail"].as_str().expect("a detail");
            assert!(detail.contains(&format!("{name:?} {rule}")), "{query}: {detail}");
        }
    }
}

/// A cursor has the second that a bound means, not its text.
#[tokio::test]
async fn a_cursor_goes_with_every_form_of_its_times() {
    let app = changed_thrice().await;
    for time in FORMS {
        let page = app.past(30, "from=2026-11-21T09:00:30Z&limit=1").by("reader").send().await;
        let next = page.ok()["next"].as_str().expect("a cursor");
        let rest = versions(&app, &format!("from={time}&cursor={next}")).await;
        assert_eq!(rest, [2], "{time}");
    }
    let app = directory().await;
    app.at(30);
    set(&app, 111, "RED", 10).await;
    set(&app, 112, "RED", 10).await;
    for time in FORMS {
        let since = "changedSince=2026-11-21T09:00:30Z&region=100&limit=1";
        let page = app.list(since).by("lead").send().await;
        let next = page.ok()["next"].as_str().expect("a cursor");
        let query = format!("changedSince={time}&region=100&cursor={next}");
        let rest = app.list(&query).by("lead").send().await;
        assert_eq!((page.ids(), rest.ids()), (vec![111], vec![112]), "{time}");
    }
}
