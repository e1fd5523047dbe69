//! What a follower of a region is told of the directory.

use capacityctl::{
    Error,
    concurrency::Interrupt,
    progress::Progress,
    services::{self, Directory, ImportPlan, ImportSummary},
    services_file,
};

use super::conditional_writes::import;
use crate::harness::{
    App, World,
    follower::{Follower, NONE},
    nth_write::NthWrite,
};

const HEADER: &str = "id,name,typeId,parentId,town,postcode,odsCode,active";

pub(super) async fn plan(directory: &Directory, rows: &str) -> ImportPlan {
    let rows = services_file::parse(format!("{HEADER}\n{rows}").as_bytes()).expect("a valid file");
    let plan = services::plan(directory, rows.into(), false, &Progress::silent()).await;
    plan.expect("a plan")
}

pub(super) async fn apply(
    directory: &Directory,
    plan: ImportPlan,
    mut interrupt: Interrupt,
) -> Result<ImportSummary, Error> {
    plan.apply(directory, &Progress::silent(), &mut interrupt).await
}

/// How many changes the directory had of a service, by its row.
pub(super) async fn version(app: &App, id: u64) -> String {
    app.row(id).await["directoryVersion"].as_n().expect("a number").clone()
}

/// The keys of a region's rows since the world began.
pub(super) async fn keys(app: &App, region: u64) -> Vec<String> {
    let changes = app.recent_changes(region).await;
    changes.into_iter().map(|row| row["at"].as_s().expect("a key").clone()).collect()
}

#[tokio::test]
async fn a_follower_is_told_what_an_import_changes() {
    let app = World::family().start().await;
    let mut follower = Follower::begin(&app, 10).await;
    import(&app, "30,Renamed,13,20,,,,true").await;
    let listed = app.list("id=30").by("reader").send().await;
    assert_eq!(follower.poll().await["items"], listed.ok()["items"]);
    import(&app, "30,Renamed,13,20,,,,false").await;
    assert_eq!(follower.removed().await, [30]);
    import(&app, "30,Renamed,13,20,,,,true").await;
    assert_eq!(follower.polled().await, [30]);
    import(&app, "60,New,13,20,,,,true").await;
    assert_eq!(follower.polled().await, [60]);
    // It changes nothing.
    import(&app, "60,New,13,20,,,,true").await;
    import(&app, "40,Renamed too,13,,,,,true").await;
    assert_eq!(follower.polled().await, NONE);
    let expected = ["30#d2", "30#d3", "30#d4", "60#d1"].map(|key| format!("001795251600#{key}"));
    assert_eq!(keys(&app, 10).await, expected);
    assert_eq!((version(&app, 30).await, version(&app, 60).await), ("4".into(), "1".into()));
}

#[tokio::test]
async fn followers_of_both_regions_are_told_of_a_service_that_moves_and_of_its_descendants() {
    let app = World::family().start().await;
    let mut old = Follower::begin(&app, 10).await;
    let mut new = Follower::begin(&app, 40).await;
    import(&app, "20,Provider,13,40,Ambridge,ZZ99 1AA,T20,true").await;
    assert_eq!(old.removed().await, [20, 30]);
    assert_eq!(new.polled().await, [20, 30]);
    let rows = ["001795251600#20#d2", "001795251600#30#d2"];
    for region in [10, 40] {
        assert_eq!(keys(&app, region).await, rows);
    }
}

/// New services below 10.
fn many(count: u64) -> String {
    (1000..1000 + count).map(|id| format!("{id},a,1,10,,,,true\n")).collect()
}

#[tokio::test]
async fn up_to_200_changes_of_a_region_are_told_one_by_one() {
    let app = World::family().start().await;
    let mut follower = Follower::begin(&app, 10).await;
    let (directory, never) = (app.directory(), Interrupt::never());
    let plan = plan(&directory, &many(200)).await;
    apply(&directory, plan, never).await.expect("an import");
    assert_eq!(keys(&app, 10).await.len(), 200);
    assert_eq!(follower.polled().await.len(), 200);
}

