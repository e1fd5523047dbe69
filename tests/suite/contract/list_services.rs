//! GET /services: filters, pages, and services by id.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::{App, Meter, NOW, World, document, time};

/// Two regions of three providers with four services each: 100 > 110 > 111..114, and one closed.
pub(crate) async fn directory() -> App {
    let mut world = World::default().inactive_service(999, "Closed").editor("lead", &[100, 200]);
    for region in [100, 200] {
        world = world.service(region, "Region", None);
        for provider in [10, 20, 30].map(|number| region + number) {
            world = world.service(provider, "Provider", Some(region));
            for service in 1..=4 {
                world = world.service(provider + service, "Pharmacy", Some(provider));
            }
        }
    }
    world.start().await
}

/// All ids of a list, page by page, following the links unchanged.
async fn walk(app: &App, query: &str) -> Vec<u64> {
    let mut query = query.to_owned();
    let mut met = Vec::new();
    for _ in 0..200 {
        let page = app.list(&query).by("lead").send().await;
        met.extend(page.ids());
        let link = page.header("link").to_owned();
        let Some(next) = page.body["next"].as_str() else {
            assert_eq!(link, "");
            return met;
        };
        query = link
            .strip_prefix("<?")
            .and_then(|rest| rest.strip_suffix(">; rel=\"next\""))
            .expect("a link")
            .to_owned();
        assert!(query.ends_with(next), "{link} {next}");
    }
    panic!("a list without an end");
}

pub(crate) async fn set(app: &App, id: u64, status: &str, minutes: u32) {
    app.put(id, json!({"status": status, "resetStatusIn": minutes})).by("lead").send().await.ok();
}

#[tokio::test]
async fn a_list_entry_has_status_and_service_details() {
    let app = directory().await;
    set(&app, 111, "AMBER", 5).await;
    let page = app.list("id=111,100").by("lead").send().await;
    assert_eq!(
        *page.ok(),
        json!({
            "items": [
                {
                    "id": 111, "name": "Pharmacy", "status": "AMBER",
                    "resetDateTime": "2026-11-21T09:05:00Z",
                    "notes": "Capacity status set by Capacity Status API",
                    "modifiedBy": "lead-name", "modifiedDate": "2026-11-21T09:00:00Z",
                    "typeId": 13, "parentId": 110, "region": 100,
                    "town": "Ambridge", "postcode": "ZZ99 1AA", "odsCode": "T111",
                },
                {
                    "id": 100, "name": "Region", "status": "GREEN",
                    "typeId": 13, "region": 100,
                    "town": "Ambridge", "postcode": "ZZ99 1AA", "odsCode": "T100",
                },
            ],
            "missing": [],
        })
    );
}

#[tokio::test]
async fn services_by_id_are_listed_in_the_requested_order_without_duplicates() {
    let app = directory().await;
    let page = app.list("id=214,999,111,%20100,111,7").by("lead").send().await;
    assert_eq!(page.ids(), [214, 111, 100]);
    assert_eq!(page.body["missing"], json!([999, 7]));
    let hundred: Vec<_> = (1..=100).map(|id| id.to_string()).collect();
    let page = app.list(&format!("id={}", hundred.join(","))).by("lead").send().await;
    assert_eq!(page.ids(), [100]);
    for one_more in ["101", "1"] {
        let reply = app.list(&format!("id={},{one_more}", hundred.join(","))).by("lead").send();
        assert_eq!(reply.await.refused(400), "INVALID_QUERY");
    }
}

#[tokio::test]
async fn all_pages_together_list_each_matching_service_once() {
    let app = directory().await;
    for (id, status) in [(111, "RED"), (112, "AMBER"), (213, "RED"), (220, "AMBER"), (234, "RED")] {
        set(&app, id, status, 60).await;
    }
    let everything: BTreeSet<u64> = [100, 200]
        .into_iter()
        .flat_map(|region| {
            let providers = [10, 20, 30].map(move |provider| region + provider);
            let services =
                providers.into_iter().flat_map(|provider| (0..=4).map(move |n| provider + n));
            services.chain([region])
        })
        .collect();
    let below = |first: u64, last: u64| everything.range(first..=last).copied().collect::<Vec<_>>();
    let lists = [
        ("", everything.iter().copied().collect()),
        ("region=100", below(100, 134)),
        ("parentId=100", below(100, 134)),
        ("parentId=210", below(210, 214)),
        ("parentId=214", vec![214]),
        ("region=200&parentId=210", below(210, 214)),
        ("region=100&parentId=210", vec![]),
        ("region=110", vec![]),
        ("region=7", vec![]),
        ("parentId=7", vec![]),
        ("parentId=999", vec![]),
        ("status=RED", vec![111, 213, 234]),
        ("status=red,Amber", vec![111, 112, 213, 220, 234]),
        ("status=RED&region=200", vec![213, 234]),
        ("status=AMBER&parentId=110", vec![112]),
        ("status=GREEN&parentId=110", vec![110, 113, 114]),
        (
            "status=GREEN,RED&region=200",
            below(200, 234).into_iter().filter(|id| *id != 220).collect(),
        ),
    ];
    for (query, expected) in lists {
        for limit in [1, 3, 25, 100] {
            let mut met = walk(&app, &format!("{query}&limit={limit}")).await;
            met.sort_unstable();
            assert_eq!(met, expected, "{query} {limit}");
        }
    }
}

