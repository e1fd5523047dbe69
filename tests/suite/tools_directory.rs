//! What `capacityctl` accepts as a directory file, and where it places services.

use capacityctl::{
    directory::{self, Row},
    hierarchy::{self, Moved, Plan, Stored},
    refusal::{Place, Refusal},
};
use shared::domain::{Lineage, ServiceId};

const HEADER: &str = "id,name,typeId,parentId,town,postcode,odsCode,active";

/// A file of these lines below the header, each ended by that.
fn file(lines: &[&str], end: &str) -> String {
    let lines = [HEADER].iter().chain(lines);
    lines.map(|line| format!("{line}{end}")).collect()
}

fn rows(lines: &[&str]) -> Vec<Row> {
    directory::parse(file(lines, "\n").as_bytes()).expect("a valid file")
}

fn problems(lines: &[&str]) -> Vec<String> {
    texts(&directory::parse(file(lines, "\n").as_bytes()).expect_err("a refused file"))
}

fn texts(refusal: &Refusal) -> Vec<String> {
    refusal.problems().iter().map(ToString::to_string).collect()
}

fn plan(lines: &[&str], stored: &[Stored]) -> Plan {
    hierarchy::plan(rows(lines), stored).expect("a hierarchy")
}

fn flaws(lines: &[&str], stored: &[Stored]) -> Vec<String> {
    texts(&hierarchy::plan(rows(lines), stored).expect_err("no hierarchy"))
}

fn paths(plan: &Plan) -> Vec<String> {
    plan.rows.iter().map(|(_, lineage)| lineage.to_string()).collect()
}

fn stored(id: u64, parent: Option<u64>, path: &str) -> Stored {
    let id = ServiceId::new(id).expect("an id");
    Stored { id, parent: parent.and_then(ServiceId::new), path: path.to_owned() }
}

fn moved(path: &str) -> Moved {
    Moved { lineage: Lineage::parse(path).expect("a path") }
}

#[test]
fn a_row_is_read_with_its_optional_fields() {
    let rows = rows(&["149198,\"Castle View, Dudley\",12,153455,Dudley,DY1 1LQ,V02900,true"]);
    let [row] = rows.as_slice() else { panic!("one row") };
    assert_eq!((row.place, row.id.get(), row.type_id), (Place::Line(2), 149_198, 12));
    assert_eq!(row.name, "Castle View, Dudley");
    assert_eq!(row.parent.map(ServiceId::get), Some(153_455));
    assert_eq!(row.town.as_deref(), Some("Dudley"));
    assert_eq!(row.postcode.as_deref(), Some("DY1 1LQ"));
    assert_eq!(row.ods_code.as_deref(), Some("V02900"));
    assert!(row.active);
}

#[test]
fn an_empty_field_is_no_value_and_white_space_around_one_does_not_count() {
    let rows = rows(&[" 7 , a , 1 ,,, ,,false"]);
    let [row] = rows.as_slice() else { panic!("one row") };
    assert_eq!((row.id.get(), row.name.as_str(), row.active), (7, "a", false));
    assert_eq!((row.parent, &row.town, &row.postcode, &row.ods_code), (None, &None, &None, &None));
}

#[test]
fn a_file_without_rows_is_accepted() {
    assert_eq!(rows(&[]), []);
}

#[test]
fn another_header_is_refused() {
    for header in ["", "id,name", &HEADER.to_uppercase(), &format!("{HEADER},more"), "name,id"] {
        let refusal = directory::parse(header.as_bytes()).expect_err("a refused header");
        assert_eq!(texts(&refusal), [format!("line 1: the header must be {HEADER}")], "{header}");
    }
}

#[test]
fn every_bad_line_is_named_with_all_that_is_wrong_in_it() {
    let lines = [
        "0,a,1,,,,,true",
        "012,a,1,,,,,true",
        "1234567890123456789,a,1,,,,,true",
        "+1,a,1,,,,,true",
        "1,a,1,,,,,true",
        "x,,y,z,,,,TRUE",
        "2,a",
        "3,a,1,,,,,true,more",
    ];
    assert_eq!(
        problems(&lines),
        [
            "line 2: id: not 1 to 18 digits without a leading zero",
            "line 3: id: not 1 to 18 digits without a leading zero",
            "line 4: id: not 1 to 18 digits without a leading zero",
            "line 5: id: not 1 to 18 digits without a leading zero",
            "line 7: active: neither true nor false",
            "line 7: id: not 1 to 18 digits without a leading zero",
            "line 7: name: missing",
            "line 7: parentId: not 1 to 18 digits without a leading zero",
            "line 7: typeId: not 1 to 18 digits",
            "line 8: 2 columns instead of 8",
            "line 9: 9 columns instead of 8",
        ]
    );
}

