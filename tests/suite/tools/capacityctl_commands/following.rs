//! `changes follow`: what it prints as a region changes, and from where it goes on.

use std::{fs, io, path::Path};

use aws_sdk_dynamodb::types::AttributeValue;
use capacityctl::{
    changes::{event::Event, follower::Follower},
    concurrency::Interrupt,
};
use serde_json::{Value, json};
use shared::{
    domain::{Minutes, Rag, ServiceId, Timestamp},
    http::changes_cursor,
    store::{Changed, put_change_row},
};

use super::{
    ctl::{Ctl, exit_code},
    refusing_engine::{Refusal, refusing},
};
use crate::harness::{App, World};

/// A world at the time of this machine, with the path of a cursor's file.
async fn start() -> (Ctl, String) {
    let ctl = Ctl::start_with(World::family().editor("lead", &[10])).await;
    ctl.app.at_real_time();
    let file = ctl.state.join("cursor").to_str().expect("a path").to_owned();
    (ctl, file)
}

/// The lines that are printed until there is nothing more now.
async fn follow(ctl: &Ctl, file: &str) -> Vec<String> {
    let finished = ctl.execute(&["changes", "follow", "10", "--once", "--cursor", file]).await;
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""));
    finished.stdout.lines().map(str::to_owned).collect()
}

/// As [`follow`], for programs.
async fn followed(ctl: &Ctl, file: &str) -> Vec<Value> {
    let finished =
        ctl.execute(&["changes", "follow", "10", "--once", "--cursor", file, "--json"]).await;
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""));
    finished.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

async fn red(ctl: &Ctl, id: u64) {
    ctl.app.put(id, json!({"status": "RED"})).by("editor").send().await.ok();
}

#[tokio::test]
async fn a_region_is_printed_whole_and_then_each_change() {
    let (ctl, file) = start().await;
    let lines = follow(&ctl, &file).await;
    assert!(lines[0].ends_with("Z  region 10 has 3 services"), "{}", lines[0]);
    assert_eq!(lines[3], "never set             30  GREEN  Pharmacy, High Street");
    assert_eq!(lines.len(), 4);
    let set = ["status", "set", "30", "RED", "--as", "editor-name", "--reason", "STAFFING"];
    let set = ctl.json(&set).await;
    let text = |name: &str| set[name].as_str().expect("a text");
    let (at, until) = (text("modifiedDate"), text("resetDateTime"));
    let line =
        format!("{at}  30  RED until {until} STAFFING by editor-name  Pharmacy, High Street");
    assert_eq!(follow(&ctl, &file).await, [line]);
    assert_eq!(follow(&ctl, &file).await, [""; 0]);
}

#[tokio::test]
async fn programs_get_what_the_api_lists() {
    let (ctl, file) = start().await;
    let listed = ctl.app.list("region=10").by("reader").send().await.ok().clone();
    let service = |item: &Value| json!({"event": "service", "service": item});
    let list = json!({"event": "list", "region": 10, "services": 3});
    let items = listed["items"].as_array().expect("items").iter().map(service);
    let expected: Vec<Value> = [list].into_iter().chain(items).collect();
    assert_eq!(followed(&ctl, &file).await, expected);
    for id in [10, 20, 30] {
        ctl.app.put(id, json!({"status": "RED"})).by("lead").send().await.ok();
    }
    ctl.app.spoil(20).await;
    ctl.app.set_attribute(30, "active", AttributeValue::Bool(false)).await;
    let listed = ctl.app.list("id=10").by("reader").send().await.ok().clone();
    assert_eq!(
        followed(&ctl, &file).await,
        [
            service(&listed["items"][0]),
            json!({"event": "removed", "id": 30}),
            json!({"event": "unavailable", "id": 20}),
        ]
    );
}

fn now() -> Timestamp {
    shared::http::Clock::system().now()
}

fn region() -> ServiceId {
    "10".parse().expect("an id")
}

