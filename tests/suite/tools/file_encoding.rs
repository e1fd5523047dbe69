//! Encodings of files: UTF-8 is taken, others are named.

use super::file_format::{SERVICES, names, services};

const ADVICE: &str = "save the file as UTF-8 (spreadsheets call it \"CSV UTF-8\")";

#[test]
fn a_byte_order_mark_is_taken_and_other_encodings_are_named() {
    let json = r#"[{"id": 1, "name": "Région", "typeId": 1, "active": true}]"#;
    let csv = format!("{SERVICES}1,Région,1,,,,,true\n");
    for file in [json, &csv] {
        assert_eq!(services(format!("\u{FEFF}{file}")), names(["Région"]));
        for mark in ["\u{FEFF}", ""] {
            let text = format!("{mark}{file}");
            let units = || text.encode_utf16();
            let characters = || text.chars().map(u32::from);
            for (encoding, bytes) in [
                ("UTF-16", units().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
                ("UTF-16", units().flat_map(u16::to_be_bytes).collect()),
                ("UTF-32", characters().flat_map(u32::to_le_bytes).collect()),
                ("UTF-32", characters().flat_map(u32::to_be_bytes).collect()),
            ] {
                assert_eq!(
                    services(bytes),
                    Err(vec![format!("file: this is {encoding}: {ADVICE}")])
                );
            }
        }
    }
    let workbook = Err(vec![format!("file: this is no text but a workbook: {ADVICE}")]);
    assert_eq!(services(b"PK\x03\x04\x14\0\x06\0"), workbook);
}

#[test]
fn windows_1252_is_named_with_its_first_character_and_every_line() {
    let file = [
        SERVICES.as_bytes(),
        b"1,Caf\xe9,1,,,,,true\n2,b,1,,,,,maybe\n3,St Mary\x92s,1,,,,,true\n",
    ];
    let unreadable = "name: has a character that could not be read (U+FFFD)";
    assert_eq!(
        services(file.concat()),
        Err(vec![
            format!(
                "file: this looks like Windows-1252, where byte E9 at line 2, character 6 is é: {ADVICE}"
            ),
            format!("line 2: {unreadable}"),
            "line 3: active: must be true or false".to_owned(),
            format!("line 4: {unreadable}"),
        ])
    );
    let json = b"[\n{\"id\": 1, \"name\": \"St Mary\x92s\", \"typeId\": 1, \"active\": true}]";
    assert_eq!(
        services(json),
        Err(vec![
            format!(
                "file: this looks like Windows-1252, where byte 92 at line 2, character 27 is ’: {ADVICE}"
            ),
            format!("entry 1 (line 2): {unreadable}"),
        ])
    );
}

#[test]
fn the_place_of_a_byte_is_right_for_any_line_end() {
    for end in ["\n", "\r\n", "\r"] {
        let file = [SERVICES.trim().as_bytes(), end.as_bytes(), b"\xe9,a,1,,,,,true"].concat();
        let problems = services(file).expect_err("a refused file");
        let found = "file: this looks like Windows-1252, where byte E9 at line 2, character 1 is é";
        assert_eq!(problems.first(), Some(&format!("{found}: {ADVICE}")), "{end:?}");
    }
}

/// Of two joined files, or cut off within a character.
#[test]
fn a_file_that_is_only_partly_utf_8_is_not_taken_for_another_encoding() {
    for (name, byte) in [(&b"\xc3\xa9 \xe9"[..], "E9"), (b"\xc3\xa9 \xc3", "C3"), (b"ab\x81", "81")]
    {
        let file = [SERVICES.as_bytes(), b"1,", name, b",1,,,,,true\n"];
        let found =
            format!("file: this is not all UTF-8, byte {byte} at line 2, character 5 is not");
        let problems = services(file.concat()).expect_err("a refused file");
        assert_eq!(problems.first(), Some(&format!("{found}: {ADVICE}")));
        assert_eq!(problems.len(), 2, "{problems:?}");
    }
}
