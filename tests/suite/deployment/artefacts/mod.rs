//! The functions as built for deployment, each run as Lambda runs it. Built with the feature `e2e`
//! only. `.ci/artefacts` runs these tests and builds the functions into `target/lambda`.

mod silence;

use std::{collections::HashMap, path::Path, process::Command, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use lambda_emulator::{ExecutionEnvironment, InvocationResult, Outcome};
use lambda_http::Body;
use local_stack::{function_env, schedule};
use serde_json::{Value, json};
use shared::http::GatewayResponse;

use self::silence::Silence;
use crate::harness::{
    App, Contract, FUNCTIONS, Reply, endpoint, events, gateway_settings, iam::granted, root,
    sample_app,
};

/// The shortest timeout that the template gives a function.
const TIME: Duration = Duration::from_secs(3);

/// The least time that must be left between an answer and the deadline.
const LEAST_LEFT: Duration = Duration::from_millis(200);

/// The forms that succeed, of functions with pages.
const FORMS: [(&str, &str); 2] =
    [("web-session", "a-person-signs-out"), ("web-update", "a-person-sets-red")];

/// The functions that use the store, each with an event that succeeds.
fn using_the_store() -> impl Iterator<Item = (&'static str, &'static str)> {
    let uses = |function: &&str| {
        granted(function).iter().any(|(action, _)| action.starts_with("dynamodb:"))
    };
    FUNCTIONS.into_iter().filter(uses).map(|function| {
        // The tests read what an answer says, and that to a HEAD has no body.
        let mut reads = events(function).iter().filter(|(case, ..)| *case != "a-head-request");
        let succeeds = reads.find(|(_, status, _)| *status == 200).map(|(case, ..)| *case);
        let form = FORMS.into_iter().find_map(|(name, case)| (name == function).then_some(case));
        (function, form.or(succeeds).unwrap_or("each-minute"))
    })
}

/// The settings of a function on that store.
fn on(store: &str, mut settings: HashMap<String, String>) -> HashMap<String, String> {
    settings.extend(function_env::aws_variables(store));
    settings
}

async fn start(function: &str, settings: &HashMap<String, String>) -> ExecutionEnvironment {
    let binary = root().join("target/lambda").join(function).join("bootstrap");
    ExecutionEnvironment::start(Command::new(binary), settings).await.expect("a built function")
}

/// The sample directory, with the RED whose deadline the events of `update-deadline` move.
async fn app_with_red() -> App {
    let app = sample_app().await;
    app.at_real_time();
    let red = json!({"status": "RED"});
    app.put(9_000_001_101_u64, red).by("sample-editor").send().await.ok();
    app
}

/// A function's answer, checked against the contract.
fn reply(event: &str, ended: InvocationResult) -> Reply {
    let Outcome::Response(answer) = ended.outcome else {
        panic!("no answer: {:?}", ended.outcome);
    };
    let mut answer: GatewayResponse = serde_json::from_value(answer).expect("an answer");
    if let Some(Body::Text(text)) = answer.body.as_ref().filter(|_| answer.is_base64_encoded) {
        answer.body = Some(Body::Binary(BASE64_STANDARD.decode(text).expect("base64")));
    }
    let reply = Reply::from(answer);
    let event: Value = serde_json::from_str(event).expect("JSON");
    let route = event["routeKey"].as_str().expect("a route");
    let (method, path) = route.split_once(' ').unwrap_or(("ANY", "/$default"));
    Contract::of_this_repository().check(method, path, &reply);
    reply
}

/// Whether the answer is a refusal with that status, and with that code unless it is a page.
#[track_caller]
fn assert_refused(reply: &Reply, status: u16, code: &str, what: &str) {
    if reply.header("content-type").starts_with("text/html") {
        assert!(what.starts_with("web-"), "{what}");
        assert_eq!(reply.status, status, "{what}: {}", reply.text);
    } else {
        assert_eq!(reply.refused(status), code, "{what}");
        assert_eq!(reply.header("content-type"), "application/problem+json", "{what}");
    }
}

#[tokio::test]
async fn every_built_function_answers_its_events() {
    let app = app_with_red().await;
    let settings = on(&endpoint(), gateway_settings(&app.tables));
    for function in FUNCTIONS.into_iter().filter(|function| *function != schedule::FUNCTION) {
        let mut running = start(function, &settings).await;
        for (case, status, code) in events(function) {
            let event = app.event(function, case).await;
            let ended = running.invoke(event.clone(), TIME).await.expect("an outcome");
            let reply = reply(&event, ended);
            assert_eq!(reply.status.as_u16(), *status, "{function}/{case}: {}", reply.body);
            let found = reply.body.get("code").and_then(Value::as_str);
            assert_eq!(found.unwrap_or(""), *code, "{function}/{case}");
        }
    }
    let mut running = start(schedule::FUNCTION, &settings).await;
    let event = app.event(schedule::FUNCTION, "each-minute").await;
    let ended = running.invoke(event, TIME).await;
    let Outcome::Response(run) = ended.expect("an outcome").outcome else { panic!("no run") };
    assert_eq!((&run["failed"], &run["complete"]), (&json!(0), &json!(true)));
}

/// Covers every way of falling silent, and later requests too.
#[tokio::test]
async fn every_built_function_answers_503_in_time_when_the_store_is_silent() {
    let app = app_with_red().await;
    let mut tasks = tokio::task::JoinSet::new();
    for how in Silence::ALL {
        let reading = using_the_store();
        for (function, case) in reading.filter(|(function, _)| how.concerns(function)) {
            let settings = gateway_settings(&app.tables);
            let event = app.event(function, case).await;
            tasks.spawn(async move {
                let silence = how.start(endpoint()).await;
                let mut running = start(function, &on(&silence.address, settings)).await;
                for time in [TIME, TIME, Duration::from_secs(1)] {
                    let what = format!("{function}, {how:?}, {time:?}");
                    let ended = running.invoke(event.clone(), time).await;
                    let ended = ended.unwrap_or_else(|lost| panic!("{what}: {lost}"));
                    assert!(ended.remaining >= LEAST_LEFT, "{what}: {:?} left", ended.remaining);
                    if function == schedule::FUNCTION {
                        let Outcome::Response(run) = ended.outcome else { panic!("{what}") };
                        assert_eq!(run["complete"], false, "{what}");
                        continue;
                    }
                    let reply = reply(&event, ended);
                    assert_refused(&reply, 503, "STORE_UNAVAILABLE", &what);
                    let waits = reply.header("retry-after") == "1";
                    assert!(waits || function.starts_with("web-"), "{what}");
                }
            });
        }
    }
    tasks.join_all().await;
}

/// Looking up the store's host name needs a thread, and the library panics if it cannot start one.
#[tokio::test]
async fn a_panic_is_a_problem_document_and_the_process_serves_the_next_request() {
    let library = root().join("target/no_thread.so");
    let source = Path::new(file!()).with_file_name("no_thread.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(root().join(source)).arg("-ldl");
    assert!(compiler.status().expect("a C compiler").success());

    let app = app_with_red().await;
    let store = endpoint().replace("127.0.0.1", "localhost");
    let mut settings = on(&store, gateway_settings(&app.tables));
    settings.insert("LD_PRELOAD".to_owned(), library.to_string_lossy().into_owned());
    for (function, case) in using_the_store().filter(|(name, _)| *name != schedule::FUNCTION) {
        let mut running = start(function, &settings).await;
        let event = app.event(function, case).await;
        let ended = running.invoke(event.clone(), TIME).await.expect("an outcome");
        let refused = reply(&event, ended);
        assert_refused(&refused, 500, "INTERNAL", function);
        let request_id = refused.header("x-request-id").to_owned();
        assert!(refused.text.contains(&request_id), "{function}");

        let ended = running.invoke(event.clone(), TIME).await.expect("an outcome");
        let answered = reply(&event, ended).status;
        assert!(answered == 200 || answered == 303, "{function}: {answered}");

        let log = log(running).await;
        let [warm_up, panicked, fault, failed, ..] = log.as_slice() else { panic!("{log:?}") };
        assert_eq!(warm_up["message"], "warmup_failed");
        assert_eq!(warm_up["status"], 500);
        let place = panicked["location"].as_str().expect("a place");
        assert!(panicked["message"] == "panicked" && place.contains("net/addr.rs"), "{panicked}");
        assert_eq!((&fault["Code"], &fault["Faults"]), (&json!("INTERNAL"), &json!(1)));
        assert_eq!(failed["error"], "the handler panicked");
        assert_eq!(failed["request_id"], request_id);
        let answered = log.last().expect("a line");
        assert_eq!((&answered["Operation"], &answered["Code"]), (&json!(function), &Value::Null));
    }
}

/// Kills a function and returns its log.
async fn log(running: ExecutionEnvironment) -> Vec<Value> {
    let lines = running.kill().await.expect("a log");
    lines.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Lambda ends an environment without warning: see docs/adr/0009.
#[tokio::test]
async fn a_function_that_is_killed_has_written_its_whole_log() {
    let app = sample_app().await;
    let settings = on(&endpoint(), gateway_settings(&app.tables));
    let event = app.event("update-status", "an-editor-sets-red").await;
    for _ in 0..10 {
        let mut running = start("update-status", &settings).await;
        let ended = running.invoke(event.clone(), TIME).await.expect("an outcome");
        reply(&event, ended).ok();
        let log = log(running).await;
        let [usage, changes, answered] = log.as_slice() else { panic!("{log:?}") };
        assert_eq!(changes["Changes"], 1);
        assert_eq!(usage["message"], "capacity_status_changed");
        assert_eq!(answered["Operation"], "update-status");
    }
}
