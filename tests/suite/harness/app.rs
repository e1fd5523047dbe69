//! The functions under test: on their own tables, with a clock that the test sets.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde_json::{Value, json};
use shared::{
    domain::Timestamp,
    http::{Clock, RemainingTime},
    operations::ResetRun,
    runtime::{Environment, Invocation},
    store::TableNames,
};

use super::{
    NOW, gateway_settings,
    iam::{Right, Rights, Used},
    request::Call,
};

/// All but the last answer the gateway; that one is called by a schedule.
pub(crate) const FUNCTIONS: [&str; 7] = [
    "api-docs",
    "get-status",
    "health",
    "list-services",
    "status-history",
    "update-status",
    "reset-expired",
];

/// `GetStatusFunction` for `get-status`.
pub(crate) fn logical_id(function: &str) -> String {
    let words = function.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect::<String>() + "Function"
}

/// The functions, on a world of their own, with a clock that the test sets.
pub(crate) struct App {
    pub(crate) client: Client,
    pub(crate) tables: TableNames,
    clock: Arc<AtomicI64>,
    used: Used,
    pub(crate) get_status: get_status::Deps,
    pub(crate) update_status: update_status::Deps,
    pub(crate) list_services: list_services::Deps,
    pub(crate) status_history: status_history::Deps,
    pub(crate) reset_expired: reset_expired::Deps,
    pub(crate) health: health::Deps,
    pub(crate) api_docs: api_docs::Deps,
}

impl App {
    /// The functions as these settings make them.
    pub(crate) fn new(
        client: Client,
        tables: TableNames,
        settings: &HashMap<String, String>,
    ) -> Self {
        let seconds = Arc::new(AtomicI64::new(NOW));
        let shown = Arc::clone(&seconds);
        let clock = Clock::from_fn(move || time(shown.load(Ordering::SeqCst)));
        let environment: Environment = settings.clone().into_iter().collect();
        let used = Used::default();
        let of = |function| Rights::hold(&client, function, &tables, &used);
        macro_rules! deps {
            ($function:ident, $settings:path) => {{
                let settings = $settings(&environment).expect("settings");
                let name = stringify!($function).replace('_', "-");
                let name = FUNCTIONS.into_iter().find(|own| *own == name).expect("a function");
                $function::Deps::new(settings, &of(name))
            }};
        }
        let mut app = Self {
            get_status: deps!(get_status, get_status::Settings::read),
            update_status: deps!(update_status, update_status::Settings::read),
            list_services: deps!(list_services, list_services::Settings::read),
            status_history: deps!(status_history, status_history::Settings::read),
            reset_expired: deps!(reset_expired, reset_expired::Settings::read),
            health: deps!(health, health::settings),
            api_docs: api_docs::Deps::read(&environment).expect("settings"),
            client,
            tables,
            clock: seconds,
            used,
        };
        app.get_status.clock = clock.clone();
        app.update_status.clock = clock.clone();
        app.list_services.clock = clock.clone();
        app.status_history.clock = clock.clone();
        app.reset_expired.clock = clock.clone();
        app.health.clock = clock.clone();
        app.api_docs.clock = clock;
        app
    }

    /// The functions on the same tables where nothing in front verifies tokens.
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

    /// The rights that a function has used so far.
    pub(crate) fn used(&self, function: &str) -> Vec<Right> {
        let used = self.used.lock().expect("no panic while held");
        used.get(function).into_iter().flatten().cloned().collect()
    }

    /// Sets the clock to the machine's time, for tokens that were minted just now.
    pub(crate) fn at_real_time(&self) {
        self.clock.store(Clock::system().now().epoch_seconds(), Ordering::SeqCst);
    }

    /// Moves the clock on.
    pub(crate) fn later(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Sets the clock to so many seconds after [`NOW`].
    pub(crate) fn at(&self, seconds: i64) {
        self.clock.store(NOW + seconds, Ordering::SeqCst);
    }

    pub(crate) fn get(&self, id: impl ToString) -> Call<'_> {
        Call::new(self, "GET", Some(id.to_string()))
    }

    pub(crate) fn put(&self, id: impl ToString, body: Value) -> Call<'_> {
        Call::new(self, "PUT", Some(id.to_string())).body(&body.to_string())
    }

    pub(crate) fn patch(&self, id: impl ToString) -> Call<'_> {
        Call::new(self, "PATCH", Some(id.to_string()))
    }

    /// `GET /services` with that query string.
    pub(crate) fn list(&self, query: &str) -> Call<'_> {
        Call::new(self, "GET", None).query(query)
    }

    /// `GET …/history` with that query string.
    pub(crate) fn past(&self, id: impl ToString, query: &str) -> Call<'_> {
        self.get(id).path("/services/{id}/capacitystatus/history").query(query)
    }

    /// A request for a path that no service is part of: which one of openapi.yaml the gateway found.
    pub(crate) fn other(&self, method: &str, path: &str, template: &str) -> Call<'_> {
        Call::new(self, method, None).route(path, template)
    }

    /// Has the schedule's function run, with no deadline.
    pub(crate) async fn run_schedule(&self) -> ResetRun {
        self.run_schedule_within(None).await
    }

    /// Has the schedule's function run, with so much time.
    pub(crate) async fn run_schedule_within(&self, left: Option<Duration>) -> ResetRun {
        let event = serde_json::value::to_raw_value(&json!({})).expect("JSON");
        let call =
            Invocation { event, id: "run-1".to_owned(), remaining_time: left.map(RemainingTime) };
        reset_expired::handle(&self.reset_expired, call).await
    }

    /// The stored row of a service.
    pub(crate) async fn row(&self, id: u64) -> HashMap<String, AttributeValue> {
        let got = self.client.get_item().table_name(&self.tables.services).consistent_read(true);
        let got = got.key("id", AttributeValue::N(id.to_string())).send().await.expect("a row");
        got.item.unwrap_or_default()
    }

    /// The stored changes of a service, oldest first, as JSON without what differs with each run.
    pub(crate) async fn history(&self, id: u64) -> Vec<Value> {
        let query =
            self.client.query().table_name(&self.tables.status_history).consistent_read(true);
        let rows = query
            .key_condition_expression("serviceId = :id")
            .expression_attribute_values(":id", AttributeValue::N(id.to_string()))
            .send()
            .await
            .expect("history");
        let rows = rows.items.unwrap_or_default().into_iter().map(|mut row| {
            let change_id = row.remove("changeId").expect("a change id");
            assert_eq!(change_id.as_s().map(String::len), Ok(36));
            serde_dynamo::from_item(row).expect("JSON")
        });
        rows.collect()
    }
}

pub(crate) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_epoch_seconds(seconds).expect("a time")
}
