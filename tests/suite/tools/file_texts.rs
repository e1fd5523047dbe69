//! Which texts a file may have, the same for services and users.

use capacityctl::services_file;
use shared::domain::limits;

use super::file_format::{SERVICES, USERS, names, refused, services, users};

/// A no-break space, an ideographic space, a zero-width space, a byte order mark, a word joiner and a joiner, a soft
/// hyphen, an empty Braille cell, a Hangul filler.
const INVISIBLE: [&str; 9] = [
    " ",
    "\u{A0}",
    "\u{3000}",
    "\u{200B}",
    "\u{FEFF}",
    "\u{2060}\u{200D}",
    "\u{AD}",
    "\u{2800}",
    "\u{3164}",
];

#[test]
fn a_name_has_something_to_see() {
    for blank in INVISIBLE {
        let problem = match blank.trim() {
            "" => "missing",
            _ => "has nothing visible",
        };
        let csv = format!("{SERVICES}1,{blank},1,,{blank},,,true\n");
        assert_eq!(services(csv), Err(vec![format!("line 2: name: {problem}")]), "{blank:?}");
        let json = format!(r#"[{{"id": 1, "name": "{blank}", "typeId": 1, "active": true}}]"#);
        let refusal = Err(vec![format!("entry 1 (line 1): name: {problem}")]);
        assert_eq!(services(json), refusal, "{blank:?}");
        let csv = format!("{SERVICES}1,a,1,,{blank},,,true\n");
        let rows = services_file::parse(csv.as_bytes()).expect("a valid file");
        assert_eq!(rows.first().and_then(|row| row.town.clone()), None, "{blank:?}");
        let user = format!("{USERS}{blank},s,true,,\n");
        assert_eq!(users(user), Err(vec![format!("line 2: username: {problem}")]), "{blank:?}");
    }
}

#[test]
fn no_text_has_a_control_character_or_a_line_break() {
    let (control, direction) = (
        "a line break or another control character",
        "a character that changes the direction of text",
    );
    for (character, what, code) in [
        ("\\n", control, "000A"),
        ("\\r", control, "000D"),
        ("\\t", control, "0009"),
        ("\\u0000", control, "0000"),
        ("\\u001b", control, "001B"),
        ("\\u0085", control, "0085"),
        ("\\u2028", "a line break", "2028"),
        ("\\u202e", direction, "202E"),
        ("\\u2066", direction, "2066"),
        ("\\ufffd", "a character that could not be read", "FFFD"),
    ] {
        let problem = format!("has {what} (U+{code})");
        for column in ["name", "town", "postcode", "odsCode", "phone"] {
            let json = format!(
                r#"[{{"id": 1, "typeId": 1, "active": true, "name": "n", "{column}": "a{character}b"}}]"#
            );
            let json = if column == "name" { json.replace(r#""name": "n", "#, "") } else { json };
            assert_eq!(services(json), Err(vec![format!("entry 1 (line 1): {column}: {problem}")]));
        }
        let json = format!(
            r#"[{{"username": "a{character}b", "subject": "a{character}b", "active": true}}]"#
        );
        assert_eq!(users(json).map_err(|problems| problems.len()), Err(2), "{character}");
    }
    let csv = format!("{SERVICES}1,a\u{7}b,1,,\"c\td\",,,true\n");
    assert_eq!(
        services(csv),
        refused([
            "line 2: name: has a line break or another control character (U+0007)",
            "line 2: town: has a line break or another control character (U+0009)",
        ])
    );
}

#[test]
fn an_unknown_member_hides_no_other_problem_of_its_entry() {
    let service = r#"[{"id": 1, "name": "a\u0000b", "typeId": 1, "active": true, "x": 1}]"#;
    let known =
        "id, name, typeId, parentId, town, postcode, odsCode, phone, reviewAfterMinutes, active";
    assert_eq!(
        services(service),
        refused([
            &format!("entry 1 (line 1): \"x\" is not one of {known}"),
            "entry 1 (line 1): name: has a line break or another control character (U+0000)",
        ])
    );
    let user = r#"[{"username": "a\u0000b", "active": [], "permissions": {}, "services": [0]}]"#;
    assert_eq!(
        users(user),
        refused([
            "entry 1 (line 1): active: must be a text, a number, true or false",
            "entry 1 (line 1): permissions: must be an array of texts or numbers",
            "entry 1 (line 1): services: \"0\": must be 1 to 18 digits without a leading zero",
            "entry 1 (line 1): username: has a line break or another control character (U+0000)",
        ])
    );
    assert_eq!(
        services(r#"[{"x": null}, {"id": null}]"#).map_err(|problems| problems.len()),
        Err(5)
    );
}

#[test]
fn every_text_of_a_service_has_a_longest_length() {
    let texts = |more: usize| {
        let text = |longest: usize| "é".repeat(longest + more);
        (
            text(limits::MAX_NAME_CHARS),
            [limits::MAX_TOWN_CHARS, limits::MAX_POSTCODE_CHARS, limits::MAX_ODS_CODE_CHARS]
                .map(text)
                .join(","),
        )
    };
    let (name, address) = texts(0);
    assert_eq!(services(format!("{SERVICES}1,{name},1,,{address},true")), names([&name]));
    let (name, address) = texts(1);
    assert_eq!(
        services(format!("{SERVICES}1,{name},1,,{address},true")),
        refused([
            "line 2: name: has 201 characters, but may have 200 at most",
            "line 2: odsCode: has 13 characters, but may have 12 at most",
            "line 2: postcode: has 11 characters, but may have 10 at most",
            "line 2: town: has 101 characters, but may have 100 at most",
        ])
    );
    let digits = "1".repeat(500_000);
    let problems = services(format!("{SERVICES}{digits},a,{digits},{digits},,,,{digits}"))
        .expect_err("a refusal");
    assert!(problems.len() == 4 && problems.concat().len() < 400, "{problems:.300?}");
}

#[test]
fn a_username_and_a_subject_have_255_bytes_at_most() {
    let (longest, longer) = (format!("{}u", "é".repeat(127)), "é".repeat(128));
    assert_eq!(users(format!("{USERS}{longest},{longest},true,,")), names([&longest]));
    assert_eq!(
        users(format!("{USERS}{longer},{longer},true,,")),
        refused([
            "line 2: subject: has 256 bytes, but may have 255 at most",
            "line 2: username: has 256 bytes, but may have 255 at most",
        ])
    );
    let digits = "1".repeat(500_000);
    let wrong = users(format!("{USERS}a,s,true,{digits},{digits}")).expect_err("a refusal");
    assert!(wrong.len() == 2 && wrong.concat().len() < 400, "{wrong:.300?}");
}

#[test]
fn a_user_has_a_limited_number_of_services() {
    let ids = |count: usize| (1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join(" ");
    let most = limits::MAX_ASSIGNMENTS;
    assert_eq!(users(format!("{USERS}a,s,true,,{}", ids(most))), names(["a"]));
    let problem =
        "line 2: services: 1001 services, but 1000 at most: assign their ancestors instead";
    assert_eq!(users(format!("{USERS}a,s,true,,{}", ids(most + 1))), refused([problem]));
}
