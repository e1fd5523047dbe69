//! What an import does with `phone` and `reviewAfterMinutes`, which a file may lack.

use serde_json::{Value, json};

use super::ctl::Ctl;

const HEADER: &str = "id,name,typeId,parentId,town,postcode,odsCode,active";
const BOTH: &str = "id,name,typeId,parentId,town,postcode,odsCode,phone,reviewAfterMinutes,active";

impl Ctl {
    /// Imports a file; returns how many services were added and changed, and the steps of the dry run before.
    async fn import(&self, name: &str, text: &str, options: &[&str]) -> (Value, Value, Value) {
        let file = self.file(name, text);
        let words = [&["import", "services", &file], options].concat();
        let shown = self.json(&[&words[..], &["--dry-run"]].concat()).await;
        let written = self.json(&words).await;
        assert_eq!(shown["rows"], written["rows"]);
        let rows = &written["rows"];
        (rows["added"].clone(), rows["changed"].clone(), shown["steps"].clone())
    }

    /// The two columns and whether the service is active, as an export has them.
    async fn columns(&self, id: u64) -> (Value, Value, bool) {
        let exported = self.text(&["export", "services", "--json"]).await;
        let exported: Value = serde_json::from_str(&exported).expect("JSON");
        let services = exported.as_array().expect("services");
        let service = services.iter().find(|service| service["id"] == id).expect("a service");
        let active = service["active"].as_bool().expect("active");
        (service["phone"].clone(), service["reviewAfterMinutes"].clone(), active)
    }
}

#[tokio::test]
async fn a_file_without_the_columns_leaves_what_is_stored_and_an_empty_cell_removes_it() {
    let ctl = Ctl::start().await;
    let row = |columns: &str| format!("30,Pharmacy,13,20,,,,{columns}true\n");
    let set = format!("{BOTH}\n{}", row("+44 1632 960001,240,"));
    let (_, changed, steps) = ctl.import("set.csv", &set, &[]).await;
    assert_eq!(changed, 1);
    let differences = steps[0]["differences"].as_array().expect("differences");
    for expected in [
        json!({"attribute": "phone", "to": "\"+44 1632 960001\""}),
        json!({"attribute": "reviewAfterMinutes", "to": "240"}),
    ] {
        assert!(differences.contains(&expected), "{steps}");
    }
    let stored = (json!("+44 1632 960001"), json!(240), true);
    assert_eq!(ctl.columns(30).await, stored);
    let (_, changed, _) = ctl.import("old.csv", &format!("{HEADER}\n{}", row("")), &[]).await;
    assert_eq!((changed, ctl.columns(30).await), (json!(0), stored));
    let cleared = format!("{BOTH}\n{}", row(",,"));
    let (_, changed, steps) = ctl.import("cleared.csv", &cleared, &[]).await;
    let expected = json!([
        {"attribute": "phone", "from": "\"+44 1632 960001\""},
        {"attribute": "reviewAfterMinutes", "from": "240"},
    ]);
    assert_eq!((changed, &steps[0]["differences"]), (json!(1), &expected));
    assert_eq!(ctl.columns(30).await, (Value::Null, Value::Null, true));
}

#[tokio::test]
async fn a_json_entry_without_the_members_leaves_what_is_stored_and_null_removes_it() {
    let ctl = Ctl::start().await;
    let entry = |more: &str| {
        format!(
            r#"[{{"id": 30, "name": "Pharmacy", "typeId": 13, "parentId": 20, "active": true{more}}}]"#
        )
    };
    ctl.import("set.json", &entry(r#", "phone": "999", "reviewAfterMinutes": 1"#), &[]).await;
    assert_eq!(ctl.columns(30).await, (json!("999"), json!(1), true));
    let (_, changed, _) = ctl.import("old.json", &entry(""), &[]).await;
    assert_eq!((changed, ctl.columns(30).await), (json!(0), (json!("999"), json!(1), true)));
    ctl.import("phone.json", &entry(r#", "phone": null"#), &[]).await;
    assert_eq!(ctl.columns(30).await, (Value::Null, json!(1), true));
    ctl.import("interval.json", &entry(r#", "reviewAfterMinutes": """#), &[]).await;
    assert_eq!(ctl.columns(30).await, (Value::Null, Value::Null, true));
}

#[tokio::test]
async fn a_service_that_is_deactivated_and_returns_keeps_its_columns() {
    let ctl = Ctl::start().await;
    let new = format!("{BOTH}\n60,New,13,10,,,,01632 960060,60,true\n61,Newer,13,10,,,,,,true\n");
    let (added, _, _) = ctl.import("new.csv", &new, &[]).await;
    assert_eq!(added, 2);
    let stored = |active| (json!("01632 960060"), json!(60), active);
    assert_eq!(ctl.columns(60).await, stored(true));
    assert_eq!(ctl.columns(61).await, (Value::Null, Value::Null, true));
    let others = format!("{BOTH}\n61,Newer,13,10,,,,1,1,true\n");
    ctl.import("others.csv", &others, &["--deactivate-missing"]).await;
    assert_eq!(ctl.columns(60).await, stored(false));
    assert_eq!(ctl.columns(61).await, (json!("1"), json!(1), true));
    let returned = format!("{HEADER}\n60,New,13,10,,,,true\n62,Newest,13,10,,,,true\n");
    ctl.import("returned.csv", &returned, &[]).await;
    assert_eq!(ctl.columns(60).await, stored(true));
    assert_eq!(ctl.columns(62).await, (Value::Null, Value::Null, true));
}

/// Otherwise a value that was added after the export would stay.
#[tokio::test]
async fn an_import_of_an_export_removes_what_was_set_since() {
    let ctl = Ctl::start().await;
    for format in ["csv", "json"] {
        let file = ctl.file(&format!("export.{format}"), "");
        ctl.text(&["export", "services", &file]).await;
        let set = format!("{BOTH}\n30,Pharmacy,13,20,,,,999,1,true\n");
        ctl.import("set.csv", &set, &[]).await;
        ctl.text(&["import", "services", &file]).await;
        assert_eq!(ctl.columns(30).await, (Value::Null, Value::Null, true), "{format}");
    }
}

#[tokio::test]
async fn a_phone_that_a_spreadsheet_would_run_is_exported_with_an_apostrophe() {
    let ctl = Ctl::start().await;
    let phones = format!("{BOTH}\n60,a,1,,,,,+44 1632 960001,,true\n61,a,1,,,,,=1+1,,true\n");
    ctl.import("phones.csv", &phones, &[]).await;
    let exported = ctl.text(&["export", "services"]).await;
    for row in ["60,a,1,,,,,'+44 1632 960001,,true", "61,a,1,,,,,'=1+1,,true"] {
        assert!(exported.lines().any(|line| line == row), "{exported}");
    }
    let (_, changed, _) = ctl.import("exported.csv", &exported, &[]).await;
    assert_eq!(changed, 0);
    assert_eq!(ctl.columns(60).await.0, "+44 1632 960001");
}
