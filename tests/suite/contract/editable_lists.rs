//! Lists of what the caller may update, and how much lists read.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use crate::{
    contract::{
        list_filters::{listed, reset_before, review_after},
        list_services::{directory, set},
    },
    harness::{App, Meter, World},
};

/// Sets the services that a user is assigned to.
async fn assign(app: &App, subject: &str, ids: &[u64]) {
    let ids = ids.iter().map(ToString::to_string).collect();
    app.client
        .update_item()
        .table_name(&app.tables.users)
        .key("subject", AttributeValue::S(subject.to_owned()))
        .update_expression("SET services = :ids")
        .expression_attribute_values(":ids", AttributeValue::Ns(ids))
        .send()
        .await
        .expect("an update");
}

/// The rest of a list, page by page.
pub(crate) async fn rest(app: &App, first: &Value) -> Vec<u64> {
    let (mut ids, mut next) = (Vec::new(), first["next"].as_str().map(str::to_owned));
    for _ in 0..100 {
        let Some(cursor) = next else { return ids };
        let page = app.list(&format!("limit=2&cursor={cursor}")).by("lead").send().await;
        ids.extend(page.ids());
        next = page.body["next"].as_str().map(str::to_owned);
    }
    panic!("a list without an end: {ids:?}");
}

#[tokio::test]
async fn a_service_below_several_assignments_is_listed_once() {
    let app = directory().await;
    // In another order than their ids: 110 is below 100, and 7 does not exist.
    assign(&app, "lead", &[7, 110, 112, 100, 211]).await;
    for query in ["editable=true&limit=2", "editable=true&limit=2&region=100"] {
        let first = app.list(query).by("lead").send().await;
        let mut ids = first.ids();
        ids.extend(rest(&app, first.ok()).await);
        ids.sort_unstable();
        let of_100 = [100].into_iter().chain(110..=114).chain(120..=124).chain(130..=134);
        let elsewhere = [211].into_iter().filter(|_| !query.contains("region"));
        assert_eq!(ids, of_100.chain(elsewhere).collect::<Vec<_>>(), "{query}");
    }
}

#[tokio::test]
async fn assignments_that_change_between_pages_never_show_what_the_caller_may_not_update() {
    let app = directory().await;
    for (now, may_have) in [
        (vec![200], vec![200..=234]),
        (vec![100], vec![100..=134]),
        (vec![110, 210], vec![110..=114, 210..=214]),
        (vec![1, 100, 110, 200, 999], vec![100..=134, 200..=234]),
        (vec![1], vec![]),
    ] {
        for status in ["", "&status=RED,AMBER,GREEN", "&status=RED"] {
            assign(&app, "lead", &[100, 200]).await;
            set(&app, 111, "RED", 60).await;
            set(&app, 112, "RED", 60).await;
            set(&app, 211, "RED", 60).await;
            let query = format!("editable=true&limit=1{status}");
            let first = app.list(&query).by("lead").send().await;
            assign(&app, "lead", &now).await;
            let ids = rest(&app, first.ok()).await;
            let allowed = |id: &u64| may_have.iter().any(|range| range.contains(id));
            assert!(ids.iter().all(allowed), "{now:?} {status}: {ids:?}");
            let mut once = ids.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), ids.len(), "{now:?} {status}: {ids:?}");
        }
    }
}

/// A region of some 150 services, of which three are RED, and a provider elsewhere.
async fn large_region() -> App {
    let mut world = World::default().editor("lead", &[100]).service(100, "Region", None);
    for id in 101..=250 {
        world = world.service(id, "Pharmacy", Some(100));
    }
    let world = world.service(300, "Provider", Some(100)).service(301, "Ward", Some(300));
    let app = world.service(10, "Provider", None).service(11, "Ward", Some(10)).start().await;
    for id in [101, 222, 301] {
        set(&app, id, "RED", 60).await;
    }
    app
}

#[tokio::test]
async fn red_and_amber_in_a_large_subtree_are_found_by_their_own_index() {
    let (app, meter) = Meter::below(&large_region().await);
    for query in
        ["status=RED&parentId=100", "status=RED&editable=true", "status=RED,AMBER&region=100"]
    {
        meter.take();
        let page = app.list(query).by("lead").send().await;
        let mut ids = page.ids();
        ids.sort_unstable();
        assert_eq!(ids, [101, 222, 301], "{query}");
        // The caller, the parent or the assignment, the beginning of the subtree, eight shards, three services.
        let reads = meter.take();
        assert!(reads.units <= 11.5, "{query}: {reads:?}");
    }
    let page = app.list("status=RED&parentId=300").by("lead").send().await;
    assert_eq!(page.ids(), [301]);
    // The caller, the provider, the index, the other service.
    assert!(meter.take().units <= 3.0);
}

