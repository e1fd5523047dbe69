//! A world of services and users in tables of its own, on the engine that all tests share.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use capacityctl::target::local_client;
use local_stack::engine::{Engine, REGION};
use serde_json::{Value, json};
use shared::{
    config::{Environment, Tables},
    domain::Timestamp,
    http::{Clock, TimeLeft},
    metrics::ResetRun,
    platform::Invocation,
};

use super::{
    log::{self, USERNAME_MARK},
    request::Call,
};

/// What the clock of a world shows at first: 2026-11-21T09:00:00Z.
pub(crate) const NOW: i64 = 1_795_251_600;

/// The repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A client of the engine: the one at `TEST_DYNAMODB_ENDPOINT`, else one in this process.
pub(crate) fn client() -> Client {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    log::watch();
    match std::env::var("TEST_DYNAMODB_ENDPOINT") {
        Ok(endpoint) => local_client(&endpoint, REGION),
        Err(_) => ENGINE.get_or_init(|| Engine::in_memory().expect("the engine starts")).client(),
    }
}

/// An HTTP client that goes straight to this machine, whatever proxy the environment names.
pub(crate) fn direct() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// New tables, as template.yaml declares them.
pub(crate) async fn fresh_tables(client: &Client) -> Tables {
    static WORLDS: AtomicU32 = AtomicU32::new(0);
    let world = WORLDS.fetch_add(1, Ordering::Relaxed);
    let prefix = format!("test-{}-{world}-", std::process::id());
    let template = std::fs::read_to_string(root().join("template.yaml")).expect("a template");
    local_stack::tables::create(client, &template, &prefix).await.expect("tables")
}

/// The settings of a function behind the gateway.
pub(crate) fn gateway_settings(tables: &Tables) -> HashMap<String, String> {
    let fixed = [
        ("AUTH_MODE", "gateway"),
        ("RESET_DEFAULT_MINUTES", "240"),
        ("RESET_MIN_MINUTES", "0"),
        ("RESET_MAX_MINUTES", "1440"),
        ("RESET_SETTLE_SECONDS", "300"),
        ("PUBLIC_URL", "https://api.example.org"),
        ("LOGIN_URL", "https://login.example.org/oauth2/authorize"),
        ("TOKEN_URL", "https://login.example.org/oauth2/token"),
        ("DOCS_CLIENT_ID", "people"),
    ];
    let settings = fixed.into_iter().chain(tables.variables());
    settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What to put into the tables before a test begins.
#[derive(Default)]
pub(crate) struct World {
    services: Vec<String>,
    users: Vec<Value>,
}

impl World {
    /// One family 10 > 20 > 30, a service 40 elsewhere, an inactive 50, a reader and an editor of 20.
    pub(crate) fn family() -> Self {
        Self::default()
            .service(10, "Region", None)
            .service(20, "Provider", Some(10))
            .service(30, "Pharmacy, High Street", Some(20))
            .service(40, "Elsewhere", None)
            .inactive_service(50, "Closed")
            .user("reader", &[])
            .editor("editor", &[20])
    }

    pub(crate) fn service(self, id: u64, name: &str, parent: Option<u64>) -> Self {
        self.row(id, name, parent, true)
    }

    pub(crate) fn inactive_service(self, id: u64, name: &str) -> Self {
        self.row(id, name, None, false)
    }

    pub(crate) fn inactive_service_below(self, id: u64, name: &str, parent: u64) -> Self {
        self.row(id, name, Some(parent), false)
    }

    fn row(mut self, id: u64, name: &str, parent: Option<u64>, active: bool) -> Self {
        let parent = parent.map(|id| id.to_string()).unwrap_or_default();
        self.services.push(format!("{id},\"{name}\",13,{parent},Ambridge,ZZ99 1AA,T{id},{active}"));
        self
    }

    /// An active user without any permission, assigned to some services all the same.
    pub(crate) fn user(self, username: &str, services: &[u64]) -> Self {
        self.person(username, true, &[], services)
    }

    pub(crate) fn editor(self, username: &str, services: &[u64]) -> Self {
        self.person(username, true, &["editCapacity"], services)
    }

    pub(crate) fn inactive_editor(self, username: &str, services: &[u64]) -> Self {
        self.person(username, false, &["editCapacity"], services)
    }

    fn person(mut self, name: &str, active: bool, permissions: &[&str], services: &[u64]) -> Self {
        self.users.push(json!({
            "username": format!("{name}{USERNAME_MARK}"), "subject": name, "active": active,
            "permissions": permissions, "services": services,
        }));
        self
    }

    /// Creates the tables and fills them by the importer that operators use.
    pub(crate) async fn start(self) -> App {
        let client = client();
        let tables = fresh_tables(&client).await;
        let header = "id,name,typeId,parentId,town,postcode,odsCode,active";
        let csv = format!("{header}\n{}\n", self.services.join("\n"));
        capacityctl::services::import(&client, &tables.services, csv.as_bytes())
            .await
            .expect("the services are imported");
        let users = Value::from(self.users).to_string();
        capacityctl::users::import(&client, &tables.users, users.as_bytes())
            .await
            .expect("the users are imported");
        let settings = gateway_settings(&tables);
        App::new(client, tables, &settings)
    }
}

/// The functions on the sample directory of the local stack.
pub(crate) async fn sample_app() -> App {
    let client = client();
    let tables = fresh_tables(&client).await;
    let (directory, users) = (local_stack::sample::directory(), local_stack::sample::users());
    capacityctl::services::import_rows(&client, &tables.services, directory)
        .await
        .expect("services");
    capacityctl::users::import_users(&client, &tables.users, users).await.expect("users");
    let settings = gateway_settings(&tables);
    App::new(client, tables, &settings)
}

/// The functions, on a world of their own, with a clock that the test sets.
pub(crate) struct App {
    pub(crate) client: Client,
    pub(crate) tables: Tables,
    clock: Arc<AtomicI64>,
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
    pub(crate) fn new(client: Client, tables: Tables, settings: &HashMap<String, String>) -> Self {
        let seconds = Arc::new(AtomicI64::new(NOW));
        let shown = Arc::clone(&seconds);
        let clock = Clock::from_fn(move || time(shown.load(Ordering::SeqCst)));
        let mut environment: Environment = settings.clone().into_iter().collect();
        let get_status = get_status::Deps::read(&mut environment, &client);
        let update_status = update_status::Deps::read(&mut environment, &client);
        let list_services = list_services::Deps::read(&mut environment, &client);
        let status_history = status_history::Deps::read(&mut environment, &client);
        let reset_expired = reset_expired::Deps::read(&mut environment, &client);
        let health = health::Deps::read(&mut environment, &client);
        let api_docs = api_docs::Deps::read(&mut environment, &client);
        let mut app = Self {
            get_status: get_status.expect("settings"),
            update_status: update_status.expect("settings"),
            list_services: list_services.expect("settings"),
            status_history: status_history.expect("settings"),
            reset_expired: reset_expired.expect("settings"),
            health: health.expect("settings"),
            api_docs: api_docs.expect("settings"),
            client,
            tables,
            clock: seconds,
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
        let call = Invocation { event, id: "run-1".to_owned(), time_left: left.map(TimeLeft) };
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
