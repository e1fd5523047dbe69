//! The functions under test, on their own tables, with a clock that the test sets.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use shared::{
    domain::Timestamp,
    http::{Clock, RemainingTime},
    operations::ResetRun,
    runtime::{Environment, Invocation},
    store::TableNames,
};

use super::{
    Functions, NOW, gateway_settings,
    iam::{Right, Rights, Used},
    request::Call,
};

/// The functions in their own world, with a clock that the test sets.
pub(crate) struct App {
    pub(crate) client: Client,
    pub(crate) tables: TableNames,
    settings: HashMap<String, String>,
    clock: Arc<AtomicI64>,
    used: Used,
    statuses: Statuses,
    pub(crate) functions: Functions,
}

/// The statuses that operations have returned: `METHOD path status`.
type Statuses = Arc<Mutex<BTreeSet<String>>>;

impl App {
    /// The functions built from these settings.
    pub(crate) fn new(
        client: Client,
        tables: TableNames,
        settings: &HashMap<String, String>,
    ) -> Self {
        Self::counting(client, tables, settings, Used::default(), Statuses::default())
    }

    /// The same functions with another client. What they use and return counts here too.
    pub(crate) fn with_client(&self, client: Client) -> Self {
        let (used, statuses) = (Arc::clone(&self.used), Arc::clone(&self.statuses));
        Self::counting(client, self.tables.clone(), &self.settings, used, statuses)
    }

    /// The same functions with other values of some settings. What they use and return counts here too.
    pub(crate) fn with_settings(&self, own: &[(&str, &str)]) -> Self {
        let mut settings = self.settings.clone();
        let own = own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        settings.extend(own);
        let (used, statuses) = (Arc::clone(&self.used), Arc::clone(&self.statuses));
        Self::counting(self.client.clone(), self.tables.clone(), &settings, used, statuses)
    }

    fn counting(
        client: Client,
        tables: TableNames,
        settings: &HashMap<String, String>,
        used: Used,
        statuses: Statuses,
    ) -> Self {
        let seconds = Arc::new(AtomicI64::new(NOW));
        let shown = Arc::clone(&seconds);
        let clock = Clock::from_fn(move || time(shown.load(Ordering::SeqCst)));
        let environment: Environment = settings.clone().into_iter().collect();
        let own_client = |function| Rights::hold(&client, function, &tables, &used);
        let functions = Functions::new(&environment, own_client, &clock).expect("settings");
        let settings = settings.clone();
        Self { client, tables, settings, clock: seconds, used, statuses, functions }
    }

    /// The functions on the same tables, verifying tokens themselves.
    pub(crate) fn verifying(self, issuer: &str, client_ids: &str, jwks_url: &str) -> Self {
        let mut settings = gateway_settings(&self.tables);
        let own = [
            ("AUTH_MODE", "jwt"),
            ("JWT_ISSUER", issuer),
            ("JWT_CLIENT_IDS", client_ids),
            ("JWT_JWKS_URL", jwks_url),
        ];
        settings.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Self::new(self.client, self.tables, &settings)
    }

    /// The permissions that a function has used so far.
    pub(crate) fn used(&self, function: &str) -> BTreeSet<Right> {
        let used = self.used.lock().expect("no panic while held");
        used.get(function).cloned().unwrap_or_default()
    }

    /// The statuses that operations have returned so far: `METHOD path status`.
    pub(crate) fn statuses(&self) -> BTreeSet<String> {
        self.statuses.lock().expect("no panic while held").clone()
    }

    /// Records an answer.
    pub(super) fn has_answered(&self, operation: &str, status: StatusCode) {
        let mut statuses = self.statuses.lock().expect("no panic while held");
        statuses.insert(format!("{operation} {}", status.as_str()));
    }

    /// Sets the clock to the machine's time, for tokens minted just now.
    pub(crate) fn at_real_time(&self) {
        self.clock.store(Clock::system().now().epoch_seconds(), Ordering::SeqCst);
    }

    /// The time by the clock.
    pub(crate) fn now(&self) -> Timestamp {
        time(self.clock.load(Ordering::SeqCst))
    }

    /// Advances the clock.
    pub(crate) fn later(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Sets the clock to that many seconds after [`NOW`].
    pub(crate) fn at(&self, seconds: i64) {
        self.clock.store(NOW + seconds, Ordering::SeqCst);
    }

    pub(crate) fn get(&self, id: impl ToString) -> Call<'_> {
        Call::new(self, "GET", Some(id.to_string()))
    }