#[test]
fn lines_are_counted_alike_with_either_line_end_empty_lines_and_line_breaks_in_fields() {
    let lines = ["1,a,1,,,,,true", "", "2,\"b\nc\",1,,,,,true", "3,d,1,,,,,yes"];
    for end in ["\n", "\r\n"] {
        let refusal = directory::parse(file(&lines, end).as_bytes()).expect_err("a refused file");
        assert_eq!(texts(&refusal), ["line 6: active: neither true nor false"]);
    }
}

#[test]
fn a_repeated_id_is_named_with_the_line_of_the_first() {
    let lines = ["5,a,1,,,,,true", "6,b,1,,,,,true", "5,a,1,,,,,true", "5,c,1,,,,,true"];
    let already = "service 5 is already on line 2";
    assert_eq!(problems(&lines), [format!("line 4: {already}"), format!("line 5: {already}")]);
}

#[test]
fn json_is_read_like_csv_and_names_entries_with_their_lines() {
    let csv = rows(&["7,\"a \"\"b\"\", c\",12,9,Dudley,,V02900,true", "9,d,1,,,,,f"]);
    let json = r#"[
        {"id": 7, "name": "a \"b\", c", "typeId": 12, "parentId": 9, "town": "Dudley", "postcode": null,
         "odsCode": "V02900", "active": true},
        {"id": "9", "name": " d ", "typeId": "1", "active": false}
    ]"#;
    let json = directory::parse(json.as_bytes()).expect("a valid file");
    assert_eq!(
        json.iter().map(|row| row.place.to_string()).collect::<Vec<_>>(),
        ["entry 1 (line 2)", "entry 2 (line 4)"]
    );
    let nowhere = |rows: Vec<Row>| -> Vec<Row> {
        rows.into_iter().map(|row| Row { place: Place::File, ..row }).collect()
    };
    assert_eq!(nowhere(json), nowhere(csv));
}

#[test]
fn every_bad_entry_of_json_is_named_with_all_that_is_wrong_in_it() {
    let json = r#"[
        {"id": 1.0, "name": "", "typeId": true, "parentId": -1, "active": 1},
        {"id": 1, "id": 2},
        {"id": [1], "name": {"en": "a"}, "colour": "red"},
        7,
        {"id": 5, "name": "a", "typeId": 1, "active": true}, {"id": 5, "name": "b", "typeId": 1, "active": true}
    ]"#;
    let refusal = directory::parse(json.as_bytes()).expect_err("a refused file");
    let digits = "not 1 to 18 digits without a leading zero";
    let known = "id, name, typeId, parentId, town, postcode, odsCode, active";
    assert_eq!(
        texts(&refusal),
        [
            "entry 1 (line 2): active: neither true nor false".to_owned(),
            format!("entry 1 (line 2): id: {digits}"),
            "entry 1 (line 2): name: missing".to_owned(),
            format!("entry 1 (line 2): parentId: {digits}"),
            "entry 1 (line 2): typeId: not 1 to 18 digits".to_owned(),
            "entry 2 (line 3): a member is named twice".to_owned(),
            format!("entry 3 (line 4): \"colour\" is not one of {known}"),
            "entry 3 (line 4): id: not a text, a number, true or false".to_owned(),
            "entry 3 (line 4): name: not a text, a number, true or false".to_owned(),
            "entry 4 (line 5): not an object".to_owned(),
            "entry 6 (line 6): service 5 is already on entry 5 (line 6)".to_owned(),
        ]
    );
    for (bad, reason) in [("[", "EOF"), ("{}", "expected a sequence"), ("[{},]", "trailing comma")]
    {
        let refusal =
            texts(&directory::parse(bad.as_bytes()).expect_err("a refused file")).concat();
        assert!(
            refusal.starts_with("file: not a JSON array: ") && refusal.contains(reason),
            "{refusal}"
        );
    }
}

