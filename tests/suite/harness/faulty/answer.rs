//! The answers that report the outcome of a call.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use aws_smithy_runtime_api::{
    client::{orchestrator::HttpResponse, result::ConnectorError},
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use axum::body::{Bytes, HttpBody};
use http_body::Frame;
use serde_json::{Map, Value, json};

/// An answer of the engine.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

pub(super) fn broken() -> ConnectorError {
    ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionReset).into())
}

pub(super) fn late() -> ConnectorError {
    ConnectorError::timeout(io::Error::from(io::ErrorKind::TimedOut).into())
}

fn answer(status: u16, body: String) -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(status).expect("a status"), SdkBody::from(body))
}

/// An answer of status 200.
pub(super) fn success(body: &str) -> Answer {
    Answer { status: StatusCode::try_from(200).expect("a status"), body: body.into() }
}

pub(super) fn failed() -> HttpResponse {
    answer(500, error("InternalServerError").to_string())
}

pub(super) fn refused(code: &str, reasons: &[&str]) -> HttpResponse {
    let Answer { status, body } = refusal(code, reasons);
    HttpResponse::new(status, SdkBody::from(body))
}

/// An answer of status 400: that error, and for a cancelled transaction the reason of each action.
pub(super) fn refusal(code: &str, reasons: &[&str]) -> Answer {
    let mut document = error(code);
    if !reasons.is_empty() {
        document["CancellationReasons"] =
            reasons.iter().map(|code| json!({"Code": code})).collect();
    }
    let status = StatusCode::try_from(400).expect("a status");
    Answer { status, body: document.to_string().into() }
}

fn error(code: &str) -> Value {
    json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "as scripted"})
}

/// The keys that a `BatchGetItem` leaves unprocessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unprocessed {
    /// The first key of the table with that number.
    FirstOf(usize),
    /// Every key but the first one of the request.
    AllButFirst,
}

impl Unprocessed {
    fn has(self, table: usize, key: usize, tables: usize) -> bool {
        match self {
            Self::FirstOf(own) => own % tables == table && key == 0,
            Self::AllButFirst => (table, key) != (0, 0),
        }
    }

    /// The answer to a `BatchGetItem` that processed the other keys.
    pub(super) fn in_answer(self, body: &[u8], request: &[u8]) -> Vec<u8> {
        let request: Value = serde_json::from_slice(request).expect("JSON");
        let mut body: Value = serde_json::from_slice(body).expect("JSON");
        let asked = request["RequestItems"].as_object().expect("tables");
        let mut unprocessed = Map::new();
        for (table, (name, keys)) in asked.iter().enumerate() {
            let left = keys["Keys"].as_array().expect("keys").iter().enumerate();
            let left = left.filter(|(key, _)| self.has(table, *key, asked.len()));
            let left: Vec<_> = left.map(|(_, key)| key.clone()).collect();
            if let Some(rows) = body["Responses"][name.as_str()].as_array_mut() {
                rows.retain(|row| !left.iter().any(|key| is_of(row, key)));
            }
            if !left.is_empty() {
                let mut keys = keys.clone();
                keys["Keys"] = left.into();
                unprocessed.insert(name.clone(), keys);
            }
        }
        body["UnprocessedKeys"] = unprocessed.into();
        body.to_string().into()
    }
}

/// Whether that key is the row's.
fn is_of(row: &Value, key: &Value) -> bool {
    key.as_object().into_iter().flatten().all(|(part, value)| row[part] == *value)
}

/// The beginning of a body, followed by an error.
pub(super) struct Cut(pub(super) Option<Bytes>);

impl HttpBody for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(match self.0.take() {
            Some(beginning) => Ok(Frame::data(beginning)),
            None => Err(io::ErrorKind::ConnectionReset.into()),
        }))
    }
}
