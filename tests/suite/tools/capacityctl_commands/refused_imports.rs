//! What `cargo ctl import` refuses, all at once and before it writes.

use serde_json::Value;

use super::ctl::{Ctl, exit_code};

/// The places and texts of all problems. The import and its dry run refuse the same, and neither changes the table.
async fn problems(ctl: &Ctl, kind: &str, file: &str, more: &[&str]) -> Vec<String> {
    let before = ctl.text(&["export", kind]).await;
    let import = [&["import", kind, file], more].concat();
    let failure = ctl.failure(&import).await;
    assert_eq!(exit_code(&failure), "3", "{failure}");
    let dry_run = ctl.failure(&[&import[..], &["--dry-run"]].concat()).await;
    assert_eq!(dry_run.to_string(), failure.to_string());
    assert_eq!(ctl.text(&["export", kind]).await, before);
    let json = failure.json();
    let problems = json["problems"].as_array().expect("problems").iter();
    let word = |value: &Value| value.as_str().expect("text").to_owned();
    problems.map(|one| format!("{}: {}", word(&one["place"]), word(&one["text"]))).collect()
}

#[tokio::test]
async fn every_bad_line_is_told_at_once_with_unknown_parents_and_cycles() {
    let ctl = Ctl::start().await;
    let file = ctl.file(
        "bad.csv",
        "id,name,typeId,parentId,town,postcode,odsCode,active\n\
         60,,1,10,,,,true\n\
         61,Below a bad line,1,60,,,,true\n\
         62,Unknown parent,1,99,,,,true\n\
         63,Cycle,1,64,,,,true\n\
         64,Cycle,1,63,,,,true\n\
         10,Below its own child,1,30,,,,true\n\
         60,Again,1,10,,,,true\n",
    );
    assert_eq!(
        problems(&ctl, "services", &file, &[]).await,
        [
            "line 2: name: missing",
            "line 4: parentId: service 99 is neither in the table nor in the file",
            "line 5: parentId: service 63 is its own ancestor: 63 below 64 below 63",
            "line 6: parentId: service 64 is its own ancestor: 64 below 63 below 64",
            "line 7: parentId: service 10 is its own ancestor: 10 below 30 below 20 below 10",
            "line 8: id: service 60 is already on line 2",
        ]
    );
}

