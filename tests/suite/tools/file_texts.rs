//! Which texts a file may have, the same for services and users.

use capacityctl::{services_file, text_rules::MAX_CHARS, users_file::MAX_SERVICES};

use super::file_format::{SERVICES, USERS, names, refused, services, users};

/// A no-break space, an ideographic space, a zero-width space, a byte order mark, a word joiner, a soft hyphen.
const INVISIBLE: [&str; 7] =
    [" ", "\u{A0}", "\u{3000}", "\u{200B}", "\u{FEFF}", "\u{2060}\u{200D}", "\u{AD}"];

#[test]
fn a_name_has_something_to_see() {
    for blank in INVISIBLE {
        let csv = format!("{SERVICES}1,{blank},1,,{blank},,,true\n");
        assert_eq!(services(csv), refused(["line 2: name: missing"]), "{blank:?}");
        let json = format!(r#"[{{"id": 1, "name": "{blank}", "typeId": 1, "active": true}}]"#);
        assert_eq!(services(json), refused(["entry 1 (line 1): name: missing"]), "{blank:?}");
        let csv = format!("{SERVICES}1,a,1,,{blank},,,true\n");
        let rows = services_file::parse(csv.as_bytes()).expect("a valid file");
        assert_eq!(rows.first().and_then(|row| row.town.clone()), None, "{blank:?}");
        let user = format!("{USERS}{blank},s,true,,\n");
        assert!(users(user).is_err(), "{blank:?}");
    }
}

#[test]
fn no_text_has_a_control_character_or_a_line_break() {
    for (character, code) in [
        ("\\n", "000A"),
        ("\\r", "000D"),
        ("\\t", "0009"),
        ("\\u0000", "0000"),
        ("\\u001b", "001B"),
        ("\\u0085", "0085"),
        ("\\u2028", "2028"),
    ] {
        let problem = format!("has a line break or another control character (U+{code})");
        for column in ["name", "town", "postcode", "odsCode"] {
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
fn every_text_has_a_longest_length() {
    let (longest, longer) = ("é".repeat(MAX_CHARS), "é".repeat(MAX_CHARS + 1));
    assert_eq!(
        services(format!("{SERVICES}1,{longest},1,,{longest},{longest},{longest},true")),
        names([&longest])
    );
    let problem = "has 256 characters, but may have 255 at most";
    assert_eq!(
        services(format!("{SERVICES}1,{longer},1,,{longer},{longer},{longer},true")),
        Err(["name", "odsCode", "postcode", "town"]
            .map(|column| format!("line 2: {column}: {problem}"))
            .into())
    );
    let digits = "1".repeat(500_000);
    let problems = services(format!("{SERVICES}{digits},a,{digits},{digits},,,,{digits}"))
        .expect_err("a refusal");
    assert!(problems.len() == 4 && problems.concat().len() < 400, "{problems:.300?}");
    let (longest, longer) = ("u".repeat(128), "u".repeat(129));
    assert_eq!(users(format!("{USERS}{longest},s,true,,")), names([&longest]));
    assert!(users(format!("{USERS}{longer},s,true,,")).is_err());
    let wrong = users(format!("{USERS}a,s,true,{digits},{digits}")).expect_err("a refusal");
    assert!(wrong.len() == 2 && wrong.concat().len() < 400, "{wrong:.300?}");
}

#[test]
fn a_user_has_a_limited_number_of_services() {
    let ids = |count: usize| (1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(users(format!("{USERS}a,s,true,,{}", ids(MAX_SERVICES))), names(["a"]));
    let problem =
        "line 2: services: 1001 services, but 1000 at most: assign their ancestors instead";
    assert_eq!(users(format!("{USERS}a,s,true,,{}", ids(MAX_SERVICES + 1))), refused([problem]));
}
