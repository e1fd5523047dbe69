//! One request as the gateway sends it to a function, and the answer, checked against openapi.yaml.

use std::{io::Read as _, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::read::GzDecoder;
use lambda_http::{
    Body,
    http::{HeaderMap, StatusCode},
};
use local_stack::function_env::ISSUER;
use serde_json::{Value, json, value::to_raw_value};
use shared::http::{GatewayResponse, RemainingTime, dispatch};

use super::{App, Contract, log};

/// A request under construction. It has no user until [`Call::by`].
pub(crate) struct Call<'a> {
    app: &'a App,
    /// Its path in openapi.yaml.
    template: String,
    event: Value,
    time_left: Option<RemainingTime>,
    contract: &'static Contract,
}

impl<'a> Call<'a> {
    pub(crate) fn new(app: &'a App, method: &str, id: Option<String>) -> Self {
        let path = id
            .as_ref()
            .map_or("/services".to_owned(), |id| format!("/services/{id}/capacitystatus"));
        let mut event = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"host": "api.example.org"},
            "requestContext": {
                "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
                "stage": "$default",
                "timeEpoch": 0,
            },
            "isBase64Encoded": false,
        });
        let template = if id.is_some() { "/services/{id}/capacitystatus" } else { "/services" };
        if let Some(id) = id {
            event["pathParameters"] = json!({"id": id});
        }
        let contract = Contract::of_this_repository();
        Self { app, template: template.to_owned(), event, time_left: None, contract }
    }

    /// As the user with that subject, with both scopes.
    pub(crate) fn by(self, subject: &str) -> Self {
        self.claims(json!({
            "sub": subject, "token_use": "access", "client_id": "client",
            "scope": "capacity/read capacity/write",
        }))
    }

    /// With these claims, verified by the gateway, which passes all of them on as strings. They are of the
    /// accepted issuer unless they name another.
    pub(crate) fn claims(mut self, mut claims: Value) -> Self {
        claims.as_object_mut().expect("claims").entry("iss").or_insert(ISSUER.into());
        for claim in claims.as_object_mut().into_iter().flat_map(|claims| claims.values_mut()) {
            if let Value::Number(number) = claim {
                *claim = number.to_string().into();
            }
        }
        self.event["requestContext"]["authorizer"] =
            json!({"jwt": {"claims": claims, "scopes": null}});
        self
    }

    /// As a request for the head of what a GET returns.
    pub(crate) fn head(self) -> Self {
        self.event(|event| event["requestContext"]["http"]["method"] = "HEAD".into())
    }

    /// At that path of openapi.yaml.
    pub(crate) fn path(mut self, template: &str) -> Self {
        let id = self.event["pathParameters"]["id"].as_str().unwrap_or_default();
        let path: Value = template.replace("{id}", id).into();
        self.event["rawPath"] = path.clone();
        self.event["requestContext"]["http"]["path"] = path;
        self.template = template.to_owned();
        self
    }

    /// At that path, by the gateway's route for that path in openapi.yaml.
    pub(crate) fn route(mut self, path: &str, template: &str) -> Self {
        self.event["rawPath"] = path.into();
        self.event["requestContext"]["http"]["path"] = path.into();
        if template != "/$default" {
            self.event["routeKey"] = format!("ANY {template}").into();
        }
        self.template = template.to_owned();
        if template == "/docs/{file}" {
            self.event["pathParameters"] = json!({"file": path.trim_start_matches("/docs/")});
        }
        if template.ends_with("/{proxy+}") {
            let (_, rest) = path.split_once("/capacitystatus/").expect("the old path");
            self.event["pathParameters"] = json!({"id": "30", "proxy": rest});
        }
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if name == "authorization" {
            value.split(['.', ' ']).skip(1).for_each(log::keep_secret);
        }
        self.event["headers"][name] = value.into();
        self
    }

    pub(crate) fn query(mut self, query: &str) -> Self {
        self.event["rawQueryString"] = query.into();
        self
    }

    /// A JSON text as the body.
    pub(crate) fn body(mut self, text: &str) -> Self {
        let body: Value = serde_json::from_str(text).unwrap_or_default();
        match &body["notes"] {
            Value::String(notes) => log::keep_secret(notes),
            notes => log::keep_secret(&notes.to_string()),
        }
        self.event["body"] = text.into();
        self.header("content-type", "application/json")
    }

    /// Bytes as the body, which the gateway sends as base64.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
        let mut call = self.body(&String::from_utf8_lossy(bytes));
        call.event["isBase64Encoded"] = true.into();
        call.event["body"] = BASE64_STANDARD.encode(bytes).into();
        call
    }

    /// Changes the event itself, by JSON merge patch of its top level.
    pub(crate) fn event(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.event);
        self
    }

    /// With that little time for the answer.
    pub(crate) fn within(mut self, time: Duration) -> Self {
        self.time_left = Some(RemainingTime(time));
        self
    }

    /// The answer may have values that a later version will add, because a row has them.
    pub(crate) fn with_open_values(mut self) -> Self {
        self.contract = Contract::as_published();
        self
    }

    /// Sends the request to the function and checks the answer against the contract.
    pub(crate) async fn send(self) -> Reply {
        let method = self.event["requestContext"]["http"]["method"].clone();
        let method = method.as_str().unwrap_or_default();
        let contract = self.contract;
        let function = contract.function(method, &self.template);
        let event = to_raw_value(&self.event).expect("JSON");
        let (app, time_left) = (self.app, self.time_left);
        let answered = dispatch(&event, async |mut request| {
            time_left.map(|left| request.extensions_mut().insert(left));
            app.functions.answer(function, request).await
        })
        .await;
        let reply = Reply::from(answered.expect("an event"));
        contract.check(method, &self.template, &reply);
        app.has_answered(&contract.operation_name(method, &self.template), reply.status);
        reply
    }
}

