//! Where `capacityctl` places the services of a directory file.

use capacityctl::hierarchy::{self, ResolvedHierarchy, StoredService};
use shared::domain::{HierarchyPath, ServiceId};

use crate::tools::directory_file::{rows, texts};

fn resolve(lines: &[&str], stored: &[StoredService]) -> ResolvedHierarchy {
    hierarchy::resolve(rows(lines), stored).expect("a hierarchy")
}

fn problems(lines: &[&str], stored: &[StoredService]) -> Vec<String> {
    texts(&hierarchy::resolve(rows(lines), stored).expect_err("a refused file"))
}

fn paths(resolved: &ResolvedHierarchy) -> Vec<String> {
    resolved.rows.iter().map(|(_, path)| path.to_string()).collect()
}

fn stored(id: u64, parent: Option<u64>, path: &str) -> StoredService {
    let id = ServiceId::new(id).expect("an id");
    StoredService { id, parent: parent.and_then(ServiceId::new), path: path.to_owned() }
}

fn moved(path: &str) -> HierarchyPath {
    HierarchyPath::parse(path).expect("a path")
}

#[test]
fn rows_are_placed_below_their_parents_in_whatever_order() {
    let resolved = resolve(&["3,c,1,2,,,,true", "1,a,1,,,,,true", "2,b,1,1,,,,true"], &[]);
    assert_eq!(paths(&resolved), ["/1/2/3/", "/1/", "/1/2/"]);
    assert_eq!(resolved.moved, []);
}

#[test]
fn a_parent_may_be_in_the_table() {
    let table = [stored(1, None, "/1/"), stored(2, Some(1), "/1/2/")];
    assert_eq!(paths(&resolve(&["3,c,1,2,,,,true"], &table)), ["/1/2/3/"]);
}

#[test]
fn services_below_a_moved_one_follow_it() {
    let table = [
        stored(1, None, "/1/"),
        stored(2, Some(1), "/1/2/"),
        stored(3, Some(2), "/1/2/3/"),
        stored(4, Some(3), "/1/2/3/4/"),
        stored(9, None, "/9/"),
    ];
    let resolved = resolve(&["2,b,1,9,,,,true"], &table);
    assert_eq!(paths(&resolved), ["/9/2/"]);
    assert_eq!(resolved.moved, [moved("/9/2/3/"), moved("/9/2/3/4/")]);
}

#[test]
fn the_next_import_repairs_an_interrupted_one() {
    let table =
        [stored(9, None, "/9/"), stored(2, Some(9), "/9/2/"), stored(3, Some(2), "/1/2/3/")];
    let resolved = resolve(&["9,i,1,,,,,true"], &table);
    assert_eq!(resolved.moved, [moved("/9/2/3/")]);
    assert_eq!(resolved.misplaced, [ServiceId::new(3).expect("an id")].into());
}

#[test]
fn an_unknown_parent_is_named_with_its_line_and_not_again_below() {
    let lines = ["1,a,1,,,,,true", "2,b,1,77,,,,true", "3,c,1,2,,,,true", "4,d,1,78,,,,true"];
    assert_eq!(
        problems(&lines, &[]),
        [
            "line 3: parentId: service 77 is neither in the table nor in the file",
            "line 5: parentId: service 78 is neither in the table nor in the file",
        ]
    );
}

#[test]
fn every_member_of_a_cycle_is_reported_with_its_line() {
    let lines = ["1,a,1,2,,,,true", "2,b,1,1,,,,true", "3,c,1,3,,,,true", "4,d,1,1,,,,true"];
    assert_eq!(
        problems(&lines, &[]),
        [
            "line 2: parentId: service 1 is its own ancestor: 1 below 2 below 1",
            "line 3: parentId: service 2 is its own ancestor: 2 below 1 below 2",
            "line 4: parentId: service 3 is its own ancestor: 3 below 3",
        ]
    );
}

#[test]
fn a_cycle_through_the_table_is_found() {
    let table =
        [stored(1, None, "/1/"), stored(2, Some(1), "/1/2/"), stored(3, Some(2), "/1/2/3/")];
    assert_eq!(
        problems(&["1,a,1,3,,,,true"], &table),
        ["line 2: parentId: service 1 is its own ancestor: 1 below 3 below 2 below 1"]
    );
}

#[test]
fn a_path_that_is_too_long_for_a_key_is_refused() {
    let first = 900_000_000_000_000_000_u64;
    let mut lines = vec![format!("{first},a,1,,,,,true")];
    lines.extend(
        (1..60).map(|level| format!("{},a,1,{},,,,true", first + level, first + level - 1)),
    );
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let problems = problems(&lines, &[]);
    // 53 services of 18 digits take 53 * 19 + 1 = 1,008 bytes, one more exceeds 1,024.
    assert_eq!(problems.len(), 60 - 53);
    assert!(problems.iter().all(|problem| problem.contains("too many ancestors")), "{problems:?}");
}

#[test]
fn the_sample_directory_is_a_hierarchy_of_at_least_200_services() {
    let resolved = hierarchy::resolve(local_stack::sample::directory(), &[]).expect("a hierarchy");
    assert!(resolved.rows.len() >= 200);
    assert!(resolved.rows.iter().all(|(row, _)| row.id.get() > 9_000_000_000));
    assert_eq!(resolved.rows.iter().filter(|(row, _)| !row.active).count(), 7);
    assert_eq!(resolved.rows.iter().filter(|(_, path)| path.parent().is_none()).count(), 7);
}