/// Rewrites a cursor as one of an earlier time.
fn make_older(file: &str, minutes: u32) {
    let text = fs::read_to_string(file).expect("a file");
    let mut cursor = changes_cursor::decode(text.trim_end(), region(), now()).expect("a cursor");
    cursor.time = cursor.time.minus_seconds(minutes * 60);
    fs::write(file, changes_cursor::encode(&cursor)).expect("a file");
}

#[tokio::test]
async fn a_follower_begins_again_with_a_cursor_of_more_than_a_day() {
    let (ctl, file) = start().await;
    follow(&ctl, &file).await;
    make_older(&file, 24 * 60 - 1);
    assert_eq!(followed(&ctl, &file).await, [json!(null); 0]);
    make_older(&file, 24 * 60 + 1);
    assert_eq!(followed(&ctl, &file).await.len(), 4);
    assert_eq!(followed(&ctl, &file).await, [json!(null); 0]);
}

#[tokio::test]
async fn what_is_no_cursor_of_the_region_is_refused_and_stays() {
    let (ctl, file) = start().await;
    ctl.text(&["changes", "follow", "40", "--once", "--cursor", &file]).await;
    let other = fs::read_to_string(&file).expect("a file");
    for text in [other.as_str(), "", "nonsense"] {
        fs::write(&file, text).expect("a file");
        let failure = ctl.failure(&["changes", "follow", "10", "--cursor", &file]).await;
        assert_eq!(failure.to_string(), format!("file {file}: it has no cursor of region 10"));
        assert_eq!(exit_code(&failure), "3");
        assert_eq!(fs::read_to_string(&file).expect("a file"), text);
    }
    for region in ["20", "99"] {
        let failure = ctl.failure(&["changes", "follow", region, "--once"]).await;
        let reason =
            "REGION: no active service is in it; a region has the id of its topmost service";
        assert_eq!(failure.to_string(), format!("nothing was changed\n  {reason}"));
    }
}

/// The next run prints what this one could not.
#[tokio::test]
async fn the_cursor_counts_only_what_was_printed() {
    let (ctl, file) = start().await;
    follow(&ctl, &file).await;
    red(&ctl, 30).await;
    let words = ["changes", "follow", "10", "--once", "--cursor", &file];
    let mut full = fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    assert_eq!(ctl.execute_with_stdout(&words, &mut full).await.0, 1);
    let (reader, mut closed) = io::pipe().expect("a pipe");
    drop(reader);
    assert_eq!(ctl.execute_with_stdout(&words, &mut closed).await, (0, String::new()));
    assert_eq!(follow(&ctl, &file).await.len(), 1);
    assert_eq!(follow(&ctl, &file).await.len(), 0);
}

#[tokio::test]
async fn it_follows_until_the_user_interrupts() {
    let (ctl, file) = start().await;
    let written = Path::new(&file).to_owned();
    let interrupt = Interrupt::when(async move {
        while !written.exists() {
            tokio::task::yield_now().await;
        }
    });
    let output = ctl.run_until(interrupt, &["changes", "follow", "10", "--cursor", &file]).await;
    assert_eq!(output.expect("an end").text, "");
}

#[tokio::test]
async fn tables_that_refuse_end_it() {
    let (ctl, file) = start().await;
    follow(&ctl, &file).await;
    let cursor = fs::read_to_string(&file).expect("a file");
    let (code, message) = ("AccessDeniedException", "no");
    ctl.point_to(&refusing(Refusal { operation: "Query", code, message }).await);
    let failure = ctl.failure(&["changes", "follow", "10", "--cursor", &file]).await;
    let tables = &ctl.app.tables;
    let named = format!("tables {} and {}: {code}: {message}\n", tables.services, tables.changes);
    assert!(failure.to_string().starts_with(&named), "{failure}");
    assert_eq!(exit_code(&failure), "1");
    assert_eq!(fs::read_to_string(&file).expect("a file"), cursor);
}

