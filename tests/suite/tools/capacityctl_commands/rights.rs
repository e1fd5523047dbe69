//! docs/security.md's table of what each command needs: exactly what it uses.

use std::collections::BTreeSet;

use super::{ctl::Ctl, refusing_engine::recording};
use crate::harness::{
    audit_table,
    iam::{Right, logical_ids, required},
    root,
};

/// What the row of these commands grants: actions, then the tables that they are on.
fn documented(commands: &str) -> BTreeSet<Right> {
    let text = std::fs::read_to_string(root().join("docs/security.md")).expect("a page");
    let row = text.lines().find_map(|line| line.strip_prefix(&format!("| {commands} | ")));
    let row = row.unwrap_or_else(|| panic!("no row for {commands}"));
    let (mut rights, mut actions, mut are_complete) = (BTreeSet::new(), Vec::new(), false);
    for word in row.split([' ', ',']) {
        if let Some(action) = word.strip_prefix('`') {
            if are_complete {
                actions.clear();
            }
            are_complete = false;
            actions.push(action.trim_end_matches('`').trim_start_matches("dynamodb:"));
        }
        let table = match word {
            "services" => "ServicesTable",
            "users" => "UsersTable",
            "history" => "StatusHistoryTable",
            "changes" => "ChangesTable",
            _ => continue,
        };
        are_complete = true;
        rights.extend(actions.iter().map(|name| (format!("dynamodb:{name}"), table.to_owned())));
    }
    rights
}

#[tokio::test]
async fn each_command_uses_exactly_what_the_table_of_rights_says() {
    let ctl = Ctl::start().await;
    let services = "id,name,typeId,parentId,town,postcode,odsCode,active\n60,a,1,,,,,true\n";
    let services = ctl.file("services.csv", services);
    let users = "username,subject,active,permissions,services\nreader-name,new,true,,30\n";
    let users = ctl.file("users.csv", users);
    let cursor = ctl.state.join("cursor").to_str().expect("a path").to_owned();
    let follow = vec!["changes", "follow", "10", "--once", "--cursor", &cursor];
    ctl.text(&follow).await;
    ctl.text(&["status", "set", "30", "RED", "--as", "editor-name"]).await;
    let mut tables = logical_ids(&ctl.app.tables);
    tables.insert(audit_table(&ctl.app.tables), "AuditTable".to_owned());
    let (endpoint, sent) = recording().await;
    ctl.point_to(&endpoint);
    for (row, commands, records) in [
        ("`import services`", vec![vec!["import", "services", &services]], true),
        (
            "`service activate`, `deactivate`",
            vec![vec!["service", "deactivate", "60"], vec!["service", "activate", "60"]],
            true,
        ),
        ("`import users`", vec![vec!["import", "users", &users]], true),
        (
            "`user add`, `grant`",
            vec![
                vec!["user", "add", "ann", "--service", "30"],
                vec!["user", "grant", "ann", "--service", "40"],
            ],
            true,
        ),
        (
            "`user revoke`, `activate`, `deactivate`, `rename`",
            vec![
                vec!["user", "revoke", "ann", "--service", "40"],
                vec!["user", "deactivate", "ann"],
                vec!["user", "activate", "ann"],
                vec!["user", "rename", "ann", "eve"],
            ],
            true,
        ),
        ("`changes follow`", vec![follow], false),
        ("`service show`", vec![vec!["service", "show", "30"]], false),
        (
            "`status get`, `history`",
            vec![vec!["status", "get", "30"], vec!["status", "history", "30"]],
            false,
        ),
    ] {
        sent.lock().expect("no panic while held").clear();
        for words in commands {
            ctl.text(&words).await;
        }
        let mut used = BTreeSet::new();
        for (action, body) in sent.lock().expect("no panic while held").iter() {
            used.extend(required(&tables, action, body));
        }
        if row == "`import services`" {
            // It reads a service again that somebody else has changed meanwhile.
            used.insert(("dynamodb:GetItem".to_owned(), "ServicesTable".to_owned()));
        }
        let put = ("dynamodb:PutItem".to_owned(), "AuditTable".to_owned());
        let expected = documented(row).into_iter().chain(records.then_some(put));
        assert_eq!(used, expected.collect(), "{row}");
    }
}
