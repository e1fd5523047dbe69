//! Imports that cannot reach the store, and imports that the user interrupts.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_dynamodb::Client;
use capacityctl::{
    Error,
    client::local_client,
    concurrency::{Interrupt, run_all},
    progress::{LineTimer, Progress},
    reachability::patient_client,
    services::{self, Directory, ImportPlan},
    services_file,
};
use local_stack::engine::REGION;
use shared::http::Clock;
use tokio::time::Instant;

use super::ctl::{Ctl, exit_code};
use crate::harness::{World, nth_write::NthWrite};

async fn plan(directory: &Directory, rows: std::ops::Range<u64>) -> Result<ImportPlan, Error> {
    let rows: String = rows.map(|id| format!("{id},a,1,,,,,true\n")).collect();
    let file = format!("id,name,typeId,parentId,town,postcode,odsCode,active\n{rows}");
    let rows = services_file::parse(file.as_bytes()).expect("a valid file");
    services::plan(directory, rows.into(), false, &Progress::silent()).await
}

fn on(client: Client) -> Directory {
    let [services, changes] = ["services-1", "changes-1"].map(ToOwned::to_owned);
    Directory { client, services, changes, audit: None, clock: Clock::system() }
}

/// The time is the runtime's, which passes at once while everything waits.
#[tokio::test(start_paused = true)]
async fn an_import_soon_says_what_it_cannot_reach_and_gives_up_within_half_a_minute() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = listener.local_addr().expect("an address");
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|closed| closed.local_addr());
    for address in [silent, closed.expect("an address")] {
        let (started, told) = (Instant::now(), Arc::new(Mutex::new(Vec::new())));
        let tell = Arc::clone(&told);
        let client = local_client(&format!("http://{address}"), REGION);
        let client = patient_client(&client, "services-1", move |text| {
            tell.lock().expect("no panic").push((started.elapsed(), text.to_owned()));
        });
        let failure = plan(&on(client), 1..2).await.expect_err("a failure");
        let took = started.elapsed();
        assert_eq!(exit_code(&failure), "1", "{failure}");
        assert!((15..=30).contains(&took.as_secs()), "{took:?}");
        let told = told.lock().expect("no panic");
        let [(when, text)] = told.as_slice() else { panic!("told once: {told:?}") };
        assert!(*when <= Duration::from_secs(5), "{when:?}");
        let place = format!("cannot reach table services-1 at http://{address}/: ");
        assert!(text.starts_with(&place), "{text}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_even_if_no_table_can_be_reached() {
    let ctl = Ctl::start().await;
    let files = [
        (
            "services",
            "id,name,typeId,parentId,town,postcode,odsCode,active\n60,,1,,,,,true\n",
            "name",
        ),
        ("users", "username,subject,active,permissions,services\nann,,maybe,,\n", "active"),
    ];
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    ctl.point_to(&format!("http://{}", listener.local_addr().expect("an address")));
    tokio::time::pause();
    for (kind, file, column) in files {
        let failure = ctl.failure(&["import", kind, &ctl.file("bad.csv", file)]).await;
        assert_eq!(exit_code(&failure), "3", "{failure}");
        assert!(failure.to_string().contains(&format!("line 2: {column}: ")), "{failure}");
    }
}

#[tokio::test]
async fn an_interrupted_import_says_what_it_wrote_and_the_next_one_writes_the_rest() {
    let app = World::family().start().await;
    let (client, tenth) = NthWrite::of(&app.client, 10);
    let directory = Directory { client, ..app.directory() };
    let mut interrupt = Interrupt::when(async move { tenth.sent().await });
    let planned = plan(&directory, 1000..1300).await.expect("a plan");
    let failure = planned.apply(&directory, &Progress::silent(), &mut interrupt).await;
    let failure = failure.expect_err("an interrupted import");
    assert_eq!(exit_code(&failure), "130");
    let rest = plan(&app.directory(), 1000..1300).await.expect("a plan").summary();
    let Error::Partial { done: written, total: 300, .. } = failure else { panic!("{failure}") };
    assert!((1..290).contains(&written), "{written}");
    assert_eq!(rest.unchanged, usize::try_from(written).expect("a number"));
    let text = format!(
        "interrupted\nat least {written} of 300 rows were written; run the same import again"
    );
    assert!(failure.to_string().starts_with(&text), "{failure}");
}

#[tokio::test]
async fn an_import_that_is_interrupted_before_it_writes_says_so() {
    let ctl = Ctl::start().await;
    let services = "id,name,typeId,parentId,town,postcode,odsCode,active\n60,a,1,,,,,true\n";
    let users = "username,subject,active,permissions,services\nann,,true,,\n";
    for (kind, file) in [("services", services), ("users", users)] {
        let before = ctl.text(&["export", kind]).await;
        let words = ["import", kind, &ctl.file("new.csv", file)];
        let interrupt = Interrupt::when(std::future::ready(()));
        let failure = ctl.run_until(interrupt, &words).await.expect_err("an interrupt");
        assert_eq!(exit_code(&failure), "130");
        assert_eq!(failure.to_string(), "interrupted; nothing was written");
        assert_eq!(ctl.text(&["export", kind]).await, before);
    }
}

/// Set for [`a_process_that_a_signal_may_interrupt`].
const CHILD: &str = "CAPACITY_TEST_SIGNAL";

/// Run by [`ctrl_c_and_sigterm_interrupt_an_import`] in separate processes.
#[tokio::test(start_paused = true)]
#[expect(clippy::print_stdout, reason = "it is how the other process learns of it")]
async fn a_process_that_a_signal_may_interrupt() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let request = async {
        println!("\nwriting");
        std::future::pending().await
    };
    let mut interrupt = Interrupt::by_signal();
    let failure = run_all([request], &Progress::silent(), &mut interrupt).await;
    println!("\nended: {}", failure.expect_err("an interrupt"));
}

#[test]
fn ctrl_c_and_sigterm_interrupt_an_import() {
    for signal in ["INT", "TERM"] {
        let mut tests = Command::new(std::env::current_exe().expect("the tests"));
        let test = "tools::capacityctl_commands::interrupted_imports::a_process_that_a_signal_may_interrupt";
        tests.args([test, "--exact", "--nocapture"]).env(CHILD, "1").stdout(Stdio::piped());
        let mut child = tests.spawn().expect("a process");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut lines = lines.map(|line| line.expect("UTF-8"));
        assert!(lines.any(|line| line == "writing"), "{signal}");
        let kill = format!("kill -{signal} {}", child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
        assert!(lines.any(|line| line == "ended: interrupted"), "{signal}");
        assert!(child.wait().expect("a status").success(), "{signal}");
    }
}

#[test]
fn without_a_terminal_an_import_prints_a_line_every_ten_seconds() {
    let start = std::time::Instant::now();
    let mut timer = LineTimer::new(start);
    let due = [3, 9, 10, 11, 19, 25, 26, 40].map(|second| {
        let due = timer.is_due(start + Duration::from_secs(second));
        (second, due)
    });
    let due = due.into_iter().filter_map(|(second, due)| due.then_some(second));
    assert_eq!(due.collect::<Vec<_>>(), [10, 25, 40]);
}
