//! `cargo ctl`, command by command, as it is typed: what it prints, what it leaves in the tables, how it
//! ends.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::BeforeDeserializationInterceptorContextMut,
    },
    error::BoxError,
    types::AttributeValue,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use capacityctl::{Failure, Output, cli, client::patient, services, stack_file::StackFile};
use clap::Parser as _;
use local_stack::engine::REGION;
use serde_json::{Value, json};

use crate::harness::{App, World, endpoint, faulty::NoWait};

/// The family 10 > 20 > 30 and others, with a stack file that leads to it.
struct Ctl {
    app: App,
    state: PathBuf,
}

impl Ctl {
    async fn start() -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let app = World::family().start().await;
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("capacity-{}-ctl-{number}", std::process::id());
        let state = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&state).expect("a folder");
        local_stack::key::read_or_make(&state.join("key")).expect("a key");
        let ctl = Self { app, state };
        ctl.point_to(&endpoint());
        ctl
    }

    fn point_to(&self, endpoint: &str) {
        let stack = StackFile {
            api_url: "http://127.0.0.1:1".to_owned(),
            dynamodb_endpoint: endpoint.to_owned(),
            region: REGION.to_owned(),
            tables: self.app.tables.clone(),
            issuer: "http://127.0.0.1:1".to_owned(),
            client_id: "client".to_owned(),
            key_file: self.state.join("key"),
        };
        stack.write(&self.state).expect("a stack file");
    }

    async fn run(&self, words: &[&str]) -> Result<Output, Failure> {
        let state = self.state.to_str().expect("a path");
        let words: Vec<&str> =
            ["capacityctl", "--state", state].iter().chain(words).copied().collect();
        capacityctl::run(cli::Arguments::try_parse_from(words).expect("a command line")).await
    }

    async fn text(&self, words: &[&str]) -> String {
        let output = self.run(words).await.expect("a result");
        anstream::adapter::strip_str(&output.text).to_string()
    }

    async fn json(&self, words: &[&str]) -> Value {
        self.run(words).await.expect("a result").json.expect("JSON")
    }

    async fn failure(&self, words: &[&str]) -> Failure {
        self.run(words).await.expect_err("a failure")
    }

    /// Sets an attribute of a service's row behind everybody's back, or takes it away.
    async fn alter(&self, id: u64, attribute: &str, value: Option<AttributeValue>) {
        let clause = if value.is_some() { "SET #name = :value" } else { "REMOVE #name" };
        let values = value.map(|value| [(":value".to_owned(), value)].into());
        let update = self.app.client.update_item().table_name(&self.app.tables.services);
        let update = update.key("id", AttributeValue::N(id.to_string())).update_expression(clause);
        let update = update.expression_attribute_names("#name", attribute);
        update.set_expression_attribute_values(values).send().await.expect("an update");
    }

    /// Leaves the table as an import does that is killed after 20 has moved below 40, and before 30 has.
    async fn interrupted_move(&self) {
        self.alter(20, "path", Some(AttributeValue::S("/40/20/".to_owned()))).await;
        self.alter(20, "parentId", Some(AttributeValue::N("40".to_owned()))).await;
        self.alter(20, "region", Some(AttributeValue::N("40".to_owned()))).await;
    }

    /// A file in the folder.
    fn file(&self, name: &str, text: &str) -> String {
        let file = self.state.join(name);
        std::fs::write(&file, text).expect("a file");
        file.to_str().expect("a path").to_owned()
    }
}

impl Drop for Ctl {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.state);
    }
}

/// How the process would end, as `cargo ctl --help` lists it.
fn exit_code(failure: &Failure) -> String {
    format!("{:?}", failure.exit_code()).chars().filter(char::is_ascii_digit).collect()
}

