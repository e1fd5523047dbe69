//! Transactions in flight. DynamoDB isolates a transaction from other transactions, but a `GetItem`,
//! `BatchGetItem`, `Query` or `Scan` reads each row by itself: while a transaction is being applied,
//! such a read finds some of its rows as they were before and others as they are now. The engine is
//! atomic, so this is modelled on top of it: the engine applies the transaction at once, and each
//! row is hidden, shown as it was before, for a number of further calls.
//!
//! A hidden row is locked. A transaction that names it is cancelled, and a write of that row alone
//! is refused. Indexes are left as the engine has them: they are only eventually consistent anyway.

use std::sync::Mutex;

use serde_json::{Map, Value, json};
use shared::store::keys::{changes, history, idempotency, services, users};

use super::answer::{Answer, refusal};

/// For how many further calls each row of a transaction is hidden, in the order of its actions.
/// Further rows are visible at once.
pub(crate) type Hidden = [u8; 5];

/// A row: its table and its key.
#[derive(Clone, Debug)]
pub(super) struct Row {
    table: String,
    key: Value,
}

#[derive(Debug)]
struct HiddenRow {
    row: Row,
    /// The previous item; `None` if there was none.
    before: Option<Value>,
    calls_left: u8,
    hidden: bool,
}

#[derive(Debug)]
struct Transaction {
    token: Value,
    rows: Vec<HiddenRow>,
}

/// The transactions in flight.
#[derive(Debug, Default)]
pub(super) struct InFlight(Mutex<Vec<Transaction>>);

impl InFlight {
    /// Adds a transaction that the engine has just applied. `before` has the previous items of its
    /// rows.
    pub(super) fn add(&self, request: &Value, before: Vec<Option<Value>>, hidden: Hidden) {
        let calls = hidden.into_iter().chain(std::iter::repeat(0));
        let rows = rows("TransactWriteItems", request).into_iter().zip(before).zip(calls);
        let rows = rows.map(|((row, before), calls_left)| HiddenRow {
            row,
            before,
            calls_left,
            hidden: calls_left > 0,
        });
        let transaction = Transaction { token: request[TOKEN].clone(), rows: rows.collect() };
        self.0.lock().expect("no panic while held").push(transaction);
    }

    /// Counts a further call.
    pub(super) fn count_call(&self) {
        let mut transactions = self.0.lock().expect("no panic while held");
        for row in transactions.iter_mut().flat_map(|transaction| &mut transaction.rows) {
            row.hidden = row.calls_left > 0;
            row.calls_left = row.calls_left.saturating_sub(1);
        }
        transactions.retain(|transaction| transaction.rows.iter().any(|row| row.hidden));
    }

    /// Whether no transaction is in flight.
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().expect("no panic while held").is_empty()
    }

    /// Makes every row visible.
    pub(super) fn finish(&self) {
        self.0.lock().expect("no panic while held").clear();
    }

    /// The refusal of a call, if a transaction in flight prevents it.
    pub(super) fn refusal(&self, operation: &str, request: &Value) -> Option<Answer> {
        let transactions = self.0.lock().expect("no panic while held");
        let token = &request[TOKEN];
        if token.is_string() && transactions.iter().any(|other| other.token == *token) {
            return Some(refusal("TransactionInProgressException", &[]));
        }
        let locked = |row: &Row| hidden(&transactions).any(|other| other.row.is(row));
        let locked: Vec<bool> = rows(operation, request).iter().map(locked).collect();
        if !locked.contains(&true) {
            return None;
        }
        Some(match operation {
            "TransactWriteItems" | "TransactGetItems" => {
                let reason = |locked| if locked { "TransactionConflict" } else { "None" };
                let reasons: Vec<_> = locked.into_iter().map(reason).collect();
                refusal("TransactionCanceledException", &reasons)
            }
            _ => refusal("TransactionConflictException", &[]),
        })
    }

    /// The engine's answer to a read, with hidden rows as they were before.
    pub(super) fn half_visible(&self, operation: &str, request: &Value, answer: Answer) -> Answer {
        let transactions = self.0.lock().expect("no panic while held");
        if answer.status.as_u16() != 200 || hidden(&transactions).next().is_none() {
            return answer;
        }
        let mut body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        for row in hidden(&transactions) {
            row.hide_in(operation, request, &mut body);
        }
        Answer { body: body.to_string().into(), ..answer }
    }
}

