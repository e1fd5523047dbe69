//! Checks the code against docs/permissions.md: every operation, by every caller, on many services.
//!
//! The document is written by hand and is authoritative; nothing here knows the policy.

mod callers;
mod matrix;

use std::collections::{BTreeMap, BTreeSet};

use local_stack::function_env;
use serde_json::{Value, json};

pub(super) use self::{
    callers::Town,
    matrix::{operations, rows, split_document},
};
use self::{
    callers::{CALLERS, EACH},
    matrix::Matrix,
};
use crate::harness::{
    App, Call, Reply,
    token_verifier::{CLIENT, ISSUER},
};

/// The kinds of service, as the tables' columns name them.
pub(super) const SERVICES: [&str; 3] = ["service in use", "service closed", "no such service"];

#[test]
fn every_operation_has_a_table_with_every_caller_and_every_kind_of_service() {
    let matrix = Matrix::read();
    let mut operations = matrix::of_the_api();
    for name in &matrix.public {
        let security = operations.remove(name);
        assert_eq!(security, Some(json!([])), "{name}");
    }
    let mut described = BTreeMap::new();
    for section in &matrix.sections {
        for operation in &section.operations {
            // The gateway accepts any one of several scopes, so there must be only one.
            let security = section.scope.iter().map(|scope| json!({"oauth2": [scope]}));
            described.insert(operation.clone(), security.collect::<Value>());
        }
        let callers: BTreeSet<&str> = section.rows.keys().map(String::as_str).collect();
        assert_eq!(callers, BTreeSet::from(CALLERS), "{:?}", section.operations);
        assert!(section.rows.values().all(|cells| cells.len() == SERVICES.len()));
    }
    assert_eq!(described, operations);
}

/// With the function verifying the tokens itself.
#[tokio::test]
async fn decisions_on_tokens_match_the_tables() {
    let (town, app) = Town::start().await;
    let app = app.verifying(ISSUER, CLIENT, &town.issuer.server.url());
    let shows = |caller: &str, number, id| {
        Some(town.token(caller, number, id).map_or(Shown::Nothing, Shown::Token))
    };
    let expected = number_of_operations() * CALLERS.len() * SERVICES.len() * EACH;
    assert_eq!(decide_all(&town, &app, EACH, shows).await, expected);
}

/// Behind the gateway, which refuses invalid tokens itself.
#[tokio::test]
async fn decisions_on_gateway_claims_match_the_tables() {
    let (town, app) = Town::start().await;
    let shows = |caller: &str, _, id| match caller {
        "Nobody: no token" => Some(Shown::Nothing),
        "A token that is garbled" | "A token that has expired" => None,
        caller => Some(Shown::Claims(behind_gateway(town.claims(caller, id)))),
    };
    let expected = number_of_operations() * (CALLERS.len() - 2) * SERVICES.len() * 5;
    assert_eq!(decide_all(&town, &app, 5, shows).await, expected);
}

/// The claims of the town's issuer, or of another, as those of the gateway's issuer, or of another.
fn behind_gateway(mut claims: Value) -> Value {
    if claims["iss"] == ISSUER {
        claims["iss"] = function_env::ISSUER.into();
    }
    claims
}

fn number_of_operations() -> usize {
    Matrix::read().sections.iter().map(|section| section.operations.len()).sum()
}

/// What a caller presents.
enum Shown {
    Nothing,
    Token(String),
    Claims(Value),
}

impl Shown {
    fn to<'a>(&self, call: Call<'a>) -> Call<'a> {
        match self {
            Self::Nothing => call,
            Self::Token(token) => call.header("authorization", &format!("Bearer {token}")),
            Self::Claims(claims) => call.claims(claims.clone()),
        }
    }
}

/// Tries every operation by every caller on that many services of each kind, and returns the number
/// of decisions. A HEAD must be decided as its GET. Skips a caller who shows `None`, because the gateway stops it.
async fn decide_all(
    town: &Town,
    app: &App,
    each: usize,
    shows: impl Fn(&str, usize, u64) -> Option<Shown>,
) -> usize {
    let matrix = Matrix::read();
    let (mut decisions, mut updates, mut wrong) = (0, BTreeMap::new(), Vec::new());
    let mut tags = BTreeMap::new();
    for (caller, column, number) in every_caller_and_service(each) {
        let id = town.services()[column][number];
        let Some(shown) = shows(caller, number, id) else { continue };
        for section in &matrix.sections {
            let written = section.rows[caller][column].as_str();
            for operation in &section.operations {
                let seen = tags.get(&id).map_or("\"unseen\"", String::as_str);
                let reply = shown.to(request(app, operation, id, seen)).send().await;
                decisions += 1;
                if !agrees(&matrix, written, id, &reply) {
                    let (kind, status) = (SERVICES[column], reply.status);
                    wrong.push(format!("{operation} {id} ({kind}) {caller}: {status}"));
                }
                if operation.starts_with("GET") {
                    let head = shown.to(request(app, operation, id, seen)).head().send().await;
                    assert_eq!(head.status, reply.status, "HEAD for {operation} {id} {caller}");
                }
                if operation.starts_with("PUT") && written == "yes" {
                    *updates.entry(id).or_insert(0) += 1;
                    tags.insert(id, reply.header("etag").to_owned());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
    // A refused update changes nothing; an accepted one stores one change.
    for id in town.services().into_iter().flatten() {
        let changes = app.history(*id).await.len();
        assert_eq!(changes, updates.get(id).copied().unwrap_or(0), "service {id}");
    }
    decisions
}

fn every_caller_and_service(each: usize) -> impl Iterator<Item = (&'static str, usize, usize)> {
    let services = (0..SERVICES.len()).flat_map(move |kind| (0..each).map(move |at| (kind, at)));
    services.flat_map(|(kind, at)| CALLERS.into_iter().map(move |caller| (caller, kind, at)))
}

/// The operation on that service. Moving a deadline needs the tag of the last update, so its table comes after that of
/// updates.
fn request<'a>(app: &'a App, operation: &str, id: u64, seen: &str) -> Call<'a> {
    match operation.split_once(' ').expect("method and path") {
        ("GET", "/changes") => app.changes(&format!("region={id}")),
        ("GET", "/services") => app.list(&format!("id={id}")),
        ("GET", path @ "/services/{id}/statistics") => {
            app.get(id).path(path).query("from=2026-11-01T00:00:00Z")
        }
        ("GET", path @ "/services/{id}/capacitystatus/history") => {
            app.get(id).path(path).query("at=2020-01-01T00:00:00Z")
        }
        ("GET", path) => app.get(id).path(path),
        ("PUT", "/services/{id}/capacitystatus/deadline") => {
            app.put_deadline(id, json!({"resetStatusIn": 30})).header("if-match", seen)
        }
        ("PUT", path) => app.put(id, json!({"status": "AMBER"})).path(path),
        ("PATCH", path) => app.patch(id).path(path),
        other => panic!("no request for {other:?}"),
    }
}

/// Whether an answer matches the word in the table.
fn agrees(matrix: &Matrix, written: &str, id: u64, reply: &Reply) -> bool {
    let (status, code) = &matrix.answers[written];
    let as_said = match written {
        "left out" => reply.body["items"] == json!([]) && reply.body["missing"] == json!([id]),
        "follows" => reply.body["cursor"].is_string() && reply.body["items"] == json!([]),
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
