//! The health endpoints, and the answers for unknown paths and methods.

use std::{collections::BTreeMap, process::Command, time::Duration};

use capacityctl::client::local_client;
use local_stack::engine::REGION;
use reqwest::Url;
use serde_json::{Value, json};
use shared::store::TableNames;
use tokio::time::Instant;

use crate::harness::{
    App, Call, World, document, gateway_settings, log::take_lines, published_path, root,
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

/// The methods of each path in openapi.yaml, and OPTIONS. PATCH is described but never accepted.
fn taken() -> BTreeMap<String, Vec<String>> {
    let document = document("openapi.yaml");
    let paths = document["paths"].as_object().expect("paths").iter();
    let methods = |item: &Value| -> Vec<String> {
        let described = item.as_object().expect("a path").iter();
        let taken = described.filter(|(_, operation)| operation["responses"]["200"].is_object());
        let mut taken: Vec<_> = taken.map(|(method, _)| method.to_uppercase()).collect();
        taken.push("OPTIONS".to_owned());
        taken.sort_unstable();
        taken
    };
    let all = paths.map(|(path, item)| (path.clone(), methods(item)));
    all.filter(|(path, _)| path != "/$default").collect()
}

/// As the gateway sends it, as it does under a base path, and as the local router does.
fn each_way<'a>(app: &'a App, method: &str, path: &str) -> [Call<'a>; 3] {
    let given = path.replace("{id}", "30").replace("{file}", "start.js");
    let given = published_path(&given);
    let local = app.other(method, &given, path);
    [
        app.other(method, &given, path),
        app.other(method, &format!("/api/v0.0.1/capacity{given}"), path),
        local.event(|event| event["routeKey"] = "$default".into()),
    ]
}

#[tokio::test]
async fn an_unsupported_method_is_refused_with_the_supported_ones() {
    let app = app().await;
    for (path, taken) in taken() {
        for method in ["GET", "PUT", "DELETE", "HEAD", "POST", "TRACE", "BREW"] {
            if taken.iter().any(|known| known == method) {
                continue;
            }
            for call in each_way(&app, method, &path) {
                let reply = call.send().await;
                assert_eq!(reply.refused(405), "METHOD_NOT_ALLOWED", "{method} {path}");
                assert_eq!(reply.header("allow"), taken.join(", "), "{method} {path}");
            }
        }
    }
}

/// So browsers' preflight requests succeed: the gateway only adds its headers to this answer.
#[tokio::test]
async fn options_is_answered_with_the_supported_methods() {
    let app = app().await;
    for (path, taken) in taken() {
        for call in each_way(&app, "OPTIONS", &path) {
            let reply = call.send().await;
            assert_eq!((reply.status.as_u16(), &reply.body), (204, &Value::Null), "{path}");
            assert_eq!(reply.header("allow"), taken.join(", "), "{path}");
        }
    }
    for path in ["/", "/services/30", "/services/30/capacitystatus/"] {
        let reply = app.other("OPTIONS", path, "/$default").send().await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (204, "OPTIONS"), "{path}");
    }
}

/// The path that older clients use, if the gateway's route for it does not match.
#[tokio::test]
async fn an_old_path_that_the_gateway_did_not_match_is_redirected() {
    let app = app().await;
    for base in ["", "/api", "/api/v0.0.1/capacity"] {
        let path = format!("{base}/services/30/capacitystatus/");
        for method in ["GET", "PUT", "HEAD", "PATCH", "DELETE"] {
            let reply = app.other(method, &path, "/$default").send().await;
            assert_eq!(
                (reply.status.as_u16(), &reply.body),
                (308, &Value::Null),
                "{method} {path}"
            );
            let old = Url::parse(&format!("https://api.example.org{path}")).expect("a URL");
            let new = old.join(reply.header("location")).expect("a URL");
            assert_eq!(new.path(), format!("{base}/services/30/capacitystatus"));
        }
    }
}

/// The route of the old path matches everything below it too. Only the old path itself exists.
#[tokio::test]
async fn below_the_old_path_is_nothing() {
    let app = World::family().start().await;
    let route = "/services/{id}/capacitystatus/{proxy+}";
    let red = json!({"status": "RED"});
    for rest in ["x", "/", "history/", "%20", ".."] {
        let below = |event: &mut Value| event["pathParameters"]["proxy"] = rest.into();
        for call in [
            app.get(30).path(route).event(below),
            app.get(30).path(route).event(below).by("reader"),
            app.put(30, red.clone()).path(route).event(below),
            app.put(30, red.clone()).path(route).event(below).by("editor"),
            app.patch(30).path(route).event(below),
            app.other("DELETE", &format!("/services/30/capacitystatus/{rest}"), route),
        ] {
            let reply = call.send().await;
            assert_eq!(reply.refused(404), "PATH_NOT_FOUND", "{rest}");
            assert_eq!(reply.body["instance"], "/", "{rest}");
        }
    }
    assert_eq!(app.history(30).await.len(), 0);
    // API Gateway may send an empty variable, or leave it out.
    for call in [app.put(30, red.clone()), app.get(30)] {
        let empty = |event: &mut Value| event["pathParameters"]["proxy"] = "".into();
        assert_eq!(call.path(route).event(empty).by("editor").send().await.ok()["status"], "RED");
    }
    assert_eq!(app.get(30).path(route).by("reader").send().await.ok()["status"], "RED");
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
