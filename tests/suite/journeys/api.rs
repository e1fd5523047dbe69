//! The API as a journey calls it, with users and tokens as in production: the handlers, or over HTTP
//! the local stack whose folder `TEST_STACK` names.

use aws_sdk_dynamodb::Client;
use capacityctl::{
    services, services_file,
    stack_file::StackFile,
    target::Target,
    token::{Bearer, Issuer, mint},
    users, users_file,
};
use local_stack::issuer::{CLIENT_ID, LocalIssuer};
use serde_json::{Value, json};
use shared::{http::Clock, store::TableNames};

use crate::harness::{App, Contract, Reply, client, direct, fresh_tables, gateway_settings, root};

/// A family of three levels, a service elsewhere, and a closed one. Children come before their
/// parents.
const DIRECTORY: &str = "\
id,name,typeId,parentId,town,postcode,odsCode,active,reviewAfterMinutes,phone
8000000003,\"Pharmacy: Bridge Street, Ambridge\",13,8000000002,AMBRIDGE,ZZ99 3AA,ZJ003,true,60,020 7946 0018
8000000004,Dentist - Elsewhere,12,,Felpersham,ZZ99 4AA,,true,,
8000000001,\"Pharmacist - \"\"Head Office\"\"\",13,,Borchester,ZZ99 1AA,ZJ001,true,,
8000000005,Dentist - Closed,12,,Felpersham,ZZ99 5AA,,false,,
8000000002,Dentist - Provider,12,8000000001,,,,true,,
";

const USERS: &str = r#"[
    {"username": "journey-editor", "subject": "b2f9-journey", "active": true,
     "permissions": ["editCapacity"], "services": [8000000001]},
    {"username": "journey-reader", "active": true}
]"#;

/// The API, called in one of two ways.
#[expect(clippy::large_enum_variant, reason = "there is one of it")]
pub(super) enum Api {
    Handlers { app: App, issuer: LocalIssuer },
    Http { url: String, target: Target },
}

impl Api {
    pub(super) async fn start() -> Self {
        let Some(state) = std::env::var_os("TEST_STACK") else { return Self::on_handlers().await };
        // Cargo runs tests in the package's folder, but the variable is relative to the repository.
        let state = root().join(state);
        let target = Target::find(Some(&state)).await.expect("a running stack");
        let stack = StackFile::read(&state).expect("a stack file");
        import(target.client(), &stack.tables).await;
        let url = stack.api_url;
        Self::Http { url, target }
    }

    async fn on_handlers() -> Self {
        let issuer = LocalIssuer::on_free_port().expect("an issuer");
        let client = client();
        let tables = fresh_tables(&client).await;
        import(&client, &tables).await;
        let app = App::new(client, tables.clone(), &gateway_settings(&tables));
        let app = app.verifying(&issuer.issuer().url, CLIENT_ID, "");
        app.at_real_time();
        Self::Handlers { app, issuer }
    }

    fn issuer(&self) -> &Issuer {
        match self {
            Self::Handlers { issuer, .. } => issuer.issuer(),
            Self::Http { target, .. } => target.issuer().expect("an issuer"),
        }
    }

    pub(super) async fn get(&self, subject: &str, id: u64) -> Reply {
        let authorization = self.authorization(subject);
        match self {
            Self::Handlers { app, .. } => {
                app.get(id).header("authorization", &authorization).send().await
            }
            Self::Http { url, .. } => {
                let request = direct().get(format!("{url}/services/{id}/capacitystatus"));
                send("GET", STATUS, request.header("authorization", authorization)).await
            }
        }
    }

    pub(super) async fn put(&self, subject: &str, id: u64, body: Value) -> Reply {
        let authorization = self.authorization(subject);
        match self {
            Self::Handlers { app, .. } => {
                app.put(id, body).header("authorization", &authorization).send().await
            }
            Self::Http { url, .. } => {
                let request = direct().put(format!("{url}/services/{id}/capacitystatus"));
                let request = request
                    .header("authorization", authorization)
                    .header("content-type", "application/json");
                send("PUT", STATUS, request.body(body.to_string())).await
            }
        }
    }

