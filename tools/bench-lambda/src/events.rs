//! The events of a benchmark, one after another.

#![expect(
    clippy::indexing_slicing,
    reason = "a member of a JSON object is set; an event file without one stops the benchmark"
)]

use std::{error::Error, process::Command, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use lambda_emulator::{ExecutionEnvironment, InvocationResult, Outcome};
use load::{
    request::update,
    seed::{EDITOR, READER, begin_session},
};
use serde_json::{Value, json};
use shared::{http::cookie::SESSION, store::TableNames};
use web::visitor::SessionSecret;

use crate::{
    benchmark::{Benchmark, Scenario},
    store::Store,
    tables::DIRECTORY,
};

/// The timeout of an invocation.
pub(crate) const INVOKE_TIMEOUT: Duration = Duration::from_secs(20);

/// The limit of Lambda's init phase.
pub(crate) const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// One service of a board in this many is RED.
const SERVICES_PER_RED_ONE: usize = 5;
/// The user of the sample directory who sends forms.
const PERSON: &str = "sample-editor";

/// The events of one benchmark.
#[derive(Debug)]
pub(crate) struct Events {
    event: Value,
    scenario: Scenario,
    expected: u16,
    form: Option<Form>,
}

/// What a form of a page carries, and the function that says which status it is about.
#[derive(Debug)]
struct Form {
    token: String,
    fields: Vec<(String, String)>,
    sent: u32,
    read: ExecutionEnvironment,
}

impl Events {
    /// The events for these tables. Sets the statuses and begins the session that they need.
    pub(crate) async fn start(
        store: &Store,
        tables: &TableNames,
        benchmark: &Benchmark,
    ) -> Result<Self, Box<dyn Error>> {
        let Benchmark { scenario, expected, .. } = *benchmark;
        let mut event: Value = serde_json::from_str(&benchmark.event()?)?;
        let mut form = None;
        match scenario {
            Scenario::Sample | Scenario::Poll => {}
            Scenario::MovedDeadline => {
                let mut function = start(store, tables, &Benchmark::update()).await?;
                let answer = function.invoke(Benchmark::update().event()?, INVOKE_TIMEOUT).await?;
                name_tag(&mut event, &response(answer.outcome, 200)?)?;
            }
            Scenario::Board | Scenario::UnchangedBoard => {
                let numbers = (0..DIRECTORY.size).step_by(SERVICES_PER_RED_ONE);
                let services = numbers.map(|number| DIRECTORY.id(number).to_string().into());
                let statuses = services.map(|service| (service, "RED"));
                set_statuses(store, tables, Some(EDITOR), statuses).await?;
                sign_in(store, tables, READER, &mut event).await?;
                let region = DIRECTORY.id(0);
                event["pathParameters"] = json!({"id": region.to_string()});
                event["rawPath"] = format!("/web/board/{region}").into();
                if scenario == Scenario::UnchangedBoard {
                    event["headers"]["if-none-match"] = "*".into();
                }
            }
            Scenario::Service { changes } => {
                service_page(store, tables, changes, &mut event).await?;
            }
            Scenario::UnchangedService { changes } => {
                service_page(store, tables, changes, &mut event).await?;
                event["headers"]["if-none-match"] = "*".into();
                event["headers"]["x-refresh"] = "1".into();
            }
            Scenario::Form => {
                let session = sign_in(store, tables, PERSON, &mut event).await?;
                form = Some(Form {
                    token: session.form_token(),
                    fields: fields(&event)?,
                    sent: 0,
                    read: start(store, tables, &Benchmark::read()).await?,
                });
            }
        }
        Ok(Self { event, scenario, expected, form })
    }

    /// The next event, as JSON.
    pub(crate) async fn next(&mut self) -> Result<String, Box<dyn Error>> {
        if let Some(form) = &mut self.form {
            self.event["body"] = form.next().await?.into();
            self.event["isBase64Encoded"] = true.into();
        }
        Ok(self.event.to_string())
    }

    /// The duration of an invocation with the expected status; an error for any other outcome.
    pub(crate) fn answered(&mut self, result: InvocationResult) -> Result<Duration, String> {
        let response = response(result.outcome, self.expected)?;
        match self.scenario {
            Scenario::MovedDeadline => name_tag(&mut self.event, &response)?,
            Scenario::Poll => {
                name_cursor(&mut self.event, &response).map_err(|why| why.to_string())?
            }
            _ => {}
        }
        Ok(result.duration)
    }
}

impl Form {
    /// The form that a person sends who has just seen the status.
    async fn next(&mut self) -> Result<String, Box<dyn Error>> {
        let answer = self.read.invoke(Benchmark::read().event()?, INVOKE_TIMEOUT).await?;
        let response = response(answer.outcome, 200)?;
        let tag = response.pointer("/headers/etag").and_then(Value::as_str).unwrap_or_default();
        self.sent += 1;
        let key = format!("bench-{}", self.sent);
        let mut body = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.fields {
            let value = match name.as_str() {
                "token" => &self.token,
                "etag" => tag,
                "key" => &key,
                _ => value,
            };
            body.append_pair(name, value);
        }
        Ok(BASE64_STANDARD.encode(body.finish()))
    }
}

async fn start(
    store: &Store,
    tables: &TableNames,
    benchmark: &Benchmark,
) -> Result<ExecutionEnvironment, Box<dyn Error>> {
    let binary = Command::new(benchmark.binary());
    let mut function = ExecutionEnvironment::start(binary, store.settings(tables)).await?;
    function.wait_until_ready(INIT_TIMEOUT).await?;
    Ok(function)
}

fn response(outcome: Outcome, expected: u16) -> Result<Value, String> {
    match outcome {
        Outcome::Response(response)
            if response.get("statusCode").is_some_and(|code| *code == expected) =>
        {
            Ok(response)
        }
        Outcome::Response(other) | Outcome::Error(other) => {
            Err(format!("unexpected outcome: {other}"))
        }
    }
}

fn name_tag(event: &mut Value, response: &Value) -> Result<(), String> {
    let tag = response.pointer("/headers/etag").ok_or("an answer without an entity tag")?;
    let headers = event.get_mut("headers").and_then(Value::as_object_mut);
    headers.ok_or("an event without headers")?.insert("if-match".to_owned(), tag.clone());
    Ok(())
}

fn name_cursor(event: &mut Value, response: &Value) -> Result<(), Box<dyn Error>> {
    let body = response.get("body").and_then(Value::as_str).unwrap_or_default();
    let body: Value = serde_json::from_str(body)?;
    let cursor = body["cursor"].as_str().ok_or("an answer without a cursor")?;
    let region = event["queryStringParameters"]["region"].as_str().unwrap_or_default();
    event["rawQueryString"] = format!("region={region}&cursor={cursor}").into();
    event["queryStringParameters"]["cursor"] = cursor.into();
    Ok(())
}

/// Signs a user in, and puts the cookie into the event.
async fn sign_in(
    store: &Store,
    tables: &TableNames,
    user: &str,
    event: &mut Value,
) -> Result<SessionSecret, Box<dyn Error>> {
    let settings = store.settings(tables);
    let table = settings.get("SESSIONS_TABLE").ok_or("no table of sessions")?;
    let session = begin_session(&store.engine.client(), table, user).await?;
    event["cookies"] = json!([format!("{SESSION}={}", session.cookie_value())]);
    Ok(session)
}

/// Signs in somebody who opens the page of a service that people have set RED and GREEN by turns, so many times.
async fn service_page(
    store: &Store,
    tables: &TableNames,
    changes: usize,
    event: &mut Value,
) -> Result<(), Box<dyn Error>> {
    let service = &event["pathParameters"]["id"];
    let statuses = ["RED", "GREEN"].into_iter().cycle().take(changes);
    let statuses = statuses.map(|status| (service.clone(), status));
    set_statuses(store, tables, None, statuses).await?;
    sign_in(store, tables, PERSON, event).await?;
    Ok(())
}

/// Sets services to these statuses, as people do: as this subject, or as the event's.
async fn set_statuses(
    store: &Store,
    tables: &TableNames,
    subject: Option<&str>,
    statuses: impl Iterator<Item = (Value, &'static str)>,
) -> Result<(), Box<dyn Error>> {
    let mut function = start(store, tables, &Benchmark::update()).await?;
    let mut event: Value = serde_json::from_str(&Benchmark::update().event()?)?;
    if let Some(subject) = subject {
        event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = subject.into();
    }
    for (service, status) in statuses {
        event["pathParameters"]["id"] = service;
        event["body"] = update(status).into();
        response(function.invoke(event.to_string(), INVOKE_TIMEOUT).await?.outcome, 200)?;
    }
    function.kill().await?;
    Ok(())
}

fn fields(event: &Value) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let body = event.get("body").and_then(Value::as_str).ok_or("an event without a body")?;
    let is_text = event.get("isBase64Encoded").is_some_and(|encoded| *encoded == false);
    let body = if is_text { body.into() } else { BASE64_STANDARD.decode(body)? };
    Ok(form_urlencoded::parse(&body).into_owned().collect())
}
