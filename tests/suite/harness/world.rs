//! Services and users in their own tables, on the engine of the test.

use std::{
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use aws_sdk_dynamodb::Client;
use capacityctl::client::local_client;
use local_stack::{
    engine::{Engine, REGION},
    function_env::settings as gateway_settings,
};
use serde_json::{Value, json};
use shared::store::TableNames;

use super::{
    App,
    directory::long_ago_in,
    log::{self, USERNAME_MARK},
};

/// The time at which a world's clock starts: 2026-11-21T09:00:00Z.
pub(crate) const NOW: i64 = 1_795_251_600;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

thread_local! {
    /// The engine of this test: each test has its thread. A shared engine would get slower with each test: it looks at
    /// the tokens of all transactions of the last ten minutes at each transaction.
    static ENGINE: Engine = Engine::in_memory().expect("the engine starts");
}

/// The engine's address: `TEST_DYNAMODB_ENDPOINT`, or the engine of this test.
pub(crate) fn endpoint() -> String {
    std::env::var("TEST_DYNAMODB_ENDPOINT")
        .unwrap_or_else(|_| ENGINE.with(|engine| engine.endpoint().to_owned()))
}

/// A client of the engine.
pub(crate) fn client() -> Client {
    log::watch();
    local_client(&endpoint(), REGION)
}

/// An HTTP client that connects directly, whatever proxy the environment names.
pub(crate) fn direct() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// New tables, as template.yaml declares them.
pub(crate) async fn fresh_tables(client: &Client) -> TableNames {
    static WORLDS: AtomicU32 = AtomicU32::new(0);
    let world = WORLDS.fetch_add(1, Ordering::Relaxed);
    let prefix = format!("test-{}-{world}-", std::process::id());
    local_stack::tables::create(client, declared_tables(), &prefix).await.expect("tables")
}

/// The table of what operators did, beside those tables.
pub(crate) fn audit_table(tables: &TableNames) -> String {
    let prefix = tables.users.strip_suffix("users").expect("the name of a users table");
    local_stack::tables::audit(prefix)
}

/// The table of the pages' sessions, beside those tables.
pub(crate) fn sessions_table(tables: &TableNames) -> String {
    local_stack::tables::sessions(tables.users.strip_suffix("users").unwrap_or_default())
}

/// The tables of template.yaml without the rest, which takes long to parse. Read once.
fn declared_tables() -> &'static str {
    static TABLES: OnceLock<String> = OnceLock::new();
    TABLES.get_or_init(|| {
        let text = std::fs::read_to_string(root().join("template.yaml")).expect("a template");
        let template = local_stack::template::parse(&text).expect("YAML");
        let mut resources = template["Resources"].as_object().expect("resources").clone();
        resources.retain(|_, resource| resource["Type"] == "AWS::DynamoDB::Table");
        json!({"Resources": resources}).to_string()
    })
}

/// What the tables hold when a test begins.
#[derive(Default)]
pub(crate) struct World {
    services: Vec<String>,
    users: Vec<Value>,
}

/// Waits for this. Meanwhile the runtime's time, if it is paused, stands still: it passes only while nothing but time is
/// waited for, and no blocking task runs.
pub(crate) async fn in_real_time<T>(waited: impl Future<Output = T>) -> T {
    let (ended, wait) = std::sync::mpsc::channel::<()>();
    let standing_still = tokio::task::spawn_blocking(move || wait.recv());
    let value = waited.await;
    drop(ended);
    // It ends at once.
    let _ = standing_still.await;
    value
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

    /// An active user without any permission, but assigned to some services.
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

    /// Creates the tables and fills them with the importer that operators use.
    pub(crate) async fn start(self) -> App {
        let client = client();
        let tables = fresh_tables(&client).await;
        let header = "id,name,typeId,parentId,town,postcode,odsCode,active";
        let csv = format!("{header}\n{}\n", self.services.join("\n"));
        let directory = long_ago_in(&client, &tables);
        let imported = in_real_time(capacityctl::services::import(&directory, csv.as_bytes()));
        imported.await.expect("the services are imported");
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
    capacityctl::services::import_rows(&long_ago_in(&client, &tables), directory)
        .await
        .expect("services");
    capacityctl::users::import_users(&client, &tables.users, users).await.expect("users");
    let settings = gateway_settings(&tables);
    App::new(client, tables, &settings)
}