#[tokio::test]
async fn a_dry_run_shows_what_an_import_then_does() {
    let ctl = Ctl::start().await;
    let file = ctl.file(
        "directory.csv",
        "id,name,typeId,parentId,town,postcode,odsCode,active\n\
         20,Provider,13,40,Ambridge,ZZ99 1AA,T20,true\n\
         40,\"Elsewhere, renamed\",13,,Ambridge,ZZ99 1AA,T40,true\n\
         60,New,13,10,,,,true\n\
         50,Closed,13,,Ambridge,ZZ99 1AA,T50,false\n",
    );
    let before = ctl.text(&["export", "services"]).await;
    let shown = ctl.text(&["import", "services", &file, "--dry-run"]).await;
    assert_eq!(ctl.text(&["export", "services"]).await, before);
    let table = &ctl.app.tables.services;
    assert_eq!(
        shown,
        format!(
            "          which  what changes
 changed  40     name: \"Elsewhere\" -> \"Elsewhere, renamed\"
 moved    20     region: 10 -> 40, path: \"/10/20/\" -> \"/40/20/\", parentId: 10 -> 40
 added    60     region: nothing -> 10, path: nothing -> \"/10/60/\", name: nothing -> \"New\", typeId: nothing -> 13, active: nothing -> true, parentId: nothing -> 10
 moved    30     region: 10 -> 40, path: \"/10/20/30/\" -> \"/40/20/30/\"
services: 1 added, 1 changed, 2 moved, 1 unchanged
in use and not in the file: 2
 id  name
 10  Region
 30  Pharmacy, High Street
--deactivate-missing deactivates them
nothing was written: this would be done to table {table} of the local stack"
        )
    );
    let written = ctl.json(&["import", "services", &file, "--deactivate-missing"]).await;
    let rows = json!({"added": 1, "changed": 1, "moved": 1, "deactivated": 2, "finished": 0, "unchanged": 1});
    assert_eq!((&written["rows"], &written["dryRun"]), (&rows, &json!(false)));
    assert_eq!(
        ctl.text(&["export", "services"]).await,
        "id,name,typeId,parentId,town,postcode,odsCode,active\n\
         10,Region,13,,Ambridge,ZZ99 1AA,T10,false\n\
         40,\"Elsewhere, renamed\",13,,Ambridge,ZZ99 1AA,T40,true\n\
         50,Closed,13,,Ambridge,ZZ99 1AA,T50,false\n\
         20,Provider,13,40,Ambridge,ZZ99 1AA,T20,true\n\
         60,New,13,10,,,,true\n\
         30,\"Pharmacy, High Street\",13,20,Ambridge,ZZ99 1AA,T30,false"
    );
    assert_eq!(ctl.app.get(30).by("reader").send().await.status, 404);
}

/// A file that was cut off between two lines is a good file.
#[tokio::test]
async fn more_than_a_few_services_are_deactivated_only_if_that_is_asked_for() {
    let ctl = Ctl::start().await;
    let header = "id,name,typeId,parentId,town,postcode,odsCode,active\n";
    let rows: String = (1000..1008).map(|id| format!("{id},a,1,,,,,true\n")).collect();
    ctl.text(&["import", "services", &ctl.file("more.csv", &format!("{header}{rows}"))]).await;
    let before = ctl.text(&["export", "services"]).await;
    let empty = ctl.file("empty.csv", header);
    let import = ["import", "services", &empty, "--deactivate-missing"];
    let failure = ctl.failure(&import).await;
    assert_eq!(exit_code(&failure), "3");
    let text = "12 of 12 services in use would be deactivated, more than 10";
    assert!(failure.to_string().contains(text), "{failure}");
    assert_eq!(failure.json()["problems"][0]["place"], "file");
    assert_eq!(ctl.text(&["export", "services"]).await, before);
    ctl.text(&[&import[..], &["--deactivate-at-most", "12"]].concat()).await;
    assert_eq!(ctl.text(&["export", "services"]).await, before.replace(",true", ",false"));
}

#[tokio::test]
async fn what_is_exported_is_imported_into_empty_tables_as_it_was() {
    let (ctl, other) = (Ctl::start().await, Ctl::start().await);
    ctl.text(&["user", "grant", "editor-name", "--service", "30", "--service", "10"]).await;
    for kind in ["services", "users"] {
        for name in ["file.csv", "file.json"] {
            let file = ctl.file(name, "");
            ctl.text(&["export", kind, &file]).await;
            let emptied = other.file(name, if name == "file.csv" { "" } else { "[]" });
            other.text(&["export", kind, &emptied]).await;
            let written = other.json(&["import", kind, &file]).await;
            assert_eq!(written["rows"]["added"], 0, "{kind} {name}: {written}");
            assert_eq!(
                other.text(&["export", kind]).await,
                ctl.text(&["export", kind]).await,
                "{kind} {name}"
            );
        }
    }
    assert_eq!(
        ctl.text(&["export", "users", "--json"]).await,
        "[\n\
         {\"active\":true,\"permissions\":[\"editCapacity\"],\"services\":[10,20,30],\"subject\":\"editor\",\"username\":\"editor-name\"},\n\
         {\"active\":true,\"services\":[],\"subject\":\"reader\",\"username\":\"reader-name\"}\n\
         ]"
        .replace("\"services\":[],", "")
    );
}

