//! Imports and exports by `cargo ctl`.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::BeforeDeserializationInterceptorContextMut,
    },
    error::BoxError,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use capacityctl::{client::with_unlimited_retries, services};
use serde_json::{Value, json};

use super::ctl::{Ctl, exit_code};
use crate::harness::{World, faulty::NoWait};

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
    assert_eq!(ctl.text(&["export", "services", "-"]).await, before);
    let table = &ctl.app.tables.services;
    assert_eq!(
        shown,
        format!(
            "          name  changes
 changed  40    name: \"Elsewhere\" -> \"Elsewhere, renamed\"
 moved    20    region: 10 -> 40, path: \"/10/20/\" -> \"/40/20/\", parentId: 10 -> 40
 added    60    region: nothing -> 10, path: nothing -> \"/10/60/\", name: nothing -> \"New\", typeId: nothing -> 13, active: nothing -> true, parentId: nothing -> 10
 moved    30    region: 10 -> 40, path: \"/10/20/30/\" -> \"/40/20/30/\"
services: 1 added, 1 changed, 2 moved, 1 unchanged
active but not in the file: 2
 id  name
 10  Region
 30  Pharmacy, High Street
use --deactivate-missing to deactivate them
dry run: nothing was written to table {table} of the local stack"
        )
    );
    let written = ctl.json(&["import", "services", &file, "--deactivate-missing"]).await;
    let rows = json!({"added": 1, "changed": 1, "moved": 1, "deactivated": 2, "finished": 0, "unchanged": 1});
    assert_eq!((&written["rows"], &written["dryRun"]), (&rows, &json!(false)));
    assert_eq!(
        ctl.text(&["export", "services"]).await,
        "id,name,typeId,parentId,town,postcode,odsCode,phone,reviewAfterMinutes,active\n\
         10,Region,13,,Ambridge,ZZ99 1AA,T10,,,false\n\
         40,\"Elsewhere, renamed\",13,,Ambridge,ZZ99 1AA,T40,,,true\n\
         50,Closed,13,,Ambridge,ZZ99 1AA,T50,,,false\n\
         20,Provider,13,40,Ambridge,ZZ99 1AA,T20,,,true\n\
         60,New,13,10,,,,,,true\n\
         30,\"Pharmacy, High Street\",13,20,Ambridge,ZZ99 1AA,T30,,,false"
    );
    assert_eq!(ctl.app.get(30).by("reader").send().await.status, 404);
}

/// A file that was cut off between two lines is a valid file.
#[tokio::test]
async fn deactivating_many_services_needs_an_option() {
    let ctl = Ctl::start().await;
    let header = "id,name,typeId,parentId,town,postcode,odsCode,active\n";
    let rows: String = (1000..1008).map(|id| format!("{id},a,1,,,,,true\n")).collect();
    ctl.text(&["import", "services", &ctl.file("more.csv", &format!("{header}{rows}"))]).await;
    let before = ctl.text(&["export", "services"]).await;
    let cut = ctl.file("cut.csv", &format!("{header}1000,a,1,,,,,true\n"));
    let import = ["import", "services", &cut, "--deactivate-missing"];
    let failure = ctl.failure(&import).await;
    assert_eq!(exit_code(&failure), "3");
    let text = "11 of 12 active services would be deactivated, more than 10";
    assert!(failure.to_string().contains(text), "{failure}");
    assert_eq!(failure.json()["problems"][0]["place"], "file");
    assert_eq!(ctl.text(&["export", "services"]).await, before);
    ctl.text(&[&import[..], &["--deactivate-at-most", "11"]].concat()).await;
    let kept =
        before.replace(",true", ",false").replace("1000,a,1,,,,,,,false", "1000,a,1,,,,,,,true");
    assert_eq!(ctl.text(&["export", "services"]).await, kept);
}

#[tokio::test]
async fn a_file_without_rows_deactivates_nothing() {
    let ctl = Ctl::start().await;
    let before = ctl.text(&["export", "services"]).await;
    for (name, text) in [
        ("empty.csv", "id,name,typeId,parentId,town,postcode,odsCode,active\n,,,,,,,\n"),
        ("empty.json", "[]"),
    ] {
        let file = ctl.file(name, text);
        let failure = ctl.failure(&["import", "services", &file, "--deactivate-missing"]).await;
        let text = "4 of 4 active services would be deactivated, more than 0";
        assert!(failure.to_string().contains(text), "{failure}");
    }
    assert_eq!(ctl.text(&["export", "services"]).await, before);
}

