//! Cursors: which ones continue a list, and which are refused.

use std::collections::BTreeSet;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::contract::list_services::{directory, set};

#[tokio::test]
async fn a_cursor_stays_valid_after_the_deadline_it_stopped_at() {
    let app = directory().await;
    for (id, minutes) in [(111, 1), (112, 2), (113, 3), (119 + 1, 4), (211, 5)] {
        set(&app, id, "RED", minutes).await;
    }
    let mut page = app.list("status=RED&limit=1").by("lead").send().await;
    let mut met = page.ids();
    while let Some(next) = page.body["next"].as_str() {
        // Half of the pending deadlines pass between the pages.
        app.at(130);
        page = app.list(&format!("limit=1&cursor={next}")).by("lead").send().await;
        met.extend(page.ids());
    }
    let met: BTreeSet<_> = met.into_iter().collect();
    assert!(met.is_superset(&BTreeSet::from([113, 120, 211])), "{met:?}");
}

#[tokio::test]
async fn a_cursor_continues_its_own_list_and_no_other() {
    let app = directory().await;
    set(&app, 111, "RED", 60).await;
    set(&app, 119 - 7, "RED", 60).await;
    let page = app.list("region=100&limit=2").by("lead").send().await;
    let cursor = page.body["next"].as_str().expect("a cursor");
    for same in [format!("cursor={cursor}"), format!("cursor={cursor}&region=100&limit=7")] {
        let rest = app.list(&same).by("lead").send().await;
        assert!(rest.ids().iter().all(|id| !page.ids().contains(id)), "{same}");
    }
    for other in [
        "region=200",
        "region=100&parentId=100",
        "status=RED",
        "region=100&status=GREEN",
        "region=100&typeId=13",
        "region=100&name=x",
        "region=100&changedSince=2026-11-21T09:00:00Z",
        "region=100&editable=true",
        "region=100&overdue=true",
        "region=100&resetBefore=2026-11-21T10:00:00Z",
    ] {
        let reply = app.list(&format!("{other}&cursor={cursor}")).by("lead").send().await;
        assert_eq!(reply.refused(400), "INVALID_CURSOR", "{other}");
    }
}

#[tokio::test]
async fn an_altered_cursor_is_refused() {
    let app = directory().await;
    set(&app, 111, "RED", 60).await;
    set(&app, 113, "RED", 60).await;
    for query in [
        "limit=2",
        "region=100&limit=2",
        "status=RED&limit=1",
        "editable=true&typeId=13&name=PHARM&changedSince=2026-11-21T09:00:00Z&limit=1",
    ] {
        let page = app.list(query).by("lead").send().await;
        let cursor = page.body["next"].as_str().expect("a cursor").to_owned();
        for at in 0..cursor.len() {
            let other = if cursor.as_bytes()[at] == b'A' { "B" } else { "A" };
            let altered = format!("{}{other}{}", &cursor[..at], &cursor[at + 1..]);
            let reply = app.list(&format!("cursor={altered}")).by("lead").send().await;
            assert_eq!(reply.refused(400), "INVALID_CURSOR", "{query} {at}");
        }
        let half = &cursor[..cursor.len() / 2];
        for altered in [
            half.to_owned(),
            format!("{cursor}="),
            format!("{cursor}A"),
            String::new(),
            "%F0%9F%A6%80".to_owned(),
        ] {
            let reply = app.list(&format!("cursor={altered}")).by("lead").send().await;
            assert_eq!(reply.refused(400), "INVALID_CURSOR", "{altered}");
        }
    }
}

