//! Which directory files `capacityctl` accepts.

use capacityctl::{
    services_file::{self, ServiceRow},
    validation::{Location, ValidationError},
};
use shared::domain::ServiceId;

const HEADER: &str = "id,name,typeId,parentId,town,postcode,odsCode,active";

/// A file of these lines below the header, with that line ending.
fn file(lines: &[&str], end: &str) -> String {
    let lines = [HEADER].iter().chain(lines);
    lines.map(|line| format!("{line}{end}")).collect()
}

pub(crate) fn rows(lines: &[&str]) -> Vec<ServiceRow> {
    services_file::parse(file(lines, "\n").as_bytes()).expect("a valid file")
}

fn problems(lines: &[&str]) -> Vec<String> {
    texts(&services_file::parse(file(lines, "\n").as_bytes()).expect_err("a refused file"))
}

pub(crate) fn texts(error: &ValidationError) -> Vec<String> {
    error.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn a_row_is_read_with_its_optional_fields() {
    let rows = rows(&["149198,\"Castle View, Dudley\",12,153455,Dudley,DY1 1LQ,V02900,true"]);
    let [row] = rows.as_slice() else { panic!("one row") };
    assert_eq!((row.location, row.id.get(), row.type_id), (Location::Line(2), 149_198, 12));
    assert_eq!(row.name, "Castle View, Dudley");
    assert_eq!(row.parent.map(ServiceId::get), Some(153_455));
    assert_eq!(row.town.as_deref(), Some("Dudley"));
    assert_eq!(row.postcode.as_deref(), Some("DY1 1LQ"));
    assert_eq!(row.ods_code.as_deref(), Some("V02900"));
    assert!(row.active);
}

#[test]
fn empty_fields_have_no_value_and_fields_are_trimmed() {
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
fn every_invalid_line_is_reported_with_all_its_errors() {
    let lines = [
        "0,a,1,,,,,true",
        "012,a,1,,,,,true",
        "1234567890123456789,a,1,,,,,true",
        "+1,a,1,,,,,true",
        "1.5,a,1,,,,,true",
        "1,a,1,,,,,true",
        "x,,y,z,,,,yes",
        "2,a",
        "3,a,1,,,,,true,more",
    ];
    assert_eq!(
        problems(&lines),
        [
            "line 2: id: must be 1 to 18 digits without a leading zero",
            "line 3: id: must be 1 to 18 digits without a leading zero",
            "line 4: id: must be 1 to 18 digits without a leading zero",
            "line 5: id: must be 1 to 18 digits without a leading zero",
            "line 6: id: must be 1 to 18 digits without a leading zero",
            "line 8: active: must be true or false",
            "line 8: id: must be 1 to 18 digits without a leading zero",
            "line 8: name: missing",
            "line 8: parentId: must be 1 to 18 digits without a leading zero",
            "line 8: typeId: must be 1 to 18 digits",
            "line 9: typeId: this line ends after column 2 of 8: if nothing is cut off, add a comma for each empty \
             value; a spreadsheet writes all commas if the last column is never empty",
            "line 10: column 9: this line has 9 columns instead of 8; put a value that has a comma in quotation marks",
        ]
    );
}

#[test]
fn line_numbers_are_right_for_any_line_end_and_empty_lines() {
    let lines = ["1,a,1,,,,,true", "", "2,b,1,,,,,true", ",,,,,,,", "3,d,1,,,,,yes"];
    for end in ["\n", "\r\n", "\r"] {
        let error = services_file::parse(file(&lines, end).as_bytes()).expect_err("a refused file");
        assert_eq!(texts(&error), ["line 6: active: must be true or false"], "{end:?}");
    }
    let joined = [file(&lines[..2], "\r\n"), "2,b,1,,,,,true\r3,d,1,,,,,yes\n".to_owned()].concat();
    let error = services_file::parse(joined.as_bytes()).expect_err("a refused file");
    assert_eq!(texts(&error), ["line 5: active: must be true or false"]);
}

#[test]
fn entries_of_json_are_on_the_same_lines_as_rows_of_csv_would_be() {
    let entry = |id: u8| format!(r#"{{"id": {id}, "name": "a", "typeId": 1}}"#);
    for end in ["\n", "\r\n", "\r"] {
        let json = ["[", &entry(1), ",", "", &entry(2), "]"].join(end);
        let error = services_file::parse(json.as_bytes()).expect_err("a refused file");
        let problem = "active: must be true or false";
        let expected =
            [format!("entry 1 (line 2): {problem}"), format!("entry 2 (line 5): {problem}")];
        assert_eq!(texts(&error), expected, "{end:?}");
    }
}

#[test]
fn a_number_that_a_spreadsheet_rounded_is_refused_with_what_to_do() {
    let rounded = "was rounded by a spreadsheet: give the column the format of text and enter the number again";
    for number in ["1.23457E+11", "1.2e+11", "\"1,2E+11\"", "\"1,2e+11\"", "1E+17", "1e+21"] {
        assert_eq!(
            problems(&[&format!("{number},a,{number},{number},,,,true")]),
            ["id", "parentId", "typeId"].map(|column| format!("line 2: {column}: {rounded}")),
            "{number}"
        );
    }
    for text in ["E+11", ".E+11", "1.2E+", "1E+1a", "CAFE+11", "1E-11", "1E11", "-1E+11", "1E+1E+1"]
    {
        assert_eq!(
            problems(&[&format!("{text},a,1,,,,,true")]),
            ["line 2: id: must be 1 to 18 digits without a leading zero"],
            "{text}"
        );
    }
}

#[test]
fn a_duplicate_id_is_reported_with_the_line_of_the_first() {
    let lines = ["5,a,1,,,,,true", "6,b,1,,,,,true", "5,a,1,,,,,true", "5,c,1,,,,,true"];
    let already = "id: service 5 is already on line 2";
    assert_eq!(problems(&lines), [format!("line 4: {already}"), format!("line 5: {already}")]);
}

#[test]
fn json_is_read_like_csv_and_errors_have_line_numbers() {
    let csv = rows(&["7,\"a \"\"b\"\", c\",12,9,Dudley,,V02900,true", "9,d,1,,,,,f"]);
    let json = r#"[
        {"id": 7, "name": "a \"b\", c", "typeId": 12, "parentId": 9, "town": "Dudley", "postcode": null,
         "odsCode": "V02900", "active": true},
        {"id": "9", "name": " d ", "typeId": "1", "active": false}
    ]"#;
    let json = services_file::parse(json.as_bytes()).expect("a valid file");
    assert_eq!(
        json.iter().map(|row| row.location.to_string()).collect::<Vec<_>>(),
        ["entry 1 (line 2)", "entry 2 (line 4)"]
    );
    let nowhere = |rows: Vec<ServiceRow>| -> Vec<ServiceRow> {
        rows.into_iter().map(|row| ServiceRow { location: Location::File, ..row }).collect()
    };
    assert_eq!(nowhere(json), nowhere(csv));
}

#[test]
fn every_invalid_json_entry_is_reported_with_all_its_errors() {
    let json = r#"[
        {"id": 1.0, "name": "", "typeId": true, "parentId": -1, "active": 2},
        {"id": 1, "id": 2},
        {"id": [1], "name": {"en": "a"}, "colour": "red"},
        7,
        {"id": 5, "name": "a", "typeId": 1, "active": true}, {"id": 5, "name": "b", "typeId": 1, "active": true}
    ]"#;
    let error = services_file::parse(json.as_bytes()).expect_err("a refused file");
    let digits = "must be 1 to 18 digits without a leading zero";
    let known =
        "id, name, typeId, parentId, town, postcode, odsCode, phone, reviewAfterMinutes, active";
    assert_eq!(
        texts(&error),
        [
            "entry 1 (line 2): active: must be true or false".to_owned(),
            format!("entry 1 (line 2): id: {digits}"),
            "entry 1 (line 2): name: missing".to_owned(),
            format!("entry 1 (line 2): parentId: {digits}"),
            "entry 1 (line 2): typeId: must be 1 to 18 digits".to_owned(),
            "entry 2 (line 3): duplicate member name".to_owned(),
            format!("entry 3 (line 4): \"colour\" is not one of {known}"),
            "entry 3 (line 4): active: must be true or false".to_owned(),
            "entry 3 (line 4): id: must be a text, a number, true or false".to_owned(),
            "entry 3 (line 4): name: must be a text, a number, true or false".to_owned(),
            "entry 3 (line 4): typeId: must be 1 to 18 digits".to_owned(),
            "entry 4 (line 5): not an object".to_owned(),
            "entry 6 (line 6): id: service 5 is already on entry 5 (line 6)".to_owned(),
        ]
    );
}

#[test]
fn a_file_that_is_not_a_json_array_is_refused_with_the_place() {
    for (bad, problem) in [
        ("[", "line 1: character 1: not JSON: EOF while parsing a list"),
        ("{}", "file: must be a JSON array of objects, in square brackets"),
        ("[{},]", "line 1: character 5: not JSON: trailing comma"),
        ("[\n{\"id\": 1}\n{\"id\": 2}\n]", "line 3: character 1: not JSON: expected `,` or `]`"),
        ("[\n// none\n]", "line 2: character 1: not JSON: expected value"),
        ("[{\"id\": NaN}]", "line 1: character 9: not JSON: expected value"),
        ("[{\"id\": 1}] []", "line 1: character 13: not JSON: trailing characters"),
        ("[\r\"é\",\r\n\"é\" 1]", "line 3: character 5: not JSON: expected `,` or `]`"),
        ("[\n\r\"é", "line 3: character 2: not JSON: EOF while parsing a string"),
    ] {
        let error = services_file::parse(bad.as_bytes()).expect_err("a refused file");
        assert_eq!(texts(&error), [problem], "{bad}");
    }
}