    pub(crate) fn put(&self, id: impl ToString, body: Value) -> Call<'_> {
        Call::new(self, "PUT", Some(id.to_string())).body(&body.to_string())
    }

    /// `PUT …/deadline` with that body.
    pub(crate) fn put_deadline(&self, id: impl ToString, body: Value) -> Call<'_> {
        self.put(id, body).path("/services/{id}/capacitystatus/deadline")
    }

    pub(crate) fn patch(&self, id: impl ToString) -> Call<'_> {
        Call::new(self, "PATCH", Some(id.to_string()))
    }

    /// `GET /services` with that query string.
    pub(crate) fn list(&self, query: &str) -> Call<'_> {
        Call::new(self, "GET", None).query(query)
    }

    /// `GET /changes` with that query string.
    pub(crate) fn changes(&self, query: &str) -> Call<'_> {
        self.other("GET", "/changes", "/changes").query(query)
    }

    /// `GET …/history` with that query string.
    pub(crate) fn past(&self, id: impl ToString, query: &str) -> Call<'_> {
        self.get(id).path("/services/{id}/capacitystatus/history").query(query)
    }

    /// A request for a path without a service, under the openapi.yaml path that the gateway
    /// matched.
    pub(crate) fn other(&self, method: &str, path: &str, template: &str) -> Call<'_> {
        Call::new(self, method, None).route(path, template)
    }

    /// Gives a user the permission to update services, or takes it away.
    pub(crate) async fn permit(&self, subject: &str, permitted: bool) {
        let update = self.client.update_item().table_name(&self.tables.users);
        let update = update.key("subject", AttributeValue::S(subject.to_owned()));
        let update = update.expression_attribute_names("#permissions", "permissions");
        let update = if permitted {
            let permissions = AttributeValue::Ss(vec!["editCapacity".to_owned()]);
            let update = update.update_expression("SET #permissions = :permissions");
            update.expression_attribute_values(":permissions", permissions)
        } else {
            update.update_expression("REMOVE #permissions")
        };
        update.send().await.expect("an update");
    }

    /// Runs the schedule's function without a deadline.
    pub(crate) async fn run_schedule(&self) -> ResetRun {
        self.run_schedule_within(None).await
    }

    /// Runs the schedule's function with that much time left.
    pub(crate) async fn run_schedule_within(&self, left: Option<Duration>) -> ResetRun {
        let event = serde_json::value::to_raw_value(&json!({})).expect("JSON");
        let call =
            Invocation { event, id: "run-1".to_owned(), remaining_time: left.map(RemainingTime) };
        reset_expired::handle(&self.functions.reset_expired, call).await
    }

    /// The stored row of a service.
    pub(crate) async fn row(&self, id: u64) -> HashMap<String, AttributeValue> {
        let got = self.client.get_item().table_name(&self.tables.services).consistent_read(true);
        let got = got.key("id", AttributeValue::N(id.to_string())).send().await.expect("a row");
        got.item.unwrap_or_default()
    }

    /// The stored changes of a service, oldest first, as JSON without what differs between runs.
    pub(crate) async fn history(&self, id: u64) -> Vec<Value> {
        let rows = self.history_rows(id).await.into_iter().map(|mut row| {
            let change_id = row.remove("changeId").expect("a change id");
            assert_eq!(change_id.as_s().map(String::len), Ok(36));
            serde_dynamo::from_item(row).expect("JSON")
        });
        rows.collect()
    }

    /// The ids of the stored changes of a service, oldest first.
    pub(crate) async fn change_ids(&self, id: u64) -> Vec<String> {
        let rows = self.history_rows(id).await;
        rows.iter().map(|row| row["changeId"].as_s().expect("a text").clone()).collect()
    }

    async fn history_rows(&self, id: u64) -> Vec<HashMap<String, AttributeValue>> {
        let query =
            self.client.query().table_name(&self.tables.status_history).consistent_read(true);
        let rows = query
            .key_condition_expression("serviceId = :id")
            .expression_attribute_values(":id", AttributeValue::N(id.to_string()))
            .send()
            .await
            .expect("history");
        rows.items.unwrap_or_default()
    }

    /// Deletes the stored changes of a service with a version below this one.
    pub(crate) async fn delete_changes_before(&self, version: u64, id: u64) {
        let table = &self.tables.status_history;
        let old = |change: &&Value| change["version"].as_u64().is_some_and(|own| own < version);
        for change in self.history(id).await.iter().filter(old) {
            let at = change["at"].as_str().expect("a sort key").to_owned();
            let delete = self.client.delete_item().table_name(table);
            let delete = delete.key("serviceId", AttributeValue::N(id.to_string()));
            delete.key("at", AttributeValue::S(at)).send().await.expect("a deletion");
        }
    }
}

pub(crate) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_epoch_seconds(seconds).expect("a time")
}
