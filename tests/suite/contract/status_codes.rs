//! Every status in openapi.yaml is returned by some request. The gateway's own statuses are left
//! out: their only body is its message.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use crate::harness::{
    App, Call, FUNCTIONS, World, document, exercise,
    faulty::{Fate, FaultyStore, Plan, with_others},
    published_path,
};

const STATUS: &str = "/services/{id}/capacitystatus";
const OLD_STATUS: &str = "/services/{id}/capacitystatus/";
const DEADLINE: &str = "/services/{id}/capacitystatus/deadline";
/// The gateway's route for the old path.
const OLD_ROUTE: &str = "/services/{id}/capacitystatus/{proxy+}";

type Read = fn(&App) -> Call<'_>;

/// `METHOD path status`
type Statuses = BTreeSet<String>;

/// The statuses that functions return. A 500 of a public operation is left out too: only a defect
/// causes it (`internal_errors`). HEAD has those of GET (`head`).
fn described() -> Statuses {
    let document = document("openapi.yaml");
    let mut described = Statuses::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("a path") {
            let any = method == "x-amazon-apigateway-any-method";
            let method = if any { "ANY".to_owned() } else { method.to_uppercase() };
            let is_open = operation["security"] == json!([]);
            for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                let is_tested_elsewhere = (is_open && status == "500") || method == "HEAD";
                if is_ours(&document, response) && !is_tested_elsewhere {
                    described.insert(format!("{method} {} {status}", published_path(path)));
                }
            }
        }
    }
    described
}

fn is_ours(document: &Value, response: &Value) -> bool {
    let response = match response["$ref"].as_str() {
        Some(target) => document.pointer(target.trim_start_matches('#')).expect("a response"),
        None => response,
    };
    let message = json!({"$ref": "#/components/schemas/GatewayMessage"});
    let content = response["content"].as_object();
    content.is_none_or(|content| content.values().any(|content| content["schema"] != message))
}

/// The statuses returned so far.
#[derive(Default)]
struct Produced(Statuses);

impl Produced {
    /// Sends a request and checks the status.
    async fn send(&mut self, operation: &str, status: u16, call: Call<'_>) {
        let reply = call.send().await;
        assert_eq!(reply.status.as_u16(), status, "{operation}: {}", reply.body);
        self.0.insert(format!("{operation} {status}"));
    }

    async fn reads(&mut self, app: &App) {
        let claims = |scope: &str| json!({"sub": "reader", "token_use": "access", "scope": scope});
        let operations: [(&str, Read); 4] = [
            ("/changes", |app| app.changes("region=10")),
            ("/services", |app| app.list("")),
            (STATUS, |app| app.get(30)),
            (OLD_STATUS, |app| app.get(30).path(OLD_STATUS)),
        ];
        for (path, read) in operations {
            let call = || read(app);
            let operation = format!("GET {path}");
            self.send(&operation, 200, call().by("reader")).await;
            self.send(&operation, 401, call()).await;
            self.send(&operation, 403, call().claims(claims("capacity/write"))).await;
            if path == STATUS || path == OLD_STATUS {
                let known = call().by("reader").header("if-none-match", "*");
                self.send(&operation, 304, known).await;
            } else {
                self.send(&operation, 400, call().query("limit=0").by("reader")).await;
            }
            if path.contains("{id}") {
                let unknown = call().event(|event| event["pathParameters"]["id"] = "7".into());
                self.send(&operation, 404, unknown.by("reader")).await;
            }
        }
    }

    async fn updates(&mut self, app: &App) {
        for path in [STATUS, OLD_STATUS] {
            let operation = format!("PUT {path}");
            let put = |id: u64, body: Value| app.put(id, body).path(path);
            let key = format!("key-{}", path.len());
            let red = || put(30, json!({"status": "RED"})).header("idempotency-key", &key);
            self.send(&operation, 200, red().by("editor")).await;
            self.send(&operation, 400, put(30, json!({})).by("editor")).await;
            self.send(&operation, 401, red()).await;
            self.send(&operation, 403, red().by("reader")).await;
            self.send(&operation, 404, put(7, json!({"status": "RED"})).by("editor")).await;
            self.send(&operation, 412, put(30, json!({})).header("if-match", "\"x\"").by("editor"))
                .await;
            let large = put(30, json!({"status": "RED", "notes": "x".repeat(20_000)}));
            self.send(&operation, 413, large.by("editor")).await;
            let text = red().header("content-type", "text/plain");
            self.send(&operation, 415, text.by("editor")).await;
            let other = put(30, json!({"status": "GREEN"})).header("idempotency-key", &key);
            self.send(&operation, 422, other.by("editor")).await;
            self.send(&format!("PATCH {path}"), 405, app.patch(30).path(path)).await;
        }
    }