/// A client that knows the format can make any cursor. A cursor only names where to start. One
/// outside of its list must not reach DynamoDB, which would refuse it.
#[tokio::test]
async fn a_forged_cursor_is_refused_or_harmless() {
    let app = directory().await;
    set(&app, 111, "RED", 60).await;
    let forged = |text: &str| {
        use sha2::{Digest as _, Sha256};
        let sum: String =
            Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("cursor={}", BASE64_URL_SAFE_NO_PAD.encode(format!("{text};{sum}")))
    };
    let outside = [
        "3;100;;;;;;;t5",
        "3;100;;;;;;;p0",
        "3;100;;;;;;;h210/200/210/",
        "3;100;;;;;;;h100/5/100/",
        "3;100;110;;;;;;h210/200/110/210/",
        "3;;110;;;;;;t5",
        "3;;110;;;;;;h120/100/120/",
        "3;;;;;;;;h100/100/",
        "3;;;;;;;;p0",
        "3;;;;;RED;;;t5",
        "3;;;;;RED;;;p8",
        "3;;;;;RED;;;p7,5",
        "3;;;;;RED;;;p7,5,x",
        "3;;;;;RED;;;a20p0",
        "3;100;;;;RED;;;h100/100/",
        "3;;;;;BLUE;;;t5",
        "3;;;x;;;;;t5",
        "3;;;;%FF;;;;t5",
        "3;;;;;;yesterday;;t5",
        "3;;;;;;;editable;t5",
        "3;;;;;;;editable;h7/7/",
        "3;;;;;;;;a20",
        "4;;;;;;;;t5;yes;",
        "4;;;;;;;;p0;overdue;",
        "4;;;;;;;;p0;;soon",
        "4;;;;;;;;t5;;2026-11-21T10:00:00Z",
        "4;100;;;;;;;h100/100/;;2026-11-21T10:00:00Z",
        "4;;;;;;;;t5",
        "4;;;;;;;;t5;overdue",
        "2;;;;;;;;t5",
        "1;;;;t5",
        "3;;;;;;;;t1e5",
        "3;;;;;;;;",
        "3;;;;;;;;;t5",
        "",
        "3;x;;;;;;;t5",
        "3;;;;;;;;%FF",
    ];
    for text in outside {
        let reply = app.list(&forged(text)).by("lead").send().await;
        assert_eq!(reply.refused(400), "INVALID_CURSOR", "{text}");
    }
    // Longer than a key in DynamoDB may be; the local engines accept it.
    let too_deep = format!("3;100;;;;;;;h1/100/{}", "1/".repeat(600));
    assert_eq!(app.list(&forged(&too_deep)).by("lead").send().await.refused(400), "INVALID_CURSOR");
    for text in [
        "3;;;;;;;;t5",
        "3;;;;;;;;t-0.5",
        "3;100;;;;;;;h100/100/",
        "3;100;;;;;;;h7/100/110/7/",
        "3;100;;;;;;;h7/100/no path/%3B",
        "3;;110;;;;;;h7/100/110/",
        "3;;110;;;;;;h7/5/110/7/",
        "3;;;;;;;editable;a7",
        "3;;;;;;;editable;a999",
        "3;;;;;;;editable;a200h210/200/210/",
        "3;;;;;;;editable;a200h210/7/210/",
        "3;;;;;RED;;;p7",
        "3;;;;;RED;;;p7,-5,111",
        "3;;;;;RED;;;p7,99999999999999,111",
        "3;;;;;RED;;;p7,1795251700,7",
        "3;;;;;RED;;editable;a7p7",
        "4;;;;;;;;t5;overdue;",
        "4;;;;;;;;p7;;2026-11-21T10:00:00Z",
        "4;;;;;;;;p7,1795251600,111;;2026-11-21T10:00:00Z",
        "4;;;;;;;;p7,1795251600.5,111;;2026-11-21T10:00:00Z",
        "4;;;;;;;;p7,1795255201,111;;2026-11-21T10:00:00Z",
        "4;;;;;;;;p7,1795251600,111;;2026-11-21T09:00:00Z",
        "4;;;;;GREEN;;;p7;;2026-11-21T10:00:00Z",
    ] {
        app.list(&forged(text)).by("lead").send().await.ok();
    }
}