/// Who reads the list while the import is under way reads it again at its end.
#[tokio::test]
async fn more_changes_are_told_as_one_before_the_first_and_as_one_after_the_last() {
    let app = World::family().start().await;
    let mut follower = Follower::begin(&app, 10).await;
    let mut elsewhere = Follower::begin(&app, 40).await;
    // The first write is the row before all.
    let (client, during) = NthWrite::of(&app.client, 100);
    let directory = Directory { client, ..app.directory() };
    let rows = format!("{}40,Renamed,13,,,,,true\n", many(201));
    let plan = plan(&directory, &rows).await;
    let mut importing = Box::pin(apply(&directory, plan, Interrupt::never()));
    tokio::select! {
        ended = &mut importing => panic!("too soon: {ended:?}"),
        () = during.sent() => {}
    }
    assert!(follower.has_to_read_all().await);
    let mut reader = Follower::begin(&app, 10).await;
    importing.await.expect("an import");
    assert!(follower.has_to_read_all().await && reader.has_to_read_all().await);
    assert_eq!((follower.polled().await, reader.polled().await), (NONE.into(), NONE.into()));
    // The other region has few changes.
    assert_eq!(elsewhere.polled().await, [40]);
    let keys = keys(&app, 10).await;
    assert!(keys.len() == 2 && keys.iter().all(|key| key.contains("#many#")), "{keys:?}");
    assert_eq!(version(&app, 1000).await, "1");
}

/// Its last writes may arrive after it has told them, so the next import tells them again, although it has only few
/// changes left.
#[tokio::test]
async fn an_import_that_is_interrupted_tells_followers_too() {
    let app = World::family().start().await;
    let (client, during) = NthWrite::of(&app.client, 150);
    let directory = Directory { client, ..app.directory() };
    let interrupted = plan(&directory, &many(201)).await;
    let interrupt = Interrupt::when(async move { during.sent().await });
    let failure = apply(&directory, interrupted, interrupt).await.expect_err("an interrupt");
    assert_eq!(failure.exit_code(), 130);
    assert_eq!(keys(&app, 10).await.len(), 2);
    for (changes, rows) in [(true, 4), (false, 4)] {
        let plan = plan(&app.directory(), &many(201)).await;
        assert_eq!(!plan.changes.is_empty(), changes);
        apply(&app.directory(), plan, Interrupt::never()).await.expect("an import");
        assert_eq!(keys(&app, 10).await.len(), rows);
    }
}

/// It could not tell those who read the list while it was under way.
#[tokio::test]
async fn followers_are_told_of_an_import_that_was_killed_by_the_next_one() {
    let app = World::family().start().await;
    let (client, during) = NthWrite::of(&app.client, 100);
    let directory = Directory { client, ..app.directory() };
    let killed = plan(&directory, &many(201)).await;
    tokio::select! {
        ended = apply(&directory, killed, Interrupt::never()) => panic!("too soon: {ended:?}"),
        () = during.sent() => {}
    }
    let mut follower = Follower::begin(&app, 10).await;
    assert!(!follower.has_to_read_all().await);
    // The first one on the third day, until when the follower polls; the second one by a clock that is five minutes behind
    for _ in 0..5 {
        app.later(12 * 60 * 60);
        assert!(!follower.has_to_read_all().await);
    }
    for (later, is_told) in [(12 * 60 * 60, true), (-300, false)] {
        app.later(later);
        let nothing = plan(&app.directory(), "40,Elsewhere,13,,Ambridge,ZZ99 1AA,T40,true").await;
        assert!(nothing.changes.is_empty());
        apply(&app.directory(), nothing, Interrupt::never()).await.expect("an import");
        assert_eq!(follower.has_to_read_all().await, is_told);
    }
}

/// Both have read the directory before one of them writes.
#[tokio::test]
async fn of_two_imports_at_once_no_change_is_lost_or_told_under_a_number_of_another() {
    let app = World::family().start().await;
    let directory = app.directory();
    let file = |name: &str| format!("20,{name},13,10,,,,true\n30,{name},13,20,,,,true\n");
    let (first, same) = (plan(&directory, &file("A")).await, plan(&directory, &file("A")).await);
    let other = plan(&directory, &file("B")).await;
    apply(&directory, first, Interrupt::never()).await.expect("an import");
    apply(&directory, same, Interrupt::never()).await.expect("nothing left to write");
    let failure = apply(&directory, other, Interrupt::never()).await.expect_err("a conflict");
    assert_eq!(failure.exit_code(), 6, "{failure}");
    assert_eq!(app.row(20).await["name"].as_s().map(String::as_str), Ok("A"));
    let rows = ["001795251600#20#d2", "001795251600#30#d2"];
    assert_eq!(keys(&app, 10).await, rows);
    assert_eq!((version(&app, 20).await, version(&app, 30).await), ("2".into(), "2".into()));
}