fn hidden(transactions: &[Transaction]) -> impl Iterator<Item = &HiddenRow> {
    transactions.iter().flat_map(|transaction| &transaction.rows).filter(|row| row.hidden)
}

impl Row {
    fn new(action: &Value) -> Self {
        let table = action["TableName"].as_str().unwrap_or_default().to_owned();
        let key = match &action["Key"] {
            Value::Null => key_of(&table, &action["Item"]),
            key => key.clone(),
        };
        Self { table, key }
    }

    fn is(&self, other: &Self) -> bool {
        self.table == other.table && self.key == other.key
    }

    /// Whether that item belongs to the row.
    fn has(&self, item: &Value) -> bool {
        self.key.as_object().into_iter().flatten().all(|(name, value)| item[name] == *value)
    }

    /// The member of a `TransactGetItems` that reads the row.
    pub(super) fn get(&self) -> Value {
        json!({"Get": {"TableName": self.table, "Key": self.key}})
    }
}

impl HiddenRow {
    fn hide_in(&self, operation: &str, request: &Value, body: &mut Value) {
        let table = self.row.table.as_str();
        let asks_for = |get: &Value| self.row.is(&Row::new(get));
        match operation {
            "GetItem" if asks_for(request) => self.put_back(body),
            "TransactGetItems" => {
                let gets = request["TransactItems"].as_array().into_iter().flatten();
                let responses = body["Responses"].as_array_mut().into_iter().flatten();
                let own = gets.zip(responses).filter(|(get, _)| asks_for(&get["Get"]));
                own.for_each(|(_, response)| self.put_back(response));
            }
            "BatchGetItem" => {
                let keys = request["RequestItems"][table]["Keys"].as_array();
                if keys.is_some_and(|keys| keys.contains(&self.row.key)) {
                    self.replace_in(&mut body["Responses"][table]);
                }
            }
            "Query" | "Scan" if request["TableName"] == table && request["IndexName"].is_null() => {
                // A query of history or of changes can only hide entries that did not exist before.
                let items = &mut body["Items"];
                if items.as_array().is_some_and(|items| items.iter().any(|one| self.row.has(one))) {
                    self.replace_in(items);
                    body["Count"] = body["Items"].as_array().map_or(0, Vec::len).into();
                }
            }
            _ => {}
        }
    }

    fn put_back(&self, found: &mut Value) {
        let Some(found) = found.as_object_mut() else { return };
        match &self.before {
            Some(before) => found.insert("Item".to_owned(), before.clone()),
            None => found.remove("Item"),
        };
    }

    fn replace_in(&self, items: &mut Value) {
        let Some(items) = items.as_array_mut() else { return };
        items.retain(|item| !self.row.has(item));
        items.extend(self.before.clone());
    }
}

const TOKEN: &str = "ClientRequestToken";

/// The rows that a transaction or a write names, in order.
pub(super) fn rows(operation: &str, request: &Value) -> Vec<Row> {
    match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            let actions = request["TransactItems"].as_array().into_iter().flatten();
            let actions = actions.filter_map(|action| action.as_object()?.values().next());
            actions.map(Row::new).collect()
        }
        "PutItem" | "UpdateItem" | "DeleteItem" => vec![Row::new(request)],
        _ => Vec::new(),
    }
}

/// The key of an item of that table.
fn key_of(table: &str, item: &Value) -> Value {
    let names: &[&str] = match table {
        _ if table.ends_with("status-history") => &[history::SERVICE_ID, history::AT],
        _ if table.ends_with("changes") => &[changes::REGION, changes::AT],
        _ if table.ends_with("idempotency") => &[idempotency::KEY],
        _ if table.ends_with("users") => &[users::SUBJECT],
        _ if table.ends_with("audit") => &["resource", "at"],
        _ => &[services::ID],
    };
    let parts = names.iter().map(|name| ((*name).to_owned(), item[*name].clone()));
    Value::Object(parts.collect::<Map<_, _>>())
}