#[test]
fn text_that_is_not_utf_8_is_refused() {
    let bytes = [file(&[], "\n").as_bytes(), b"1,\xff,1,,,,,true\n"].concat();
    let refusal = directory::parse(&bytes).expect_err("a refused file");
    assert_eq!(texts(&refusal), ["line 2: not UTF-8 text"]);
}

#[test]
fn rows_are_placed_below_their_parents_in_whatever_order() {
    let plan = plan(&["3,c,1,2,,,,true", "1,a,1,,,,,true", "2,b,1,1,,,,true"], &[]);
    assert_eq!(paths(&plan), ["/1/2/3/", "/1/", "/1/2/"]);
    assert_eq!(plan.moved, []);
}

#[test]
fn a_parent_may_be_in_the_table() {
    let table = [stored(1, None, "/1/"), stored(2, Some(1), "/1/2/")];
    assert_eq!(paths(&plan(&["3,c,1,2,,,,true"], &table)), ["/1/2/3/"]);
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
    let plan = plan(&["2,b,1,9,,,,true"], &table);
    assert_eq!(paths(&plan), ["/9/2/"]);
    assert_eq!(plan.moved, [moved("/9/2/3/"), moved("/9/2/3/4/")]);
}

#[test]
fn what_an_interrupted_import_left_behind_is_put_right_by_the_next() {
    let table =
        [stored(9, None, "/9/"), stored(2, Some(9), "/9/2/"), stored(3, Some(2), "/1/2/3/")];
    let plan = plan(&["9,i,1,,,,,true"], &table);
    assert_eq!(plan.moved, [moved("/9/2/3/")]);
    assert_eq!(plan.unfinished, [ServiceId::new(3).expect("an id")].into());
}

#[test]
fn an_unknown_parent_is_named_with_its_line_and_not_again_below() {
    let lines = ["1,a,1,,,,,true", "2,b,1,77,,,,true", "3,c,1,2,,,,true", "4,d,1,78,,,,true"];
    assert_eq!(
        flaws(&lines, &[]),
        [
            "line 3: parent 77 is neither in the file nor in the table",
            "line 5: parent 78 is neither in the file nor in the table",
        ]
    );
}

#[test]
fn every_member_of_a_cycle_is_named_with_its_line() {
    let lines = ["1,a,1,2,,,,true", "2,b,1,1,,,,true", "3,c,1,3,,,,true", "4,d,1,1,,,,true"];
    assert_eq!(
        flaws(&lines, &[]),
        [
            "line 2: service 1 is its own ancestor: 1 below 2 below 1",
            "line 3: service 2 is its own ancestor: 2 below 1 below 2",
            "line 4: service 3 is its own ancestor: 3 below 3",
        ]
    );
}

#[test]
fn a_cycle_through_the_table_is_found() {
    let table =
        [stored(1, None, "/1/"), stored(2, Some(1), "/1/2/"), stored(3, Some(2), "/1/2/3/")];
    assert_eq!(
        flaws(&["1,a,1,3,,,,true"], &table),
        ["line 2: service 1 is its own ancestor: 1 below 3 below 2 below 1"]
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
    let flaws = flaws(&lines, &[]);
    // 53 services of 18 digits take 53 * 19 + 1 = 1,008 bytes, one more exceeds 1,024.
    assert_eq!(flaws.len(), 60 - 53);
    assert!(flaws.iter().all(|flaw| flaw.contains("too many services above")), "{flaws:?}");
}

#[test]
fn the_sample_directory_is_a_hierarchy_of_at_least_200_services() {
    let plan = hierarchy::plan(local_stack::sample::directory(), &[]).expect("a hierarchy");
    assert!(plan.rows.len() >= 200);
    assert!(plan.rows.iter().all(|(row, _)| row.id.get() > 9_000_000_000));
    assert_eq!(plan.rows.iter().filter(|(row, _)| !row.active).count(), 7);
    assert_eq!(plan.rows.iter().filter(|(_, lineage)| lineage.parent().is_none()).count(), 7);
}