    /// A deadline is moved by the tag of its status.
    async fn deadlines(&mut self, app: &App) {
        let operation = format!("PUT {DEADLINE}");
        let red = app.put(30, json!({"status": "RED"})).by("editor").send().await;
        let seen = red.header("etag");
        let hour = json!({"resetStatusIn": 60});
        let put = |body: &Value| app.put_deadline(30, body.clone()).header("if-match", seen);
        let unseen = app.put_deadline(30, hour.clone()).by("editor");
        self.send(&operation, 428, unseen).await;
        self.send(&operation, 400, put(&json!({})).by("editor")).await;
        self.send(&operation, 401, put(&hour)).await;
        self.send(&operation, 403, put(&hour).by("reader")).await;
        let unknown = app.put_deadline(7, hour.clone()).header("if-match", seen);
        self.send(&operation, 404, unknown.by("editor")).await;
        let large = put(&json!({"resetStatusIn": 60, "more": "x".repeat(20_000)}));
        self.send(&operation, 413, large.by("editor")).await;
        let text = put(&hour).header("content-type", "text/plain");
        self.send(&operation, 415, text.by("editor")).await;
        let keyed = |body: &Value| put(body).header("idempotency-key", "moved").by("editor");
        self.send(&operation, 200, keyed(&hour)).await;
        self.send(&operation, 422, keyed(&json!({"resetStatusIn": 90}))).await;
        self.send(&operation, 412, put(&hour).by("editor")).await;
        let green = app.put(30, json!({"status": "GREEN"})).by("editor").send().await;
        let ended = app.put_deadline(30, hour).header("if-match", green.header("etag"));
        self.send(&operation, 409, ended.by("editor")).await;
    }

    /// Others write before each attempt.
    async fn conflicts(&mut self, app: &App) {
        let (contended, _, mut turns) = FaultyStore::below(app, None, |call| Plan {
            others_first: call.operation == "TransactWriteItems",
            fate: Fate::Passed,
        });
        for path in [STATUS, OLD_STATUS] {
            let asked = contended.put(30, json!({"status": "RED"})).path(path).by("editor");
            let others = async || {
                app.put(30, json!({"status": "AMBER"})).by("editor").send().await.ok();
            };
            let operation = format!("PUT {path}");
            with_others(self.send(&operation, 409, asked), &mut turns, others).await;
        }
    }

    async fn public(&mut self, app: &App) {
        for path in ["/_ping", "/_status"] {
            self.send(&format!("GET {path}"), 200, app.other("GET", path, path)).await;
        }
        for path in ["/docs", "/docs/{file}", "/openapi.json", "/openapi.yaml"] {
            let operation = format!("GET {path}");
            let get = || app.other("GET", &path.replace("{file}", "start.js"), path);
            self.send(&operation, 200, get()).await;
            self.send(&operation, 304, get().header("if-none-match", "*")).await;
        }
        let unknown = app.other("GET", "/docs/x", "/docs/{file}");
        self.send("GET /docs/{file}", 404, unknown).await;
        self.send("ANY /$default", 404, app.other("GET", "/x", "/$default")).await;
        let moved = app.other("GET", "/services/30/capacitystatus/", "/$default");
        self.send("ANY /$default", 308, moved).await;
        let below = app.other("DELETE", "/services/30/capacitystatus/x", OLD_ROUTE);
        self.send(&format!("ANY {OLD_STATUS}"), 404, below).await;
        let below = app.other("PATCH", "/services/30/capacitystatus/x", OLD_ROUTE);
        self.send(&format!("PATCH {OLD_STATUS}"), 404, below).await;
        let document = document("openapi.yaml");
        for path in document["paths"].as_object().expect("paths").keys() {
            let operation = format!("ANY {}", published_path(path));
            let given = published_path(path);
            self.send(&operation, 204, app.other("OPTIONS", &given, path)).await;
            if path != "/$default" {
                self.send(&operation, 405, app.other("DELETE", &given, path)).await;
            }
        }
    }

    /// Every operation that uses the store, when the store fails.
    async fn failures(&mut self, status: u16, app: &App) {
        for path in [STATUS, OLD_STATUS] {
            self.send(&format!("GET {path}"), status, app.get(30).path(path).by("editor")).await;
            let put = app.put(30, json!({"status": "RED"})).path(path);
            self.send(&format!("PUT {path}"), status, put.by("editor")).await;
        }
        let put = app.put_deadline(30, json!({"resetStatusIn": 60})).by("editor");
        self.send(&format!("PUT {DEADLINE}"), status, put).await;
    }
}

#[tokio::test]
async fn every_documented_status_code_is_returned_by_some_request() {
    let app = World::family().start().await;
    let mut produced = Produced::default();
    produced.reads(&app).await;
    produced.updates(&app).await;
    produced.deadlines(&app).await;
    produced.conflicts(&app).await;
    produced.public(&app).await;

    let gone = app.without_store();
    // The SDK's waits between attempts take no time: paused time advances whenever all tasks wait.
    tokio::time::pause();
    produced.failures(503, &gone).await;
    produced.send("GET /services", 503, gone.list("").by("editor")).await;
    produced.send("GET /changes", 503, gone.changes("region=10").by("editor")).await;
    produced.send("GET /_status", 503, gone.other("GET", "/_status", "/_status")).await;
    tokio::time::resume();

    app.spoil(30).await;
    produced.failures(500, &app).await;
    // A list leaves out services that it cannot read, but it must know its caller.
    let user = app.client.put_item().table_name(&app.tables.users);
    let user = user.item("subject", AttributeValue::S("editor".to_owned()));
    user.send().await.expect("a row");
    produced.send("GET /services", 500, app.list("").by("editor")).await;
    produced.send("GET /changes", 500, app.changes("region=10").by("editor")).await;

    // The functions' own test files return the remaining ones.
    for function in FUNCTIONS {
        let app = World::family().start().await;
        exercise(function, &app).await;
        produced.0.extend(app.statuses());
    }
    assert_eq!(produced.0, described());
}
