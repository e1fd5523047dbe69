//! Quotation marks and headers of files: what spreadsheets save is taken, what would store something else than was
//! meant is refused with its place. The same for services and users.

use capacityctl::{services_file, users_file};

use crate::tools::directory_file::texts;

pub(super) const SERVICES: &str = "id,name,typeId,parentId,town,postcode,odsCode,active\n";
pub(super) const USERS: &str = "username,subject,active,permissions,services\n";

/// The names in a services file, or what is wrong with it.
pub(super) fn services(file: impl AsRef<[u8]>) -> Result<Vec<String>, Vec<String>> {
    let rows = services_file::parse(file.as_ref()).map_err(|error| texts(&error))?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// The usernames in a users file, or what is wrong with it.
pub(super) fn users(file: impl AsRef<[u8]>) -> Result<Vec<String>, Vec<String>> {
    let users = users_file::parse(file.as_ref()).map_err(|error| texts(&error))?;
    Ok(users.into_iter().map(|user| user.username).collect())
}

pub(super) fn names<const N: usize>(names: [&str; N]) -> Result<Vec<String>, Vec<String>> {
    Ok(names.map(str::to_owned).into())
}

pub(super) fn refused<const N: usize>(problems: [&str; N]) -> Result<Vec<String>, Vec<String>> {
    Err(problems.map(str::to_owned).into())
}

/// The worst that a file did: one service of two, and `--deactivate-missing` switched the other off.
#[test]
fn a_missing_quotation_mark_does_not_swallow_the_next_row() {
    let file =
        format!("{SERVICES}1,\"Alpha,13,,,,,true\n2,Beta\",12,,,,,true\n3,Gamma,1,,,,,true\n");
    assert_eq!(services(file), refused([NOT_CLOSED]));
    let users_file = format!("{USERS}ann,\"s1,true,,\nbob,s2\",true,,\n");
    let problem = NOT_CLOSED.replace("name", "subject").replace("character 3", "character 5");
    assert_eq!(users(users_file), Err(vec![problem]));
}

const NOT_CLOSED: &str = "line 2: name: the quotation mark at character 3 is not closed on this line: a value cannot \
                          contain a line break";

#[test]
fn the_other_lines_of_a_value_are_no_further_errors_and_those_behind_it_are_still_checked() {
    for rest in [
        "Pharmacy\",1,,,,,true",
        "\",1,,,,,true",
        "\",1,,\"Dudley, \"\"West\"\"\",,,true",
        "High Street\n\nWest, Dudley\",1,,,,,true",
    ] {
        let file = format!("{SERVICES}1,\"Alpha\n{rest}\n2,b,1,77,,,,true\n3,c,,,,,,true\n4,d\n");
        let lines = rest.lines().count();
        assert_eq!(
            services(file),
            Err(vec![
                NOT_CLOSED.to_owned(),
                format!("line {}: typeId: must be 1 to 18 digits", lines + 4),
                format!("line {}: {}", lines + 5, ends_early("typeId", "2 of 8")),
            ]),
            "{rest}"
        );
    }
    let two = format!("{SERVICES}1,\"a,1,,,,,true\n2,\"b,1,,,,,true\n");
    assert_eq!(
        services(two),
        Err(vec![NOT_CLOSED.to_owned(), NOT_CLOSED.replace("line 2", "line 3")])
    );
}

/// What is wrong with a line that ends before a column.
fn ends_early(column: &str, last: &str) -> String {
    format!(
        "{column}: this line ends after column {last}: if nothing is cut off, add a comma for each empty value; a \
         spreadsheet writes all commas if the last column is never empty"
    )
}

/// Spreadsheets leave out commas at the end of some lines. A line that lost its permissions looks the same.
#[test]
fn a_line_that_ends_early_is_refused_even_if_its_last_columns_may_be_empty() {
    let problem = ends_early("permissions", "3 of 5");
    assert_eq!(users(format!("{USERS}ann,s,true\n")), refused([&format!("line 2: {problem}")]));
    let problem = ends_early("services", "4 of 5");
    let file = format!("{USERS}ann,s,true,,\nbob,t,true,editCapacity\n");
    assert_eq!(users(file), refused([&format!("line 3: {problem}")]));
    let active_last = "username,subject,permissions,services,active\nann,s,,,true\n";
    assert_eq!(users(active_last), names(["ann"]));
}

#[test]
fn quotation_marks_follow_rfc_4180() {
    let one = |name: &str| services(format!("{SERVICES}1,{name},1,,,,,true"));
    assert_eq!(one(r#""Smith's ""Best"", Pharmacy""#), names([r#"Smith's "Best", Pharmacy"#]));
    assert_eq!(one(r#""a""""#), names([r#"a""#]));
    let inside = "line 2: name: the quotation mark at character 5 is inside a value that does not begin with one: put \
                  the value in quotation marks and write this one twice";
    assert_eq!(one(r#"ab"c"d"#), refused([inside]));
    assert_eq!(one(r#"  "c""#), refused([inside]));
    for name in [r#""a"b"#, r#""a" "#, r#""a"b"c""#] {
        let after = "line 2: name: text follows the closing quotation mark at character 5: inside quotation marks, \
                     write each quotation mark twice";
        assert_eq!(one(name), refused([after]), "{name}");
    }
    let quoted_end = format!("{SERVICES}1,a,1,,,,,\"true\"");
    assert_eq!(services(quoted_end), names(["a"]));
    let unclosed = format!("{SERVICES}1,a,1,,,,,\"true");
    let problem = "line 2: active: the quotation mark at character 11 is not closed on this line: a value cannot \
                   contain a line break";
    assert_eq!(services(unclosed), refused([problem]));
    let header = "line 1: the quotation mark at character 1 is not closed on this line: a value cannot contain a \
                  line break";
    assert_eq!(services("\"id,name\n1,a\n"), refused([header]));
}

#[test]
fn a_file_as_a_spreadsheet_saves_it_is_taken() {
    let file = "\u{FEFF}id,name,typeId,parentId,town,postcode,odsCode,active,,\r\n\
                1,Region,1,,,,,TRUE,,\r\n,,,,,,,,,\r\n2,Closed,1,1,,,,False,,\r\n , ,,,,,,\r\n";
    assert_eq!(services(file), names(["Region", "Closed"]));
    let rows = services_file::parse(file.as_bytes()).expect("a valid file");
    assert_eq!(rows.iter().map(|row| row.active).collect::<Vec<_>>(), [true, false]);
    let file = "\u{FEFF}username,subject,active,permissions,services\r\nann,,TRUE,editCapacity,1 2\r\n,,,,\r\n";
    assert_eq!(users(file), names(["ann"]));
}

#[test]
fn true_and_false_are_taken_as_spreadsheets_and_databases_write_them() {
    let one = |active: &str| {
        let rows = services_file::parse(format!("{SERVICES}1,a,1,,,,,{active}").as_bytes());
        rows.map(|rows| rows.iter().all(|row| row.active)).map_err(|error| texts(&error))
    };
    for text in ["true", "TRUE", "True", "t", "T", "1", "\"TRUE\""] {
        assert_eq!(one(text), Ok(true), "{text}");
    }
    for text in ["false", "FALSE", "False", "f", "0"] {
        assert_eq!(one(text), Ok(false), "{text}");
    }
    for text in ["", "yes", "no", "2", "-1", "WAHR", "truee"] {
        assert_eq!(
            one(text),
            Err(vec!["line 2: active: must be true or false".to_owned()]),
            "{text}"
        );
    }
}

#[test]
fn columns_may_have_any_order_and_are_found_by_their_names() {
    let file = "active,odsCode, name ,town,id,parentId,typeId,postcode\ntrue,V1,\"a, b\",Dudley,7,9,12,DY1 1LQ\n";
    let rows = services_file::parse(file.as_bytes()).expect("a valid file");
    let [row] = rows.as_slice() else { panic!("one row") };
    assert_eq!((row.id.get(), row.name.as_str(), row.type_id, row.active), (7, "a, b", 12, true));
    assert_eq!(row.parent.map(|id| id.get()), Some(9));
    let address =
        [&row.town, &row.postcode, &row.ods_code].map(|text| text.as_deref().unwrap_or(""));
    assert_eq!(address, ["Dudley", "DY1 1LQ", "V1"]);
    assert_eq!(users("services,active,username,subject,permissions\n1,t,ann,s,\n"), names(["ann"]));
}

#[test]
fn missing_unknown_and_repeated_columns_are_named() {
    let header = |header: &str| services(format!("{header}\n1,a,1,,,,,true\n"));
    let all = "id, name, typeId, parentId, town, postcode, odsCode, active";
    let long = "x".repeat(100_000);
    for (text, problems) in [
        (
            "id,name,typeId,parentId,town,postcode,odsCode",
            vec!["the header lacks active".to_owned()],
        ),
        (
            "id,name,typeId,parentId,town,postcode,odsCode,active,colour,name",
            vec![
                "column 10: name is there twice".to_owned(),
                "column 9: \"colour\" is unknown".to_owned(),
            ],
        ),
        (
            "id,Name,,typeId,parentId,town,postcode,odsCode,active",
            vec![
                "column 2: \"Name\" is unknown".to_owned(),
                "column 3 has no name".to_owned(),
                "the header lacks name".to_owned(),
            ],
        ),
        (
            &SERVICES.trim().replace(',', ";"),
            vec!["columns must be separated by commas, not by semicolons".to_owned()],
        ),
        (
            &SERVICES.trim().replace(',', "\t"),
            vec!["columns must be separated by commas, not by tabs".to_owned()],
        ),
        (
            &long,
            vec![
                format!("column 1: \"{}\"… is unknown", "x".repeat(40)),
                format!("the header lacks {all}"),
            ],
        ),
    ] {
        let problems = problems.into_iter().map(|problem| format!("line 1: {problem}")).collect();
        assert_eq!(header(text), Err(problems), "{text:.80}");
    }
    assert_eq!(services(""), Err(vec![format!("line 1: the header lacks {all}")]));
}
