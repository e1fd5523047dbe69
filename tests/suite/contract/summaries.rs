//! GET …/summary: how many services at and below one have which status.

use serde_json::{Value, json};

use crate::harness::{App, Meter, NOW, World, time};

/// Region 10 with providers 20 (services 21 and 22) and 25 (nothing below), and a service 40 elsewhere.
fn region() -> World {
    World::default()
        .service(10, "Region", None)
        .service(20, "Provider", Some(10))
        .service(21, "Ward, East", Some(20))
        .service(22, "Ward West", Some(20))
        .service(25, "=Other", Some(10))
        .inactive_service_below(26, "Closed", 25)
        .service(40, "Elsewhere", None)
        .user("reader", &[])
        .editor("editor", &[10])
}

async fn set(app: &App, id: u64, status: &str, minutes: u32) {
    let body = json!({"status": status, "resetStatusIn": minutes});
    app.put(id, body).by("editor").send().await.ok();
}

async fn summary(app: &App, id: u64) -> Value {
    app.summary(id).by("reader").send().await.ok().clone()
}

fn at(seconds: i64) -> String {
    time(NOW + seconds).to_string()
}

#[tokio::test]
async fn a_summary_counts_a_service_and_each_child_with_all_below_it() {
    let app = region().start().await;
    set(&app, 21, "RED", 10).await;
    set(&app, 22, "AMBER", 5).await;
    set(&app, 20, "GREEN", 0).await;
    let provider = json!({
        "id": 20, "name": "Provider", "total": 3, "complete": true, "green": 1, "greenUnconfirmed": 0,
        "amber": 1, "red": 1, "overdue": 0, "nextResetDateTime": at(300),
    });
    let other = json!({
        "id": 25, "name": "=Other", "total": 1, "complete": true, "green": 1, "greenUnconfirmed": 1,
        "amber": 0, "red": 0, "overdue": 0,
    });
    let expected = json!({
        "asOf": at(0), "id": 10, "name": "Region", "total": 5, "complete": true, "green": 3,
        "greenUnconfirmed": 2, "amber": 1, "red": 1, "overdue": 0, "nextResetDateTime": at(300),
        "children": [provider, other],
    });
    assert_eq!(summary(&app, 10).await, expected);
    // A service without children.
    let leaf = json!({
        "asOf": at(0), "id": 40, "name": "Elsewhere", "total": 1, "complete": true, "green": 1,
        "greenUnconfirmed": 1, "amber": 0, "red": 0, "overdue": 0, "children": [],
    });
    assert_eq!(summary(&app, 40).await, leaf);
}

#[tokio::test]
async fn a_deadline_counts_from_its_second_on_although_nothing_has_stored_the_reset() {
    let app = region().start().await;
    set(&app, 21, "RED", 1).await;
    let mut shown = Vec::new();
    for seconds in [59, 60] {
        app.at(seconds);
        let body = summary(&app, 20).await;
        shown.push(["red", "green", "greenUnconfirmed"].map(|count| body[count].clone()));
        assert_eq!(body["nextResetDateTime"].is_null(), seconds == 60);
    }
    assert_eq!(json!(shown), json!([[1, 2, 2], [0, 3, 3]]));
}

#[tokio::test]
async fn a_summary_counts_what_the_list_of_the_same_services_has() {
    let app = region().start().await;
    set(&app, 21, "RED", 10).await;
    set(&app, 25, "AMBER", 10).await;
    for id in [10, 20, 21, 25] {
        let body = summary(&app, id).await;
        for (count, query) in [
            ("total", ""),
            ("green", "&status=GREEN"),
            ("amber", "&status=AMBER"),
            ("red", "&status=RED"),
            ("overdue", "&overdue=true"),
        ] {
            let list = app.list(&format!("parentId={id}{query}")).by("reader").send().await;
            assert_eq!(body[count], list.ids().len(), "{id} {count}");
        }
    }
}

/// Hazard: what cannot be read looks calm.
#[tokio::test]
async fn a_row_that_cannot_be_read_counts_and_is_never_green() {
    let app = region().start().await;
    set(&app, 21, "RED", 10).await;
    app.spoil(21).await;
    app.spoil(25).await;
    let body = summary(&app, 10).await;
    let counts = ["total", "green", "amber", "red"].map(|count| body[count].clone());
    assert_eq!(json!(counts), json!([5, 3, 0, 0]));
    assert_eq!(body["unavailable"], json!([21, 25]));
    let children = body["children"].as_array().expect("children");
    let named = |child: &Value| [child["name"].clone(), child["unavailable"].clone()];
    assert_eq!(
        json!(children.iter().map(named).collect::<Vec<_>>()),
        json!([["Provider", [21]], [null, [25]]])
    );
    // Read alone it is a fault.
    assert_eq!(app.summary(21).by("reader").send().await.refused(500), "INTERNAL");
}