#[tokio::test]
async fn an_imported_export_makes_other_tables_the_same() {
    let (ctl, other) = (Ctl::start().await, Ctl::start().await);
    ctl.text(&["user", "grant", "editor-name", "--service", "30", "--service", "10"]).await;
    ctl.text(&["service", "deactivate", "30"]).await;
    for kind in ["services", "users"] {
        for (name, changed) in [("file.csv", 1), ("file.json", 0)] {
            let file = ctl.file(name, "");
            ctl.text(&["export", kind, &file]).await;
            let written = other.json(&["import", kind, &file]).await;
            assert_eq!(written["rows"]["added"], 0, "{kind} {name}: {written}");
            assert_eq!(written["rows"]["changed"], changed, "{kind} {name}: {written}");
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
         {\"active\":true,\"subject\":\"reader\",\"username\":\"reader-name\"}\n\
         ]"
    );
}

/// A typed file may have the apostrophes too. JSON has none.
#[tokio::test]
async fn cells_that_a_spreadsheet_would_run_are_exported_with_an_apostrophe() {
    let ctl = Ctl::start().await;
    let names = ["=1+1", "+44", "-Alpha", "@Home", "＝1", "'=x", "''-x", "'Round", "a=1"];
    let services = names
        .iter()
        .zip(60..)
        .map(|(name, id)| json!({"id": id, "name": name, "typeId": 1, "active": true}));
    let services = ctl.file("services.json", &services.collect::<Value>().to_string());
    ctl.text(&["import", "services", &services]).await;
    let exported = ctl.text(&["export", "services"]).await;
    let rows = exported.lines().filter(|line| line.starts_with('6'));
    let cells: Vec<&str> = rows.filter_map(|row| row.split(',').nth(1)).collect();
    assert_eq!(
        cells,
        ["'=1+1", "'+44", "'-Alpha", "'@Home", "'＝1", "''=x", "'''-x", "'Round", "a=1"]
    );
    let file = ctl.file("services.csv", &exported);
    let written = ctl.json(&["import", "services", &file]).await;
    assert_eq!(written["rows"]["unchanged"], 14, "{written}");
    let listed = ctl.text(&["export", "services", "--json"]).await;
    assert!(names.iter().all(|name| listed.contains(&format!("\"{name}\""))), "{listed}");
}

#[tokio::test]
async fn rows_without_any_value_are_left_out_and_counted() {
    let ctl = Ctl::start().await;
    for (kind, csv, json) in [
        (
            "services",
            "id,name,typeId,parentId,town,postcode,odsCode,active\r\n,,,,,,,\r\n60,a,1,,,,,TRUE\r\n , ,,,,,,\r\n\r\n",
            r#"[{}, {"id": 60, "name": "a", "typeId": 1, "active": "TRUE"}, {"id": null, "name": " "}]"#,
        ),
        (
            "users",
            "username,subject,active,permissions,services\n,,,,\nann,s,TRUE,,30\n\"\",,\"\",,\n",
            r#"[{}, {"username": "ann", "subject": "s", "active": "True", "services": ["30"]}, {"services": []}]"#,
        ),
    ] {
        let file = ctl.file("file.csv", csv);
        let text = ctl.text(&["import", kind, &file, "--dry-run"]).await;
        assert!(text.contains("\n2 blank rows skipped\n"), "{text}");
        let written = ctl.json(&["import", kind, &file]).await;
        assert_eq!((&written["rows"]["added"], &written["blankRows"]), (&json!(1), &json!(2)));
        let written = ctl.json(&["import", kind, &ctl.file("file.json", json)]).await;
        assert_eq!((&written["rows"]["unchanged"], &written["blankRows"]), (&json!(1), &json!(2)));
    }
    let one = ctl.file("one.csv", "username,subject,active,permissions,services\n,,,,\n");
    assert!(ctl.text(&["import", "users", &one]).await.contains("\n1 blank row skipped\n"));
}

#[tokio::test]
async fn an_import_first_finishes_an_interrupted_one() {
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
    let told = "finished from an interrupted import: 1";
    assert!(text.contains(told), "{text}");
    assert!(ctl.run(&["doctor"]).await.expect("findings").healthy);
}

/// Answers two of three requests as DynamoDB does when throughput is exceeded.
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

/// Two of three requests fail: more than the SDK's own retry quota allows.
#[tokio::test]
async fn an_import_goes_on_while_the_store_throttles() {
    let app = World::family().start().await;
    let throttling = Throttling::default();
    let config = with_unlimited_retries(&app.client).config().to_builder();
    let config = config.sleep_impl(NoWait).interceptor(throttling.clone());
    let lines: String = (1000..1300).map(|id| format!("{id},a,1,,,,,true\n")).collect();
    let file = format!("id,name,typeId,parentId,town,postcode,odsCode,active\n{lines}");
    let client = Client::from_conf(config.build());
    let directory = services::Directory { client, ..app.directory() };
    let written = services::import(&directory, file.as_bytes()).await;
    assert_eq!(written.expect("an import").added, 300);
    assert!(throttling.0.load(Ordering::SeqCst) > 800);
}
