//! The health endpoints, and the answers for unknown paths and methods.

use std::{collections::BTreeMap, process::Command, time::Duration};

use capacityctl::client::local_client;
use local_stack::engine::REGION;
use serde_json::{Value, json};
use shared::store::TableNames;
use tokio::time::Instant;

use crate::harness::{App, World, document, gateway_settings, log::take_lines, root};

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
const TABLES: [(&str, Break); 4] = [
    ("services", |tables| tables.services.push('x')),
    ("status-history", |tables| tables.status_history.push('x')),
    ("users", |tables| tables.users.push('x')),
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

/// Even if the request has more time left. Paused time advances when all tasks wait.
#[tokio::test]
async fn a_table_has_two_seconds_to_answer() {
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

/// The methods of each path in openapi.yaml. PATCH is described but never accepted.
fn taken() -> BTreeMap<String, Vec<String>> {
    let document = document("openapi.yaml");
    let paths = document["paths"].as_object().expect("paths").iter();
    let methods = |item: &Value| -> Vec<String> {
        let described = item.as_object().expect("a path").iter();
        let taken = described.filter(|(_, operation)| operation["responses"]["200"].is_object());
        taken.map(|(method, _)| method.to_uppercase()).collect()
    };
    let all = paths.map(|(path, item)| (path.clone(), methods(item)));
    all.filter(|(path, _)| path != "/$default").collect()
}

#[tokio::test]
async fn an_unsupported_method_is_refused_with_the_supported_ones() {
    let app = app().await;
    for (path, taken) in taken() {
        let given = path.replace("{id}", "30").replace("{file}", "start.js");
        for method in ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "POST", "TRACE", "BREW"] {
            if taken.iter().any(|known| known == method) {
                continue;
            }
            // As the gateway sends it, as it does under a base path, and as the local router does.
            let below = format!("/api/v0.0.1/capacity{given}");
            let local = app.other(method, &given, &path);
            for call in [
                app.other(method, &given, &path),
                app.other(method, &below, &path),
                local.event(|event| event["routeKey"] = "$default".into()),
            ] {
                let reply = call.send().await;
                assert_eq!(reply.refused(405), "METHOD_NOT_ALLOWED", "{method} {path}");
                let mut allowed: Vec<_> = reply.header("allow").split(", ").collect();
                allowed.sort_unstable();
                assert_eq!(allowed, taken, "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_path_is_refused_for_every_method() {
    let app = app().await;
    for path in [
        "/",
        "",
        "//services",
        "/services/",
        "/Services",
        "/services/30",
        "/services//capacitystatus",
        "/services/30/capacitystatus/history/",
        "/services/30/capacitystatus/x",
        "/services/../services",
        "/services%2F30/capacitystatus",
        "/_ping/",
        "/_PING",
        "/docs/",
        "/docs/a/b",
        "/api/v0.0.1/capacity/services",
        "/\u{0}",
        "/é?#",
    ] {
        for method in ["GET", "PUT", "POST", "HEAD"] {
            let reply = app.other(method, path, "/$default").send().await;
            assert_eq!(reply.refused(404), "PATH_NOT_FOUND", "{method} {path:?}");
        }
    }
}