/// One by one, the assignments would take three pages. 100 has them all, but is not assigned.
#[tokio::test]
async fn red_and_amber_of_many_assignments_are_found_by_their_own_index() {
    let (app, meter) = Meter::below(&large_region().await);
    assign(&app, "lead", &(102..=170).chain([300, 999]).collect::<Vec<_>>()).await;
    set(&app, 105, "AMBER", 60).await;
    for (query, expected) in [
        ("status=RED,AMBER&editable=true", vec![105, 301]),
        ("status=RED&editable=true&parentId=100", vec![301]),
        ("status=RED&editable=true&region=10", vec![]),
    ] {
        meter.take();
        let page = app.list(query).by("lead").send().await;
        let mut ids = page.ids();
        ids.sort_unstable();
        assert_eq!((ids, &page.ok()["next"]), (expected, &Value::Null), "{query}");
        // The caller, the parent, eight shards, two services.
        let reads = meter.take();
        assert!(reads.units <= 9.0, "{query}: {reads:?}");
    }
    let first = app.list("status=RED,AMBER&editable=true&limit=1").by("lead").send().await;
    let mut ids = first.ids();
    ids.extend(rest(&app, first.ok()).await);
    ids.sort_unstable();
    assert_eq!(ids, [105, 301]);
}

/// The small subtree is listed by its own index before the large one is met.
#[tokio::test]
async fn a_subtree_before_a_large_one_is_not_listed_again() {
    let app = large_region().await;
    assign(&app, "lead", &[10, 100]).await;
    set(&app, 11, "RED", 60).await;
    let first = app.list("status=RED&editable=true&limit=1").by("lead").send().await;
    assert_eq!(first.ids(), [11]);
    let mut others = rest(&app, first.ok()).await;
    others.sort_unstable();
    assert_eq!(others, [101, 222, 301]);
}

/// The first read is made beside the caller's, but no more.
#[tokio::test]
async fn a_list_for_nobody_costs_one_read() {
    let (app, meter) = Meter::below(&large_region().await);
    for (query, units) in [
        ("", 1.5),
        ("region=100", 1.0),
        ("parentId=100", 1.5),
        ("status=RED", 1.0),
        ("editable=true", 0.5),
        ("overdue=true", 1.5),
        ("resetBefore=2026-11-21T10:00:00Z", 1.0),
        ("resetBefore=2026-11-21T09:00:00Z", 0.5),
        ("limit=101", 0.5),
        ("cursor=x", 0.5),
    ] {
        meter.take();
        app.list(query).by("stranger").send().await.refused(401);
        let reads = meter.take();
        assert_eq!(reads.units, units, "{query}: {reads:?}");
    }
}

/// Of 150 services of a region five are reviewed, and ten are AMBER: no other rows are read.
#[tokio::test]
async fn an_index_excludes_what_has_no_reviews_or_ends_later() {
    let mut world = World::default().editor("lead", &[100]).service(100, "Region", None);
    for id in 101..=250 {
        world = world.service(id, "Pharmacy", Some(100));
    }
    let (app, meter) = Meter::below(&world.start().await);
    for id in 101..=105 {
        review_after(&app, id, 60).await;
    }
    for id in 101..=110 {
        set(&app, id, "AMBER", u32::try_from(id).expect("a number")).await;
    }
    // Their deadline has just come.
    for id in 111..=113 {
        set(&app, id, "AMBER", 60).await;
    }
    app.at(60 * 60);
    let soon = reset_before(102 * 60);
    for (query, ids, units, calls) in [
        // The caller, the parent's row, the index twice, and the services with reviews.
        ("region=100&overdue=true", vec![101, 102, 103, 104, 105], 0.5 + 2.5 + 5.0, 4),
        ("parentId=100&overdue=true", vec![101, 102, 103, 104, 105], 0.5 + 1.0 + 2.5 + 5.0, 5),
        // The caller, eight shards, and the services.
        (&*format!("{soon}&region=100"), vec![101, 102], 0.5 + 4.0 + 2.0, 11),
        (&*format!("{soon}&overdue=true"), vec![101, 102], 0.5 + 4.0 + 2.0, 11),
        ("status=AMBER&overdue=true", vec![101, 102, 103, 104, 105], 0.5 + 4.0 + 5.0, 14),
    ] {
        meter.take();
        assert_eq!(listed(&app, query, 25).await, ids, "{query}");
        let reads = meter.take();
        assert!(reads.units <= units && reads.calls <= calls, "{query}: {reads:?}");
    }
    // The caller alone.
    for nothing in [reset_before(3_600), reset_before(0), format!("{soon}&status=GREEN")] {
        meter.take();
        assert_eq!(listed(&app, &nothing, 25).await, [] as [u64; 0], "{nothing}");
        assert_eq!(meter.take().units, 0.5, "{nothing}");
    }
}
