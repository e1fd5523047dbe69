//! The files in events/: the answer to each in gateway mode on the sample directory.

use std::{collections::BTreeSet, fs};

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use local_stack::{function_env::ISSUER, schedule};
use serde_json::value::RawValue;
use shared::{http::dispatch, runtime::warm_up};

use crate::harness::{App, Contract, Event, FUNCTIONS, Functions, Reply, events, root, sample_app};

#[tokio::test]
async fn every_event_file_has_the_answer_that_its_name_says() {
    let app = sample_app().await;
    send(&app, "update-status", "an-editor-sets-red").await.ok();
    for (function, (case, status, code)) in all_events() {
        let reply = send(&app, function, case).await;
        assert_eq!(reply.status.as_u16(), status, "{function}/{case}: {}", reply.body);
        let found = reply.body.get("code").and_then(serde_json::Value::as_str);
        assert_eq!(found.unwrap_or(""), code, "{function}/{case}");
    }
}

fn all_events() -> impl Iterator<Item = (&'static str, Event)> {
    let own = |function| events(function).iter().map(move |event| (function, *event));
    FUNCTIONS.into_iter().flat_map(own)
}

#[test]
fn every_event_file_is_expected() {
    let mut files = BTreeSet::new();
    for function in fs::read_dir(root().join("events")).expect("events") {
        let function = function.expect("a folder");
        if function.file_name() == schedule::FUNCTION {
            continue;
        }
        for file in fs::read_dir(function.path()).expect("cases") {
            let case = file.expect("a file").path();
            let name = case.file_stem().expect("a name").to_string_lossy().into_owned();
            files.insert((function.file_name().to_string_lossy().into_owned(), name));
        }
    }
    let expected =
        all_events().map(|(function, (case, ..))| (function.to_owned(), case.to_owned()));
    assert_eq!(files, expected.collect());
}

/// See docs/adr/0011.
#[tokio::test]
async fn the_warm_up_request_of_an_unknown_user_is_refused_on_the_functions_own_route() {
    let app = sample_app().await;
    let endpoints = Functions::endpoints();
    assert_eq!(endpoints.len() + 1, FUNCTIONS.len(), "all but {}", schedule::FUNCTION);
    for (function, endpoint) in endpoints {
        let route = format!("{} {}", endpoint.method, endpoint.path);
        let contract = Contract::of_this_repository();
        assert_eq!(endpoint.function, function);
        assert_eq!(contract.function(endpoint.method, endpoint.path), function);
        let reply = reply(&app, function, &warm_up::event(&endpoint, ISSUER).to_string()).await;
        if endpoint.path.starts_with("/web") {
            let status = reply.status.as_u16();
            assert!([303, 400, 401, 403].contains(&status), "{function}: {status}");
        } else if contract.is_public(&route) {
            assert_eq!(reply.status.as_u16(), 200, "{function}: {}", reply.body);
        } else {
            assert_eq!(reply.refused(401), "USER_UNKNOWN", "{function}");
        }
    }
}

async fn send(app: &App, function: &str, case: &str) -> Reply {
    reply(app, function, &app.event(function, case).await).await
}

async fn reply(app: &App, function: &str, text: &str) -> Reply {
    let event: &RawValue = serde_json::from_str(text).expect("JSON");
    let read: ApiGatewayV2httpRequest = serde_json::from_str(text).expect("an event");
    let route = read.route_key.expect("a route key");
    let (method, path) = route.split_once(' ').unwrap_or(("ANY", "/$default"));
    let answered = dispatch(event, async |it| app.functions.answer(function, it).await);
    let reply = Reply::from(answered.await.expect("an event"));
    Contract::of_this_repository().check(method, path, &reply);
    reply
}
