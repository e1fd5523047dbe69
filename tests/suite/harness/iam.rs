//! What template.yaml allows each function to do on tables. In every test, a request that AWS would
//! refuse panics.

mod condition;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, OnceLock},
};

use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef,
    },
    error::BoxError,
};
use serde_json::Value;
use shared::store::TableNames;

use self::condition::Request;
use super::{FUNCTIONS, document, logical_id, sessions_table};

/// An action and the logical id of its resource: `ServicesTable/index/hierarchy` for an index.
pub(crate) type Right = (String, String);

/// What a function's role is granted, except tracing and the key.
pub(crate) fn granted(function: &str) -> BTreeSet<Right> {
    conditions(function).into_keys().collect()
}

/// The condition on each right that a function's role is granted; null if there is none.
fn conditions(function: &str) -> BTreeMap<Right, Value> {
    let role = logical_id(function).replace("Function", "Role");
    let template = document("template.yaml");
    let policies = &template["Resources"][&role]["Properties"]["Policies"];
    let policies = policies.as_array().expect("policies").iter();
    let statements = policies.flat_map(|policy| listed(&policy["PolicyDocument"]["Statement"]));
    conditional_rights(statements)
}

/// What statements of a policy grant.
pub(crate) fn rights(statements: impl IntoIterator<Item = Value>) -> BTreeSet<Right> {
    conditional_rights(statements).into_keys().collect()
}

/// The condition on each right that statements of a policy grant; null if there is none.
fn conditional_rights(statements: impl IntoIterator<Item = Value>) -> BTreeMap<Right, Value> {
    let mut conditions = BTreeMap::new();
    for statement in statements {
        assert_eq!(statement["Effect"], "Allow", "{statement}");
        for (action, resource) in pairs(&statement["Action"], &statement["Resource"]) {
            let right = (action.as_str().expect("an action").to_owned(), named(&resource));
            let before = conditions.insert(right, statement["Condition"].clone());
            assert_eq!(before, None, "again: {statement}");
        }
    }
    conditions
}

fn listed(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

fn pairs(actions: &Value, resources: &Value) -> Vec<(Value, Value)> {
    let resources = listed(resources);
    let each =
        |action: Value| resources.iter().map(move |resource| (action.clone(), resource.clone()));
    listed(actions).into_iter().flat_map(each).collect()
}

/// A resource by its logical id.
fn named(arn: &Value) -> String {
    let own = arn["Fn::GetAtt"].as_array().filter(|parts| parts[1] == "Arn");
    let own = own.and_then(|parts| Some(parts[0].as_str()?.to_owned()));
    let within = arn["Fn::Sub"].as_str().and_then(|text| text.strip_prefix("${"));
    let within = within.map(|text| text.replace(".Arn}", ""));
    own.or(within).unwrap_or_else(|| panic!("not the ARN of a resource: {arn}"))
}

/// The logical ids of the tables.
const TABLES: [&str; 6] = [
    "ServicesTable",
    "StatusHistoryTable",
    "UsersTable",
    "ChangesTable",
    "IdempotencyTable",
    "SessionsTable",
];

/// Why AWS would refuse a function's request, if so. It names tables by their logical ids.
pub(crate) fn refusal(function: &'static str, action: &str, body: &Value) -> Option<String> {
    let tables = TABLES.map(|id| (id.to_owned(), id.to_owned())).into();
    Rights { function, tables, used: Used::default() }.check(action, body).err()
}

/// What one function's client may do, and what all functions of the app have done.
#[derive(Clone, Debug)]
pub(crate) struct Rights {
    function: &'static str,
    tables: HashMap<String, String>,
    used: Used,
}

/// The permissions used, by function.
pub(crate) type Used = Arc<Mutex<BTreeMap<&'static str, BTreeSet<Right>>>>;

impl Rights {
    /// The client for that function.
    pub(crate) fn hold(
        client: &Client,
        function: &'static str,
        tables: &TableNames,
        used: &Used,
    ) -> Client {
        let rights = Self { function, tables: logical_ids(tables), used: Arc::clone(used) };
        Client::from_conf(client.config().to_builder().interceptor(rights).build())
    }

    /// Why AWS would refuse a request, or the permissions that it uses.
    fn check(&self, action: &str, body: &Value) -> Result<Vec<Right>, String> {
        static GRANTED: OnceLock<BTreeMap<&str, BTreeMap<Right, Value>>> = OnceLock::new();
        let granted = GRANTED.get_or_init(|| FUNCTIONS.map(|name| (name, conditions(name))).into());
        let asked = required(&self.tables, action, body);
        for right in &asked {
            let condition = granted[self.function].get(right);
            let condition = condition.ok_or(format!("{} may not {right:?}", self.function))?;
            if !condition.is_null() {
                let table = self.tables.iter().find(|(_, id)| **id == right.1);
                let (name, id) = table.expect("conditions are on tables");
                for request in Request::all_of(action, body, name, id) {
                    request.meets(condition).map_err(|why| format!("{right:?}: {why}"))?;
                }
            }
        }
        Ok(asked)
    }
}

/// The logical id of each table, by its name.
pub(crate) fn logical_ids(tables: &TableNames) -> HashMap<String, String> {
    let names = shared::runtime::table_variables(tables).map(|(_, name)| name.to_owned());
    names.into_iter().chain([sessions_table(tables)]).zip(TABLES.map(str::to_owned)).collect()
}

/// The permissions that AWS requires for an action. A transaction needs those of its members.
pub(crate) fn required(tables: &HashMap<String, String>, action: &str, body: &Value) -> Vec<Right> {
    let right = |action: &str, table: &str, index: Option<&str>| {
        let table = tables.get(table).unwrap_or_else(|| panic!("no table {table}"));
        let index = index.map(|index| format!("/index/{index}")).unwrap_or_default();
        (format!("dynamodb:{action}"), format!("{table}{index}"))
    };
    let text = |value: &Value| value.as_str().expect("a name").to_owned();
    match action {
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().expect("tables");
            tables.keys().map(|table| right(action, table, None)).collect()
        }
        "TransactWriteItems" => {
            let members = body["TransactItems"].as_array().expect("members");
            let members = members.iter().flat_map(|member| member.as_object().expect("one"));
            let action = |kind: &str| match kind {
                "ConditionCheck" => "ConditionCheckItem".to_owned(),
                kind => format!("{kind}Item"),
            };
            members
                .map(|(kind, member)| right(&action(kind), &text(&member["TableName"]), None))
                .collect()
        }
        "TransactGetItems" => {
            let gets = body["TransactItems"].as_array().expect("gets").iter();
            gets.map(|get| right("GetItem", &text(&get["Get"]["TableName"]), None)).collect()
        }
        "DeleteItem" | "GetItem" | "PutItem" | "Query" | "Scan" | "UpdateItem" => {
            vec![right(action, &text(&body["TableName"]), body["IndexName"].as_str())]
        }
        other => panic!("unknown action {other}"),
    }
}

impl Intercept for Rights {
    fn name(&self) -> &'static str {
        "Rights"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let action = request.headers().get("x-amz-target").and_then(|name| name.split('.').nth(1));
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        let asked = self.check(action.expect("an action"), &body);
        let asked = asked.unwrap_or_else(|why| panic!("AWS would refuse {}: {why}", self.function));
        let mut used = self.used.lock().expect("no panic while held");
        used.entry(self.function).or_default().extend(asked);
        Ok(())
    }
}