#[tokio::test]
async fn a_status_past_its_deadline_is_listed_as_green() {
    let app = directory().await;
    set(&app, 111, "RED", 1).await;
    set(&app, 112, "RED", 2).await;
    app.at(60);
    assert_eq!(walk(&app, "status=RED").await, [112]);
    assert!(walk(&app, "status=GREEN&parentId=110").await.contains(&111));
    let page = app.list("id=111").by("lead").send().await;
    assert_eq!(page.body["items"][0]["modifiedBy"], "automatic reset");
}

#[tokio::test]
async fn a_page_has_25_entries_by_default() {
    let app = directory().await;
    let page = app.list("").by("lead").send().await;
    assert_eq!(page.ids().len(), 25);
    assert!(page.header("link").starts_with("<?limit=25&cursor="));
    let parameters = &document("openapi.yaml")["paths"]["/services"]["get"]["parameters"];
    let mut parameters = parameters.as_array().expect("parameters").iter();
    let limit = parameters.find(|parameter| parameter["name"] == "limit").expect("a limit");
    assert_eq!(
        (&limit["schema"]["default"], &limit["schema"]["maximum"]),
        (&json!(25), &json!(100))
    );
    app.list("limit=100").by("lead").send().await.ok();
}

/// Reading services that do not match takes time too, so a page may be short rather than late.
#[tokio::test]
async fn a_page_may_be_short_or_empty_before_the_last_one() {
    let mut world = World::default().editor("lead", &[100]).service(100, "Region", None);
    for id in 101..=350 {
        world = world.service(id, "Pharmacy", Some(100));
    }
    let app = world.start().await;
    set(&app, 350, "RED", 60).await;
    let query = "region=100&changedSince=2026-11-21T09:00:00Z&limit=1";
    let page = app.list(query).by("lead").send().await;
    assert_eq!(page.ids(), [] as [u64; 0]);
    assert!(page.body["next"].is_string());
    assert_eq!(walk(&app, query).await, [350]);
}

/// Rights are checked for each page: with another caller's cursor, a caller gets only what they may
/// edit.
#[tokio::test]
async fn a_cursor_for_editable_services_lists_those_of_the_current_caller() {
    let world = World::family().editor("other", &[40]);
    let app = world.start().await;
    let page = app.list("editable=true&limit=1").by("editor").send().await;
    assert_eq!(page.ids(), [20]);
    let cursor = page.body["next"].as_str().expect("a cursor");
    let rest = format!("cursor={cursor}");
    assert_eq!(app.list(&rest).by("editor").send().await.ids(), [30]);
    assert_eq!(app.list(&rest).by("other").send().await.ids(), [40]);
    assert_eq!(app.list(&rest).by("reader").send().await.ids(), [] as [u64; 0]);
}

/// `changedSince` counts a reset at its deadline, stored or not, and includes the second that it
/// names.
#[tokio::test]
async fn a_service_has_changed_at_its_deadline() {
    let app = directory().await;
    set(&app, 111, "RED", 2).await;
    let since = |seconds| format!("changedSince={}", time(NOW + seconds));
    assert_eq!(walk(&app, &since(0)).await, [111]);
    assert_eq!(walk(&app, &since(1)).await, [] as [u64; 0]);
    app.at(120);
    assert_eq!(walk(&app, &since(120)).await, [111]);
    assert_eq!(walk(&app, &since(121)).await, [] as [u64; 0]);
    app.at(600);
    app.run_schedule().await;
    assert_eq!(walk(&app, &since(120)).await, [111]);
    assert_eq!(walk(&app, &since(121)).await, [] as [u64; 0]);
}

#[tokio::test]
async fn a_page_is_not_read_again_for_the_place_of_a_closed_service() {
    let mut world = World::default().inactive_service(1, "Closed").user("lead", &[]);
    for id in 2..=6 {
        world = world.service(id, "Pharmacy", None);
    }
    let (app, meter) = Meter::below(&world.start().await);
    assert_eq!(walk(&app, "limit=4").await, [2, 3, 4, 5, 6]);
    assert_eq!(meter.take().scans, 2);
}

/// A page that has room for one service reads more at once, the more it has read in vain.
#[tokio::test]
async fn a_small_page_takes_few_calls_to_find_what_matches() {
    let mut world = World::default().service(1, "Region", None).editor("lead", &[1]);
    for id in 2..=120 {
        world = world.service(id, "Pharmacy", Some(1));
    }
    let (app, meter) = Meter::below(&world.start().await);
    // The last one in the order of the index.
    set(&app, 99, "RED", 5).await;
    for query in ["region=1", "region=1&name=pharm", "parentId=1", "editable=true", "typeId=13"] {
        meter.take();
        let query = format!("{query}&limit=1&changedSince={}", time(NOW));
        let page = app.list(&query).by("lead").send().await;
        let calls = meter.take().calls;
        assert!(page.ids() == [99] && calls <= 20, "{query}: {:?} after {calls}", page.ids());
    }
}
