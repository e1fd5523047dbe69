//! What `capacityctl` accepts as a users file.

use capacityctl::user_file;

#[test]
fn a_user_is_read_with_the_username_as_subject_by_default() {
    let json = r#"[{"username": "ann", "active": true, "permissions": ["editCapacity"], "services": [3, 1, 3]}]"#;
    let users = user_file::parse(json.as_bytes()).expect("a valid file");
    let [user] = users.as_slice() else { panic!("one user") };
    assert_eq!((user.username.as_str(), user.subject.as_str(), user.active), ("ann", "ann", true));
    assert_eq!(user.services.iter().map(|id| id.get()).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn every_bad_user_is_named_with_all_that_is_wrong() {
    let json = r#"[
        {"username": "ann", "active": true},
        {"username": "ann", "subject": "s", "active": true},
        {"username": "bob", "subject": "s", "active": true, "permissions": ["fly"], "services": [0]},
        {"username": "Automatic Reset", "active": true},
        {"username": " ", "subject": "", "active": true},
        {"name": "cid"},
        {"username": "dee", "active": "yes"},
        7
    ]"#;
    let refusal = user_file::parse(json.as_bytes()).expect_err("a refused file");
    assert_eq!(
        refusal.problems().iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "entry 2: username \"ann\" is already that of entry 1",
            "entry 3: permissions: \"fly\" is not one of [\"editCapacity\"]",
            "entry 3: services: 0 is not 1 to 18 digits",
            "entry 3: subject \"s\" is already that of entry 2",
            "entry 4: username: stands for resets in the history",
            "entry 5: subject: empty, too long, or white space around it",
            "entry 5: username: not 1 to 128 characters without white space around them",
            "entry 6: unknown field `name`, expected one of `username`, `subject`, `active`, `permissions`, `services`",
            "entry 7: invalid type: string \"yes\", expected a boolean",
            "entry 8: invalid type: integer `7`, expected a user",
        ]
    );
}

#[test]
fn a_users_file_that_is_no_array_is_refused() {
    for json in ["", "{}", "null", "[", "[{},]"] {
        let refusal = user_file::parse(json.as_bytes()).expect_err("a refused file");
        assert!(
            refusal.to_string().contains("file: not a JSON array of users"),
            "{json}: {refusal}"
        );
    }
}