    /// Moves the deadline of the status with that tag.
    pub(super) async fn move_deadline(
        &self,
        subject: &str,
        id: u64,
        tag: &str,
        minutes: u32,
    ) -> Reply {
        let authorization = self.authorization(subject);
        let body = json!({"resetStatusIn": minutes});
        match self {
            Self::Handlers { app, .. } => {
                let call = app.put_deadline(id, body).header("authorization", &authorization);
                call.header("if-match", tag).send().await
            }
            Self::Http { url, .. } => {
                let request = direct().put(format!("{url}/services/{id}/capacitystatus/deadline"));
                let request = request
                    .header("authorization", authorization)
                    .header("content-type", "application/json")
                    .header("if-match", tag);
                send("PUT", DEADLINE, request.body(body.to_string())).await
            }
        }
    }

    pub(super) async fn history(&self, subject: &str, id: u64) -> Reply {
        let authorization = self.authorization(subject);
        match self {
            Self::Handlers { app, .. } => {
                app.past(id, "limit=2").header("authorization", &authorization).send().await
            }
            Self::Http { url, .. } => {
                let url = format!("{url}/services/{id}/capacitystatus/history?limit=2");
                let request = direct().get(url).header("authorization", authorization);
                send("GET", HISTORY, request).await
            }
        }
    }

    pub(super) async fn list(&self, subject: &str, query: &str) -> Reply {
        let authorization = self.authorization(subject);
        match self {
            Self::Handlers { app, .. } => {
                app.list(query).header("authorization", &authorization).send().await
            }
            Self::Http { url, .. } => {
                let request = direct().get(format!("{url}/services?{query}"));
                send("GET", "/services", request.header("authorization", authorization)).await
            }
        }
    }

    fn authorization(&self, subject: &str) -> String {
        let bearer = Bearer::user(subject, "whatever-the-token-says");
        let now = u64::try_from(Clock::system().now().epoch_seconds()).expect("a time");
        let token = mint(self.issuer(), &bearer, now);
        format!("Bearer {}", token.expect("a token"))
    }

    /// How long the short status lasts: over HTTP the test cannot move the clock.
    pub(super) fn minutes_until_reset(&self) -> u32 {
        match self {
            Self::Handlers { .. } => 1,
            Self::Http { .. } => 0,
        }
    }

    pub(super) fn wait_for_reset(&self) {
        if let Self::Handlers { app, .. } = self {
            app.later(60);
        }
    }
}

const STATUS: &str = "/services/{id}/capacitystatus";
const DEADLINE: &str = "/services/{id}/capacitystatus/deadline";
const HISTORY: &str = "/services/{id}/capacitystatus/history";

async fn send(method: &str, path: &str, request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.expect("an answer");
    let (status, mut headers) = (response.status(), response.headers().clone());
    // Headers that the local server adds itself.
    for added in ["date", "content-length", "transfer-encoding", "lambda-runtime-aws-request-id"] {
        headers.remove(added);
    }
    let vary_and_cors = |name: &str| name == "vary" || name.starts_with("access-control-");
    let names: Vec<_> =
        headers.keys().filter(|name| vary_and_cors(name.as_str())).cloned().collect();
    names.iter().for_each(|name| drop(headers.remove(name)));
    let text = response.text().await.expect("text");
    let body =
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") };
    let (cookies, body_bytes) = (Vec::new(), text.len());
    let reply = Reply { status, headers, cookies, body_bytes, text, body };
    Contract::of_this_repository().check(method, path, &reply);
    reply
}

pub(super) async fn import(client: &Client, tables: &TableNames) {
    let rows = services_file::parse(DIRECTORY.as_bytes()).expect("a directory");
    services::import_rows(&services::Directory::new(client, tables), rows).await.expect("services");
    let people = users_file::parse(USERS.as_bytes()).expect("users");
    users::import_users(client, &tables.users, people).await.expect("users");
}
