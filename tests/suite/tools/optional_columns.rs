//! The columns that a services file may lack: `phone` and `reviewAfterMinutes`.

use capacityctl::{
    OptionalColumn::{self, Missing, Present},
    services_file,
};
use shared::domain::Minutes;

use crate::tools::directory_file::texts;

type Columns = (OptionalColumn<String>, OptionalColumn<Minutes>);

/// The two columns of each row, or what is wrong with the file.
fn columns(file: &str) -> Result<Vec<Columns>, Vec<String>> {
    let rows = services_file::parse(file.as_bytes()).map_err(|error| texts(&error))?;
    Ok(rows.into_iter().map(|row| (row.phone, row.review_after)).collect())
}

fn phone(text: &str) -> OptionalColumn<String> {
    Present(Some(text.to_owned()))
}

/// A CSV file with a row for each phone.
fn phones(phones: &[&str]) -> String {
    let rows = (1..).zip(phones).map(|(id, phone)| format!("{id},a,1,,,,,{phone},true\n"));
    format!(
        "id,name,typeId,parentId,town,postcode,odsCode,phone,active\n{}",
        rows.collect::<String>()
    )
}

/// A CSV file with a row for each interval.
fn intervals(intervals: &[&str]) -> String {
    let rows = (1..).zip(intervals).map(|(id, minutes)| format!("{minutes},{id},a,1,,,,,true\n"));
    let header = "reviewAfterMinutes,id,name,typeId,parentId,town,postcode,odsCode,active";
    format!("{header}\n{}", rows.collect::<String>())
}

#[test]
fn a_csv_file_says_of_a_column_that_it_lacks_something_else_than_of_an_empty_cell() {
    let neither = "id,name,typeId,parentId,town,postcode,odsCode,active\n1,a,1,,,,,true\n";
    assert_eq!(columns(neither), Ok(vec![(Missing, Missing)]));
    assert_eq!(
        columns(&phones(&["", "01632 960001"])),
        Ok(vec![(Present(None), Missing), (phone("01632 960001"), Missing)])
    );
    assert_eq!(
        columns(&intervals(&["", "240"])),
        Ok(vec![(Missing, Present(None)), (Missing, Present(Some(Minutes(240))))])
    );
}

#[test]
fn a_json_entry_says_of_a_member_that_it_lacks_something_else_than_of_null() {
    let file = r#"[
        {"id": 1, "name": "a", "typeId": 1, "active": true},
        {"id": 2, "name": "a", "typeId": 1, "active": true, "phone": null, "reviewAfterMinutes": null},
        {"id": 3, "name": "a", "typeId": 1, "active": true, "phone": "", "reviewAfterMinutes": " "},
        {"id": 4, "name": "a", "typeId": 1, "active": true, "phone": 1632960001, "reviewAfterMinutes": "1"},
        {"id": 5, "name": "a", "typeId": 1, "active": true, "reviewAfterMinutes": 525600}
    ]"#;
    assert_eq!(
        columns(file),
        Ok(vec![
            (Missing, Missing),
            (Present(None), Present(None)),
            (Present(None), Present(None)),
            (phone("1632960001"), Present(Some(Minutes(1)))),
            (Missing, Present(Some(Minutes(525_600)))),
        ])
    );
}

#[test]
fn an_interval_that_is_no_whole_number_within_its_limits_is_refused() {
    let refused = [
        "0",
        "525601",
        "-5",
        "+5",
        "1.5",
        "60.0",
        "1e3",
        "x",
        "\"1,440\"",
        "4294967356",
        "1111111111111111111",
    ];
    let rule = "reviewAfterMinutes: must be a whole number from 1 to 525600";
    let problems = (2..).zip(refused).map(|(line, _)| format!("line {line}: {rule}")).collect();
    assert_eq!(columns(&intervals(&refused)), Err(problems));
    assert_eq!(
        columns(&intervals(&["1E+05"])),
        Err(vec![format!("line 2: reviewAfterMinutes: {ROUNDED}")])
    );
    let json = r#"[{"id": 1, "name": "a", "typeId": 1, "active": true, "phone": [], "reviewAfterMinutes": true}]"#;
    assert_eq!(
        columns(json),
        Err(vec![
            "entry 1 (line 1): phone: must be a text, a number, true or false".to_owned(),
            format!("entry 1 (line 1): {rule}"),
        ])
    );
}

const ROUNDED: &str =
    "was rounded by a spreadsheet: give the column the format of text and enter the number again";

#[test]
fn a_phone_has_a_digit_and_is_no_number_that_a_spreadsheet_rounded() {
    let longest = "0".repeat(60);
    for taken in ["+44 1632 960001", "01632 960001 ext. 2", "(01632) 960001", &longest, "=1+1"] {
        assert_eq!(columns(&phones(&[taken])), Ok(vec![(phone(taken), Missing)]), "{taken}");
    }
    let longer = "0".repeat(61);
    assert_eq!(
        columns(&phones(&["2.07E+09", "\"4,4E+11\"", "ask reception", "+", &longer, "1\u{7}2"])),
        Err(vec![
            format!("line 2: phone: {ROUNDED}"),
            format!("line 3: phone: {ROUNDED}"),
            "line 4: phone: must have a digit".to_owned(),
            "line 5: phone: must have a digit".to_owned(),
            "line 6: phone: has 61 characters, but may have 60 at most".to_owned(),
            "line 7: phone: has a line break or another control character (U+0007)".to_owned(),
        ])
    );
}

#[test]
fn the_apostrophe_that_keeps_a_spreadsheet_from_running_a_phone_is_no_part_of_it() {
    for (cell, stored) in
        [("'+44 1632 960001", "+44 1632 960001"), ("''+44", "'+44"), ("'=1", "=1")]
    {
        assert_eq!(columns(&phones(&[cell])), Ok(vec![(phone(stored), Missing)]), "{cell}");
    }
}

#[test]
fn a_row_with_nothing_but_a_phone_is_no_blank_row() {
    let only_a_phone = "id,name,typeId,parentId,town,postcode,odsCode,phone,active\n,,,,,,,1,\n";
    assert_eq!(columns(only_a_phone).map_err(|problems| problems.len()), Err(4));
}