/// A follower of the world's region, which goes on from this cursor.
fn follower(app: &App, cursor: Option<&str>) -> Follower {
    let names = [app.tables.services.as_str(), app.tables.changes.as_str()];
    Follower::new(&app.client, names, region(), cursor.map(str::to_owned))
}

/// What is told at this time: ids with the status, `None` if the service is closed.
async fn told(follower: &mut Follower, now: Timestamp) -> Vec<(u64, Option<Rag>)> {
    let (events, has_more) = follower.poll(now).await.expect("events");
    assert!(!has_more);
    let told = events.into_iter().filter_map(|event| match event {
        Event::Service(service) => {
            let status = service.record.effective_at(now).status.rag();
            Some((service.details.path.id().get(), Some(status)))
        }
        Event::Removed(id) => Some((id.get(), None)),
        Event::List(..) => None,
        Event::Unavailable(id) => panic!("{id} cannot be read"),
    });
    told.collect()
}

/// The reset is stored some minutes later, and is no news then.
#[tokio::test]
async fn a_status_whose_deadline_passes_is_told_as_green_before_the_reset_is_stored() {
    let ctl = Ctl::start().await;
    let app = &ctl.app;
    red(&ctl, 30).await;
    let mut first = follower(app, None);
    assert_eq!(told(&mut first, app.now()).await.last(), Some(&(30, Some(Rag::Red))));
    // Told again, because it changed less than eleven minutes ago; but that is no news.
    assert_eq!(told(&mut first, app.now()).await, []);
    let cursor = first.cursor().expect("a cursor").to_owned();
    let mut resumed = follower(app, Some(&cursor));
    assert_eq!(told(&mut resumed, app.now()).await, []);
    let deadline = app.now().plus(Minutes(240));
    for follower in [&mut first, &mut resumed] {
        assert_eq!(told(follower, deadline.minus_seconds(1)).await, []);
        assert_eq!(told(follower, deadline).await, [(30, Some(Rag::Green))]);
        assert_eq!(told(follower, deadline).await, []);
    }
    // One that was away meanwhile
    let mut late = follower(app, Some(&cursor));
    assert_eq!(told(&mut late, deadline).await, [(30, Some(Rag::Green))]);
    app.later(240 * 60 + 600);
    app.run_schedule().await;
    assert_eq!(app.history(30).await.len(), 2);
    assert_eq!(told(&mut first, app.now()).await, []);
    let mut late = follower(app, Some(&cursor));
    assert_eq!(told(&mut late, app.now()).await, [(30, Some(Rag::Green))]);
}

/// Only the list can tell: these changes have no rows.
#[tokio::test]
async fn after_a_resync_a_follower_tells_what_is_otherwise_in_the_list() {
    let ctl = Ctl::start().await;
    let app = &ctl.app;
    let mut first = follower(app, None);
    assert_eq!(told(&mut first, app.now()).await.len(), 3);
    let cursor = first.cursor().expect("a cursor").to_owned();
    let put = put_change_row(&app.tables.changes, region(), Changed::Many, app.now());
    let put = put.expect("a row");
    let request = app.client.put_item().table_name(put.table_name());
    request.set_item(Some(put.item().clone())).send().await.expect("a row");
    app.set_attribute(20, "active", AttributeValue::Bool(false)).await;
    app.set_attribute(30, "name", AttributeValue::S("Chemist".to_owned())).await;
    assert_eq!(told(&mut first, app.now()).await, [(20, None), (30, Some(Rag::Green))]);
    assert_eq!(told(&mut first, app.now()).await, []);
    // One that has no copy prints the whole list.
    let (events, _) = follower(app, Some(&cursor)).poll(app.now()).await.expect("events");
    assert_eq!((&events[0], events.len()), (&Event::List(region(), 2), 3));
}