#[tokio::test]
async fn bad_entries_of_json_do_not_hide_unknown_parents_if_their_ids_can_be_read() {
    let ctl = Ctl::start().await;
    let entry = |id: &str, more: &str| {
        format!(r#"{{"id": {id}, "name": "a", "typeId": 1, "active": true, {more}}}"#)
    };
    let below = [entry("61", r#""parentId": 60"#), entry("62", r#""parentId": 99"#)].join(",\n");
    let bad = entry("60", r#""town": []"#);
    let town = "entry 1 (line 1): town: must be a text, a number, true or false";
    assert_eq!(
        problems(&ctl, "services", &ctl.file("bad.json", &format!("[{bad},\n{below}]")), &[]).await,
        [town, "entry 3 (line 3): parentId: service 99 is neither in the table nor in the file"]
    );
    for (unreadable, problem) in [
        ("60", "entry 1 (line 1): not an object"),
        (r#"{"id": {}}"#, "entry 1 (line 1): id: must be a text, a number, true or false"),
    ] {
        let file = ctl.file("bad.json", &format!("[{unreadable},\n{below}]"));
        let found = problems(&ctl, "services", &file, &[]).await;
        assert!(found.contains(&problem.to_owned()), "{found:?}");
        assert!(!found.iter().any(|problem| problem.contains("neither")), "{found:?}");
    }
}

#[tokio::test]
async fn a_dry_run_refuses_too_many_deactivations_as_the_import_does() {
    let ctl = Ctl::start().await;
    let header = "id,name,typeId,parentId,town,postcode,odsCode,active\n";
    let rows: String = (1000..1008).map(|id| format!("{id},a,1,,,,,true\n")).collect();
    ctl.text(&["import", "services", &ctl.file("more.csv", &format!("{header}{rows}"))]).await;
    let cut = ctl.file("cut.csv", &format!("{header}1000,a,1,,,,,true\n"));
    assert_eq!(
        problems(&ctl, "services", &cut, &["--deactivate-missing"]).await,
        [
            "file: 11 of 12 active services would be deactivated, more than 10: look at them with --dry-run \
          --deactivate-at-most 11; if all are right, import with --deactivate-at-most 11"
        ]
    );
    let allowed =
        ["import", "services", &cut, "--deactivate-missing", "--deactivate-at-most", "11"];
    let shown = ctl.json(&[&allowed[..], &["--dry-run"]].concat()).await;
    assert_eq!(shown["rows"]["deactivated"], 11);
}

#[tokio::test]
async fn users_are_assigned_to_known_services_only() {
    let ctl = Ctl::start().await;
    let file = ctl.file(
        "users.csv",
        "username,subject,active,permissions,services\n\
         ann,,true,editCapacity,\"30 98 50 99\"\n\
         bob,,perhaps,,97\n\
         cid,reader,true,,30\n",
    );
    assert_eq!(
        problems(&ctl, "users", &file, &[]).await,
        [
            "line 2: services: service 98 does not exist",
            "line 2: services: service 99 does not exist",
            "line 3: active: must be true or false",
            "line 4: subject: \"reader\" already belongs to user \"reader-name\" (`user rename` changes its name), so \
             user \"cid\" cannot have it",
        ]
    );
    let file = ctl.file(
        "users.csv",
        "username,subject,active,permissions,services\nann,,TRUE,editCapacity,30 50\n",
    );
    assert_eq!(ctl.json(&["import", "users", &file]).await["rows"]["added"], 1);
}

/// DynamoDB would refuse this name too, but after half of the file is written.
#[tokio::test]
async fn a_huge_text_is_refused_before_anything_is_written() {
    let ctl = Ctl::start().await;
    let rows = (1000..1118).map(|id| match id {
        1060 => format!("{id},{},1,,,,,true\n", "x".repeat(500_000)),
        _ => format!("{id},a,1,,,,,true\n"),
    });
    let file = "id,name,typeId,parentId,town,postcode,odsCode,active\n".to_owned();
    let file = ctl.file("huge.csv", &rows.fold(file, |file, row| file + &row));
    assert_eq!(
        problems(&ctl, "services", &file, &[]).await,
        ["line 62: name: has 500000 characters, but may have 200 at most"]
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_read_whole_is_refused() {
    let ctl = Ctl::start().await;
    let folder = ctl.state.to_str().expect("a path").to_owned();
    let missing = format!("{folder}/missing.csv");
    for (file, reason) in [
        (folder.as_str(), "Is a directory (os error 21)"),
        (&missing, "No such file or directory (os error 2)"),
        ("/dev/zero", "it has more than 64 MB, which no directory needs"),
    ] {
        let failure = ctl.failure(&["import", "services", file]).await;
        assert_eq!(failure.to_string(), format!("file {file}: {reason}"));
        assert_eq!(exit_code(&failure), "3");
    }
}

/// The parents of the other rows may be on the line that cannot be read.
#[tokio::test]
async fn a_line_that_cannot_be_read_makes_no_errors_below_it() {
    let ctl = Ctl::start().await;
    for broken in ["60,\"Region,1,,,,,true", "6O,Region,1,,,,,true", "60,Region"] {
        let file = format!(
            "id,name,typeId,parentId,town,postcode,odsCode,active\n{broken}\n61,Below,1,60,,,,true\n62,Below,,61,,,,true\n"
        );
        let problems = problems(&ctl, "services", &ctl.file("broken.csv", &file), &[]).await;
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("line 2: "), "{problems:?}");
        assert_eq!(problems[1], "line 4: typeId: must be 1 to 18 digits");
    }
}