#[tokio::test]
async fn a_service_that_moved_counts_where_it_is_now() {
    let app = region().start().await;
    set(&app, 21, "RED", 10).await;
    let file =
        "id,name,typeId,parentId,town,postcode,odsCode,active\n21,\"Ward, East\",13,25,,,,true\n";
    capacityctl::services::import(&app.directory(), file.as_bytes()).await.expect("an import");
    let red = async || {
        let body = summary(&app, 10).await;
        [&body["children"][0], &body["children"][1], &body].map(|counts| counts["red"].clone())
    };
    assert_eq!(red().await, [0, 1, 1].map(Value::from));
    let elsewhere = file.replace(",25,", ",40,");
    capacityctl::services::import(&app.directory(), elsewhere.as_bytes()).await.expect("an import");
    assert_eq!(red().await, [0, 0, 0].map(Value::from));
    assert_eq!(summary(&app, 40).await["red"], 1);
}

/// Hazard: the calm of those that were counted stands for those that were not.
#[tokio::test]
async fn a_child_with_more_services_than_are_left_has_no_counts_and_neither_has_the_whole() {
    let mut world = World::default().service(1, "Region", None).user("reader", &[]);
    for (child, below) in [(11, 99), (12, 250), (13, 199), (14, 0)] {
        world = world.service(child, &format!("Provider {child}"), Some(1));
        for id in 0..below {
            world = world.service(child * 1_000 + id, "Ward", Some(child));
        }
    }
    let app = world.start().await;
    let body = summary(&app, 1).await;
    let known = json!({"asOf": at(0), "id": 1, "name": "Region", "total": 553, "complete": false});
    let mut whole = body.clone();
    let children = whole.as_object_mut().expect("an object").remove("children").expect("children");
    assert_eq!(whole, known);
    // The region itself is one of the 300, and provider 14 the last of them.
    assert_eq!(children[1], json!({"id": 12, "total": 251, "complete": false}));
    assert_eq!(children[2], json!({"id": 13, "total": 200, "complete": false}));
    for (child, green) in [(0, 100), (3, 1)] {
        assert_eq!([&children[child]["green"], &children[child]["total"]], [green, green]);
        assert_eq!(children[child]["complete"], true);
    }
    // Each can be asked for.
    assert_eq!(summary(&app, 12).await["green"], 251);
}

#[tokio::test]
async fn three_hundred_services_are_all_read_by_five_calls() {
    let mut world = World::default().service(1, "Region", None).user("reader", &[]);
    for id in 2..=300 {
        world = world.service(id, "Ward", Some(1));
    }
    let (app, meter) = Meter::below(&world.start().await);
    let body = summary(&app, 1).await;
    assert_eq!([&body["green"], &body["total"]], [300, 300]);
    // The user and the service, the index, and the rows by three calls.
    let reads = meter.take();
    assert_eq!(reads.calls, 5);
    assert!(reads.units > 301.5 && reads.units < 310.0, "{reads:?}");
}

#[tokio::test]
async fn a_subtree_that_is_too_large_to_count_is_refused() {
    let app = region().start().await;
    app.fill_index().await;
    assert_eq!(app.summary(40).by("reader").send().await.refused(422), "LIMIT_EXCEEDED");
    app.summary(4_001).by("reader").send().await.refused(500);
}

#[tokio::test]
async fn a_summary_is_a_table_for_those_who_ask_for_csv() {
    let app = region().start().await;
    set(&app, 21, "RED", 10).await;
    app.spoil(22).await;
    let table = app.summary(10).by("reader").header("accept", "text/csv").send().await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(table.header("vary"), "Accept");
    assert_eq!(
        table.text.split("\r\n").collect::<Vec<_>>(),
        [
            "id,name,total,complete,green,greenUnconfirmed,amber,red,overdue,unavailable,nextResetDateTime,asOf",
            "10,Region,5,true,3,3,0,1,0,1,2026-11-21T09:10:00Z,2026-11-21T09:00:00Z",
            "20,Provider,3,true,1,1,0,1,0,1,2026-11-21T09:10:00Z,2026-11-21T09:00:00Z",
            // A spreadsheet would run it.
            "25,'=Other,1,true,1,1,0,0,0,0,,2026-11-21T09:00:00Z",
            "",
        ]
    );
    let json = app.summary(10).by("reader").header("accept", "application/json").send().await;
    assert_eq!((json.header("content-type"), json.header("vary")), ("application/json", "Accept"));
}

#[tokio::test]
async fn a_summary_takes_no_parameters_and_exists_for_active_services_alone() {
    let app = region().start().await;
    let refused = app.summary(10).query("limit=5&region=1").by("reader").send().await;
    assert_eq!(refused.refused(400), "INVALID_QUERY");
    assert_eq!(
        refused.body["detail"],
        "\"limit\" is not a parameter of this operation; \"region\" is not a parameter of this operation"
    );
    for id in [7, 26] {
        assert_eq!(app.summary(id).by("reader").send().await.refused(404), "SERVICE_NOT_FOUND");
    }
    let stranger = app.summary(10).query("limit=5").by("stranger").send().await;
    assert_eq!(stranger.refused(401), "USER_UNKNOWN");
}