/// An answer as the client sees it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The values of `Set-Cookie`.
    pub(crate) cookies: Vec<String>,
    /// The body's bytes on the wire, compressed if it was sent so.
    pub(crate) body_bytes: usize,
    /// The body's text, byte for byte; empty if there is none.
    pub(crate) text: String,
    /// The body's JSON or YAML, or its text if it is of another kind; null if it is empty.
    pub(crate) body: Value,
}

impl Reply {
    /// The value of a header; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("visible ASCII"))
    }

    /// The problem's code. Fails if the status is another.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16) -> &str {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body["code"].as_str().expect("a code")
    }

    /// The body. Fails unless the status is 200.
    #[track_caller]
    pub(crate) fn ok(&self) -> &Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        &self.body
    }

    /// The ids of a list's items.
    #[track_caller]
    pub(crate) fn ids(&self) -> Vec<u64> {
        let items = self.ok()["items"].as_array().expect("items");
        items.iter().map(|item| item["id"].as_u64().expect("an id")).collect()
    }
}

impl From<GatewayResponse> for Reply {
    fn from(answer: GatewayResponse) -> Self {
        let body_bytes = answer.body.as_ref().map_or(0, |body| body.len());
        let text = match answer.body {
            Some(Body::Text(text)) => text,
            Some(Body::Binary(gzip)) => unpacked(&gzip),
            None => String::new(),
            other => panic!("the body is not text: {other:?}"),
        };
        let body =
            if text.is_empty() { Value::Null } else { parsed(text.clone(), &answer.headers) };
        let status = u16::try_from(answer.status_code).expect("a status");
        let status = StatusCode::from_u16(status).expect("a status");
        Self { status, headers: answer.headers, cookies: answer.cookies, body_bytes, text, body }
    }
}

/// A body, parsed by its media type.
fn parsed(text: String, headers: &HeaderMap) -> Value {
    let media_type = headers.get("content-type").and_then(|value| value.to_str().ok());
    match media_type.unwrap_or_default() {
        "application/json" | "application/problem+json" => {
            serde_json::from_str(&text).expect("JSON")
        }
        "application/yaml" => serde_saphyr::from_str(&text).expect("YAML"),
        _ => text.into(),
    }
}

fn unpacked(gzip: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(gzip).read_to_string(&mut text).expect("gzip");
    text
}
