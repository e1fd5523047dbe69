//! Which users files `capacityctl` accepts.

use capacityctl::users_file;

#[test]
fn a_user_is_read_with_the_username_as_subject_by_default() {
    let json = r#"[{"username": "ann", "active": true, "permissions": ["editCapacity"], "services": [3, 1, 3]}]"#;
    let users = users_file::parse(json.as_bytes()).expect("a valid file");
    let [user] = users.as_slice() else { panic!("one user") };
    assert_eq!((user.username.as_str(), user.subject.as_str(), user.active), ("ann", "ann", true));
    assert_eq!(user.services.iter().map(|id| id.get()).collect::<Vec<_>>(), [1, 3]);
}

/// In the old system's export format.
#[test]
fn csv_is_read_like_json() {
    let csv = "username,subject,active,permissions,services\n\
        ann,s1,t,editCapacity,\"3 1\"\nbob,,false,,\n";
    let json = r#"[
        {"username": "ann", "subject": "s1", "active": true, "permissions": ["editCapacity"], "services": [1, 3]},
        {"username": "bob", "active": false, "permissions": [], "services": null}
    ]"#;
    let read = |file: &str| users_file::parse(file.as_bytes()).expect("a valid file");
    assert_eq!(read(csv), read(json));
}

#[test]
fn every_invalid_user_is_reported_with_all_errors() {
    let json = r#"[
        {"username": "ann", "active": true},
        {"username": "ann", "subject": "s", "active": true},
        {"username": "bob", "subject": "s", "active": true, "permissions": ["fly"], "services": [0]},
        {"username": "Automatic Reset", "active": true},
        {"username": " ", "subject": "LONG", "active": true},
        {"name": "cid"},
        {"username": "dee", "active": "yes"},
        7
    ]"#;
    let json = json.replace("LONG", &"s".repeat(256));
    let refusal = users_file::parse(json.as_bytes()).expect_err("a refused file");
    let known = "username, subject, active, permissions, services";
    assert_eq!(
        refusal.problems().iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "entry 2 (line 3): username: \"ann\" is already used in entry 1 (line 2)".to_owned(),
            "entry 3 (line 4): permissions: \"fly\" is not one of editCapacity".to_owned(),
            "entry 3 (line 4): services: \"0\": must be 1 to 18 digits without a leading zero"
                .to_owned(),
            "entry 3 (line 4): subject: \"s\" is already used in entry 2 (line 3)".to_owned(),
            "entry 4 (line 5): username: is reserved for automatic resets".to_owned(),
            "entry 5 (line 6): subject: has 256 bytes, but may have 255 at most".to_owned(),
            "entry 5 (line 6): username: missing".to_owned(),
            format!("entry 6 (line 7): \"name\" is not one of {known}"),
            "entry 6 (line 7): active: must be true or false".to_owned(),
            "entry 6 (line 7): username: missing".to_owned(),
            "entry 7 (line 8): active: must be true or false".to_owned(),
            "entry 8 (line 9): not an object".to_owned(),
        ]
    );
}

#[test]
fn a_users_file_that_is_not_a_list_of_users_is_refused() {
    for (file, reason) in [
        ("", "line 1: the header lacks username, subject, active, permissions, services"),
        ("username\nann\n", "line 1: the header lacks subject, active, permissions, services"),
        ("{}", "file: must be a JSON array of objects, in square brackets"),
        ("[", "line 1: character 1: not JSON: EOF while parsing a list"),
    ] {
        let refusal = users_file::parse(file.as_bytes()).expect_err("a refused file").to_string();
        assert!(refusal.contains(reason), "{file}: {refusal}");
    }
}
