//! The health endpoints.

use std::{process::Command, time::Duration};

use capacityctl::client::local_client;
use local_stack::engine::REGION;
use serde_json::json;
use shared::store::TableNames;
use tokio::time::Instant;

use crate::harness::{
    App, World, document,
    faulty::{Fate, FaultyStore},
    gateway_settings,
    log::take_lines,
    root,
};

async fn app() -> App {
    World::default().start().await
}

/// The commit that the build puts into the function.
fn commit() -> String {
    let git = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(root()).output();
    let output = git.ok().filter(|output| output.status.success());
    let commit = output.and_then(|output| String::from_utf8(output.stdout).ok());
    commit.map_or("unknown".to_owned(), |commit| commit.trim().to_owned())
}

#[tokio::test]
async fn the_api_says_that_it_is_alive_and_what_it_is() {
    let app = app().await;
    for path in ["/_ping", "/_status"] {
        let reply = app.other("GET", path, path).send().await;
        let body = reply.ok();
        let version = &document("openapi.yaml")["info"]["version"];
        assert_eq!((&body["status"], &body["version"]), (&json!("pass"), version));
        assert_eq!(body["commit"], commit());
    }
}

type Break = fn(&mut TableNames);

/// The tables, and how to make each impossible to find.
const TABLES: [(&str, Break); 5] = [
    ("services", |tables| tables.services.push('x')),
    ("status-history", |tables| tables.status_history.push('x')),
    ("users", |tables| tables.users.push('x')),
    ("changes", |tables| tables.changes.push('x')),
    ("idempotency", |tables| tables.idempotency.push('x')),
];

/// A failing table is reported even if others work, and working tables are not reported. Liveness
/// does not depend on tables.
#[tokio::test]
async fn exactly_the_unreachable_tables_are_named() {
    let good = app().await;
    for broken in 1..16_u8 {
        let broken: Vec<_> = (0..)
            .zip(TABLES)
            .filter_map(|(bit, table)| (broken >> bit & 1 == 1).then_some(table))
            .collect();
        let mut tables = good.tables.clone();
        broken.iter().for_each(|(_, cannot_be_found)| cannot_be_found(&mut tables));
        let app = App::new(good.client.clone(), tables.clone(), &gateway_settings(&tables));
        let names: Vec<_> = broken.iter().map(|(name, _)| *name).collect();
        take_lines();
        let call = app.other("GET", "/_status", "/_status").header("x-request-id", "r-1");
        let reply = call.send().await;
        assert_eq!((reply.refused(503), reply.header("retry-after")), ("STORE_UNAVAILABLE", "1"));
        assert_eq!(
            reply.body,
            json!({
                "type": "urn:capacity-status:problem:store-unavailable",
                "title": "Store unavailable",
                "status": 503,
                "detail": format!("these tables cannot be reached: {}", names.join(", ")),
                "instance": "/_status",
                "code": "STORE_UNAVAILABLE",
                "requestId": "r-1",
                "unreachable": names,
                "version": env!("CARGO_PKG_VERSION"),
                "commit": commit(),
            })
        );
        let [line] = take_lines().try_into().expect("one line");
        let why = line["error"].as_str().expect("an error");
        let why: Vec<_> = why.split("; ").map(|each| each.split_once(": ")).collect();
        let told: Vec<_> = why.iter().flatten().map(|(name, _)| *name).collect();
        assert_eq!(told, names);
        let missing = |why: &str| why.contains("ResourceNotFoundException");
        assert!(why.iter().flatten().all(|(_, why)| missing(why)), "{why:?}");
        app.other("GET", "/_ping", "/_ping").send().await.ok();
    }
}

/// In a new environment, opening a connection for each table took longer than everything else.
#[tokio::test]
async fn all_tables_are_asked_by_one_request() {
    let (app, store, _) = FaultyStore::below(&app().await, None, |_| Fate::Passed.into());
    app.other("GET", "/_status", "/_status").send().await.ok();
    assert_eq!(store.calls(), 1);
}

/// Even if the request has more time left. Paused time advances when all tasks wait.
#[tokio::test]
async fn the_check_ends_after_two_seconds() {
    let good = app().await;
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", silent.local_addr().expect("an address"));
    let client = local_client(&endpoint, REGION);
    let app = App::new(client, good.tables.clone(), &gateway_settings(&good.tables));
    tokio::time::pause();
    let started = Instant::now();
    let call = app.other("GET", "/_status", "/_status").within(Duration::from_secs(20));
    let reply = call.send().await;
    assert_eq!(reply.refused(503), "STORE_UNAVAILABLE");
    let all = TABLES.map(|(name, _)| name);
    assert_eq!(reply.body["unreachable"], json!(all));
    assert_eq!(started.elapsed().as_secs(), 2);
}

/// The gateway always has the routes of the pages, and sends them here if the pages are not deployed.
#[tokio::test]
async fn a_page_that_is_not_deployed_is_an_unknown_path() {
    let app = app().await;
    let mut settings = gateway_settings(&app.tables);
    settings.insert("SERVE_PAGES".to_owned(), "false".to_owned());
    let app = App::new(app.client, app.tables, &settings);
    let document = document("openapi.yaml");
    let paths = document["paths"].as_object().expect("paths").keys();
    let pages: Vec<_> = paths.filter(|path| path.starts_with("/web")).collect();
    assert!(!pages.is_empty());
    for path in pages {
        let unknown = |method| {
            let call = app.other(method, path, "/$default");
            call.event(|event| event["routeKey"] = format!("{method} {path}").into())
        };
        for method in ["GET", "POST", "DELETE"] {
            assert_eq!(unknown(method).send().await.refused(404), "PATH_NOT_FOUND", "{path}");
        }
        assert_eq!(unknown("HEAD").send().await.status, 404, "{path}");
        let reply = unknown("OPTIONS").send().await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (204, "OPTIONS"), "{path}");
    }
}
