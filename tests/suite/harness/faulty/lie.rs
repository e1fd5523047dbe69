//! Lies: the store breaks a promise that the code relies on, or changes a request as if the code
//! lacked a safeguard. A proof that does not detect them proves nothing.

use std::collections::HashSet;

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use serde_json::{Map, Value};

/// One missing safeguard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// A transaction has no token: sent twice, it counts as two.
    TokenStripped,
    /// History never returns a change by its key: no update finds that its own was applied.
    ChangeUnseen,
    /// Both of these.
    SendingsForgotten,
    /// A service is updated whatever version it is on.
    ConditionStripped,
    /// A transaction omits the history entry of the change.
    HistoryDropped,
    /// A transaction omits the record of the client's key.
    KeyDropped,
    /// A transaction is answered as stored but never was.
    NeverStored,
    /// Unprocessed keys are not reported: they seem to be absent.
    UnprocessedUnnamed,
    /// The row for followers is not written with the change, and the call that writes it fails.
    ChangeRowApart,
    /// A service that moves has a row for followers in one region only.
    OneRegion,
    /// The row that stands for many changes is answered as stored but never was.
    ManyUntold,
    /// A query of recent changes looks back no further than the time of its cursor.
    NoLookBack,
    /// A query of recent changes misses the newest row, as an eventually consistent one can.
    StaleQuery,
    /// A `TransactGetItems` is isolated from transactions in flight no better than a `BatchGetItem`.
    ReadsNotIsolated,
}

impl Lie {
    /// The request as the engine gets it.
    pub(super) fn told_in(self, request: HttpRequest) -> HttpRequest {
        let mut body: Value =
            serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        if self == Self::NoLookBack && of_changes(&body) {
            let from = body["ExpressionAttributeValues"][":from"]["S"].as_str().unwrap_or_default();
            let later = from.parse::<i64>().map_or(0, |seconds| seconds + 690);
            body["ExpressionAttributeValues"][":from"]["S"] = format!("{later:012}").into();
            return with_body(request, &body);
        }
        let Some(members) = body["TransactItems"].as_array_mut() else { return request };
        match self {
            Self::TokenStripped | Self::SendingsForgotten => {
                drop(body.as_object_mut().map(|body| body.remove(TOKEN)))
            }
            Self::ConditionStripped => members.iter_mut().for_each(unconditional),
            Self::HistoryDropped => members.retain(|member| !puts_into(member, "status-history")),
            Self::KeyDropped => members.retain(|member| !puts_into(member, "idempotency")),
            Self::ChangeRowApart => members.retain(|member| !puts_into(member, "changes")),
            Self::OneRegion => {
                let mut rows = 0;
                members.retain(|member| {
                    rows += u32::from(puts_into(member, "changes"));
                    rows < 2 || !puts_into(member, "changes")
                });
            }
            Self::ChangeUnseen
            | Self::ManyUntold
            | Self::NoLookBack
            | Self::StaleQuery
            | Self::NeverStored
            | Self::UnprocessedUnnamed
            | Self::ReadsNotIsolated => return request,
        }
        with_body(request, &body)
    }

    /// Whether that request never reaches the engine.
    pub(super) fn is_unsent(self, body: &[u8]) -> bool {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let members = &body["TransactItems"];
        match self {
            Self::NeverStored => members.is_array(),
            Self::ManyUntold => members[0]["Put"]["Item"]["at"]["S"]
                .as_str()
                .is_some_and(|key| key.contains("#many#")),
            _ => false,
        }
    }

    /// The answer as the SDK gets it.
    pub(super) fn told_of(self, answer: HttpResponse) -> HttpResponse {
        let Some(bytes) = answer.body().bytes() else { return answer };
        let Ok(mut body) = serde_json::from_slice::<Value>(bytes) else { return answer };
        let Some(members) = body.as_object_mut() else { return answer };
        let untrue = match self {
            Self::UnprocessedUnnamed => members.remove("UnprocessedKeys"),
            Self::StaleQuery => members
                .get_mut("Items")
                .and_then(Value::as_array_mut)
                .filter(|items| items.first().is_some_and(|item| item["expiresAt"].is_object()))
                .and_then(Vec::pop),
            Self::ChangeUnseen | Self::SendingsForgotten => {
                let of_transaction = members.get_mut("Responses").and_then(Value::as_array_mut);
                let found = of_transaction.into_iter().flatten().filter_map(Value::as_object_mut);
                let unseen: Vec<_> = found.filter_map(without_change).collect();
                without_change(members).or_else(|| unseen.into_iter().next())
            }
            _ => None,
        };
        if untrue.is_none() {
            return answer;
        }
        HttpResponse::new(answer.status(), SdkBody::from(body.to_string()))
    }
}

const TOKEN: &str = "ClientRequestToken";

fn with_body(mut request: HttpRequest, body: &Value) -> HttpRequest {
    let text = body.to_string();
    request.headers_mut().insert("content-length", text.len().to_string());
    *request.body_mut() = SdkBody::from(text);
    request
}

/// Whether a request is a query of recent changes.
fn of_changes(request: &Value) -> bool {
    request["KeyConditionExpression"].is_string()
        && request["TableName"].as_str().is_some_and(|table| table.ends_with("changes"))
}

/// Removes the item from the result and returns it, if it is a change.
fn without_change(found: &mut Map<String, Value>) -> Option<Value> {
    found.get("Item")?.get("changeId")?;
    found.remove("Item")
}

/// Removes the condition of an update, with the names and values that only the condition uses.
fn unconditional(member: &mut Value) {
    let Some(update) = member.get_mut("Update").and_then(Value::as_object_mut) else { return };
    update.remove("ConditionExpression");
    let expression = update["UpdateExpression"].as_str().unwrap_or_default();
    let used: HashSet<String> = expression.split([' ', ',']).map(str::to_owned).collect();
    for named in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        if let Some(named) = update.get_mut(named).and_then(Value::as_object_mut) {
            named.retain(|name, _| used.contains(name));
        }
    }
}

fn puts_into(member: &Value, table: &str) -> bool {
    member["Put"]["TableName"].as_str().is_some_and(|name| name.contains(table))
}