#[tokio::test]
async fn a_service_is_shown_with_its_status_and_with_who_may_update_it() {
    let ctl = Ctl::start().await;
    let set = ["status", "set", "30", "red", "--as", "editor-name", "--notes", "full until four"];
    ctl.text(&set).await;
    let shown = ctl.json(&["service", "show", "30"]).await;
    assert_eq!(shown["mayUpdate"], json!(["editor-name"]));
    assert_eq!(shown["service"]["status"], "RED");
    assert_eq!(shown["service"]["active"], true);
    let text = ctl.text(&["service", "show", "30"]).await;
    for line in ["below       20, below 10", "may update  editor-name", "ODS code    T30"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(ctl.text(&["service", "show", "40"]).await.contains("may update  nobody"));
}

#[tokio::test]
async fn services_are_listed_as_the_filters_say() {
    let ctl = Ctl::start().await;
    let ids = async |words: &[&str]| -> Vec<u64> {
        let listed = ctl.json(&[&["service", "list"], words].concat()).await;
        listed.as_array().expect("a list").iter().filter_map(|entry| entry["id"].as_u64()).collect()
    };
    assert_eq!(ids(&[]).await, [10, 40, 20, 30]);
    assert_eq!(ids(&["--all"]).await, [10, 40, 50, 20, 30]);
    assert_eq!(ids(&["--region", "10"]).await, [10, 20, 30]);
    assert_eq!(ids(&["--parent", "20"]).await, [20, 30]);
    assert_eq!(ids(&["--name", "pharmacy"]).await, [30]);
    assert_eq!(ids(&["--type", "14"]).await, [0_u64; 0]);
}

#[tokio::test]
async fn a_service_is_taken_out_of_use_and_into_it_again() {
    let ctl = Ctl::start().await;
    ctl.text(&["service", "deactivate", "30"]).await;
    assert_eq!(ctl.app.get(30).by("reader").send().await.status, 404);
    ctl.text(&["service", "activate", "30"]).await;
    assert_eq!(ctl.app.get(30).by("reader").send().await.status, 200);
    let failure = ctl.failure(&["service", "activate", "31"]).await;
    assert_eq!(exit_code(&failure), "4");
    assert_eq!(ctl.app.get(31).by("reader").send().await.status, 404);
}

#[tokio::test]
async fn rights_are_given_and_taken_away_one_by_one() {
    let ctl = Ctl::start().await;
    let red = json!({"status": "RED"});
    let added = ctl.json(&["user", "add", "ann-name", "--subject", "ann", "--service", "40"]).await;
    assert_eq!(
        added,
        json!({"username": "ann-name", "subject": "ann", "active": true, "permissions": [], "services": [40]})
    );
    assert_eq!(ctl.app.put(40, red.clone()).by("ann").send().await.status, 403);
    ctl.text(&["user", "grant", "ann-name", "--permission", "editCapacity", "--service", "30"])
        .await;
    assert_eq!(ctl.app.put(40, red.clone()).by("ann").send().await.status, 200);
    assert_eq!(ctl.app.put(30, red.clone()).by("ann").send().await.status, 200);
    ctl.text(&["user", "revoke", "ann-name", "--service", "40"]).await;
    assert_eq!(ctl.app.put(40, red.clone()).by("ann").send().await.status, 403);
    assert_eq!(ctl.json(&["user", "show", "ann-name"]).await["services"], json!([30]));
    ctl.text(&["user", "deactivate", "ann-name"]).await;
    let refused = ctl.app.get(30).by("ann").send().await;
    assert_eq!(
        (refused.status, refused.body["code"].clone()),
        (401.try_into().expect("one"), json!("USER_INACTIVE"))
    );
    ctl.text(&["user", "activate", "ann-name"]).await;
    assert_eq!(ctl.app.put(30, red).by("ann").send().await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_an_exit_code_of_its_kind() {
    let ctl = Ctl::start().await;
    let bad = ctl.file("bad.csv", "id,name\n");
    for (words, code, text) in [
        (vec!["import", "services", &bad], "3", "line 1: the header must be"),
        (vec!["import", "services", "no-such-file"], "3", "file no-such-file: "),
        (vec!["user", "show", "nobody"], "4", "no user is named nobody"),
        (vec!["user", "add", "reader-name", "--subject", "x"], "3", "is there already"),
        (vec!["user", "add", "cid", "--subject", "reader"], "3", "is that of user \"reader-name\""),
        (vec!["user", "add", "automatic reset"], "3", "stands for resets"),
        (vec!["user", "grant", "reader-name", "--service", "31"], "4", "there is no service 31"),
        (vec!["user", "grant", "reader-name"], "3", "neither --permission nor --service"),
        (vec!["status", "get", "31"], "4", "there is no service 31"),
        (vec!["status", "get", "50"], "4", "service 50 is not in use"),
        (vec!["status", "set", "31", "RED", "--as", "editor-name"], "4", "SERVICE_NOT_FOUND"),
        (vec!["status", "set", "40", "RED", "--as", "editor-name"], "3", "NOT_PERMITTED"),
        (
            vec!["status", "set", "30", "BLUE", "--as", "editor-name", "--reset-in", "-1"],
            "3",
            "VAL-0002",
        ),
    ] {
        let failure = ctl.failure(&words).await;
        assert_eq!(exit_code(&failure), code, "{words:?}: {failure}");
        assert!(failure.to_string().contains(text), "{words:?}: {failure}");
    }
    ctl.point_to("http://127.0.0.1:9");
    let failure = ctl.failure(&["user", "list"]).await;
    assert_eq!(exit_code(&failure), "2", "{failure}");
}

#[tokio::test]
async fn a_status_is_set_and_shown_as_the_api_does() {
    let ctl = Ctl::start().await;
    let set = ["status", "set", "30", "AMBER", "--as", "editor-name", "--reset-in", "30"];
    let set = ctl.json(&set).await;
    assert_eq!((&set["status"], &set["modifiedBy"]), (&json!("AMBER"), &json!("editor-name")));
    assert_eq!(ctl.json(&["status", "get", "30"]).await, set);
    ctl.text(&["status", "set", "30", "GREEN", "--as", "editor-name"]).await;
    let history = ctl.json(&["status", "history", "30"]).await;
    let statuses: Vec<&Value> =
        history.as_array().expect("entries").iter().map(|entry| &entry["status"]).collect();
    assert_eq!(statuses, ["GREEN", "AMBER"]);
    let newest = ctl.json(&["status", "history", "30", "--limit", "1"]).await;
    assert_eq!(newest[0], history[0]);
}

#[tokio::test]
async fn the_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let ctl = Ctl::start().await;
    let well = ctl.run(&["doctor"]).await.expect("findings");
    assert!(well.well, "{}", well.text);
    ctl.interrupted_move().await;
    ctl.alter(40, "name", None).await;
    let listed = ctl.run(&["service", "list"]).await.expect("a list");
    assert!(!listed.well && listed.text.contains("service 40"), "{}", listed.text);
    let users = r#"[{"username": "ann-name", "active": true, "services": [99]}]"#;
    ctl.text(&["import", "users", &ctl.file("users.json", users)]).await;
    let ill = ctl.run(&["doctor"]).await.expect("findings");
    assert!(!ill.well, "{}", ill.text);
    let found = ill.json.expect("JSON");
    let found = found.as_array().expect("findings").iter().filter(|one| one["verdict"] != "ok");
    let found: Vec<_> = found.map(|one| (one["what"].clone(), one["found"].clone())).collect();
    assert_eq!(
        found,
        [
            (json!("services that cannot be read"), json!("1 of 5 services")),
            (json!("services that are not below their parent"), json!("1 of 5 services")),
            (json!("users assigned to a service that is not there"), json!("ann-name")),
        ]
    );
}

#[tokio::test]
async fn what_an_interrupted_import_left_undone_is_done_first() {
    let ctl = Ctl::start().await;
    ctl.interrupted_move().await;
    let file = "[{\"id\": 5, \"name\": \"New\", \"typeId\": 1, \"active\": true}]";
    let file = ctl.file("new.json", file);
    let planned = ctl.json(&["import", "services", &file, "--dry-run"]).await;
    let steps = planned["steps"].as_array().expect("steps").iter();
    let steps: Vec<_> = steps.map(|step| (step["name"].clone(), step["what"].clone())).collect();
    let expected = [("30", "moved"), ("5", "added")].map(|(id, what)| (json!(id), json!(what)));
    assert_eq!(steps, expected);
    let text = ctl.text(&["import", "services", &file]).await;
    let told = "finished first: 1 that an interrupted import had left below their old ancestors";
    assert!(text.contains(told), "{text}");
    assert!(ctl.run(&["doctor"]).await.expect("findings").well);
}

/// Answers two of three requests as DynamoDB does when there is no room.
#[derive(Clone, Debug, Default)]
struct Throttling(Arc<AtomicU32>);

impl Intercept for Throttling {
    fn name(&self) -> &'static str {
        "Throttling"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.0.fetch_add(1, Ordering::SeqCst) % 3 < 2 {
            let kind = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
            let body = SdkBody::from(json!({"__type": kind}).to_string());
            *context.response_mut() = HttpResponse::new(400.try_into()?, body);
        }
        Ok(())
    }
}

/// Two requests of three: more than the SDK's own budget of retries would stand.
#[tokio::test]
async fn an_import_goes_on_while_the_store_throttles() {
    let app = World::family().start().await;
    let throttling = Throttling::default();
    let config = patient(&app.client).config().to_builder();
    let config = config.sleep_impl(NoWait).interceptor(throttling.clone());
    let lines: String = (1000..1300).map(|id| format!("{id},a,1,,,,,true\n")).collect();
    let file = format!("id,name,typeId,parentId,town,postcode,odsCode,active\n{lines}");
    let client: Client = Client::from_conf(config.build());
    let written = services::import(&client, &app.tables.services, file.as_bytes()).await;
    assert_eq!(written.expect("an import").added, 300);
    assert!(throttling.0.load(Ordering::SeqCst) > 800);
}
