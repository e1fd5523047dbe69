//! docs/permissions.md, held against the code: every operation, by every caller, on many services.
//!
//! The document is written by hand and is what decides; nothing here knows the policy.

mod callers;
mod matrix;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use self::{
    callers::{CALLERS, Town},
    matrix::Matrix,
};
use crate::harness::{App, Call, Reply, document};

/// What a service may be, as the tables' columns say.
const SERVICES: [&str; 3] = ["service in use", "service closed", "no such service"];

#[test]
fn every_operation_has_a_table_with_every_caller_and_every_kind_of_service() {
    let matrix = Matrix::read();
    let document = document("openapi.yaml");
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
        for method in methods.into_iter().filter(|method| !item[*method].is_null()) {
            let scope = item[method]["security"][0]["oauth2"][0].as_str().map(str::to_owned);
            operations.insert(format!("{} {path}", method.to_uppercase()), scope);
        }
    }
    let mut described = BTreeMap::new();
    for section in &matrix.sections {
        for operation in &section.operations {
            described.insert(operation.clone(), section.scope.clone());
        }
        let callers: BTreeSet<&str> = section.rows.keys().map(String::as_str).collect();
        assert_eq!(callers, BTreeSet::from(CALLERS), "{:?}", section.operations);
        assert!(section.rows.values().all(|cells| cells.len() == SERVICES.len()));
    }
    assert_eq!(described, operations);
}

#[tokio::test]
async fn ten_thousand_decisions_are_as_the_tables_say() {
    let matrix = Matrix::read();
    let (town, app) = Town::start().await;
    let (mut decisions, mut updates, mut wrong) = (0, BTreeMap::new(), Vec::new());
    let asked = SERVICES.into_iter().zip(town.services()).enumerate();
    for (column, kind, number, id) in asked.flat_map(|(column, (kind, ids))| {
        ids.iter().enumerate().map(move |(number, id)| (column, kind, number, *id))
    }) {
        for caller in CALLERS {
            let token = town.token(caller, number, id);
            for section in &matrix.sections {
                let written = section.rows[caller][column].as_str();
                for operation in &section.operations {
                    let call = bearing(request(&app, operation, id), token.as_deref());
                    let reply = call.send().await;
                    decisions += 1;
                    if !agrees(&matrix, written, id, &reply) {
                        let status = reply.status;
                        wrong.push(format!("{operation} {id} ({kind}) {caller}: {status}"));
                    }
                    if operation.starts_with("PUT") && written == "yes" {
                        *updates.entry(id).or_insert(0) += 1;
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
    assert!(decisions >= 10_000, "{decisions} decisions");
    // Who was refused has changed nothing, and who was not has.
    for id in town.services().into_iter().flatten() {
        let changes = app.history(*id).await.len();
        assert_eq!(changes, updates.get(id).copied().unwrap_or(0), "service {id}");
    }
    eprintln!("{decisions} decisions, none wrong");
}

/// The operation on that service.
fn request<'a>(app: &'a App, operation: &str, id: u64) -> Call<'a> {
    match operation.split_once(' ').expect("method and path") {
        ("GET", "/services") => app.list(&format!("id={id}")),
        ("GET", path) => app.get(id).path(path),
        ("PUT", path) => app.put(id, json!({"status": "AMBER"})).path(path),
        ("PATCH", path) => app.patch(id).path(path),
        other => panic!("no request for {other:?}"),
    }
}

fn bearing<'a>(call: Call<'a>, token: Option<&str>) -> Call<'a> {
    match token {
        Some(token) => call.header("authorization", &format!("Bearer {token}")),
        None => call,
    }
}

/// Whether an answer is what the tables' word for it stands for.
fn agrees(matrix: &Matrix, written: &str, id: u64, reply: &Reply) -> bool {
    let (status, code) = &matrix.answers[written];
    let as_said = match written {
        "left out" => reply.body["items"] == json!([]) && reply.body["missing"] == json!([id]),
        "yes" => shown(&reply.body) == Some(id),
        _ => reply.body["code"].as_str() == code.as_deref(),
    };
    reply.status.as_u16() == *status && as_said
}

/// The one service that an answer shows.
fn shown(body: &Value) -> Option<u64> {
    match body["items"].as_array() {
        Some(items) => items.first()?["id"].as_u64().filter(|_| items.len() == 1),
        None => body["id"].as_u64(),
    }
}
