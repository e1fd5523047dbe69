//! What an import writes to the tables.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use capacityctl::{Error, services, users};
use shared::store::TableNames;

use crate::harness::{client, fresh_tables};

const HEADER: &str = "id,name,typeId,parentId,town,postcode,odsCode,active";
const FAMILY: [&str; 3] =
    ["1,Region,1,,,,,true", "2,Provider,2,1,Town,ZZ99 1AA,X2,true", "3,Service,13,2,,,,true"];

struct Store {
    client: Client,
    tables: TableNames,
}

impl Store {
    async fn empty() -> Self {
        let client = client();
        let tables = fresh_tables(&client).await;
        Self { client, tables }
    }

    async fn import(&self, lines: &[&str]) -> Result<String, Error> {
        let file = format!("{HEADER}\n{}\n", lines.join("\n"));
        let written = services::import(
            &services::Directory::new(&self.client, &self.tables),
            file.as_bytes(),
        )
        .await;
        written.map(|written| written.to_string())
    }

    async fn import_users(&self, json: &str) -> Result<String, Error> {
        let written = users::import(&self.client, &self.tables.users, json.as_bytes()).await;
        written.map(|written| written.to_string())
    }

    async fn items(&self, table: &str) -> Vec<HashMap<String, AttributeValue>> {
        let scanned = self.client.scan().table_name(table).consistent_read(true).send().await;
        scanned.expect("items").items.unwrap_or_default()
    }

    /// Each service's path.
    async fn paths(&self) -> BTreeMap<String, String> {
        let items = self.items(&self.tables.services).await;
        items.iter().map(|item| (text(item, "id"), text(item, "path"))).collect()
    }

    /// Each subject's username.
    async fn usernames(&self) -> BTreeMap<String, String> {
        let items = self.items(&self.tables.users).await;
        items.iter().map(|item| (text(item, "subject"), text(item, "username"))).collect()
    }

    async fn service(&self, id: &str) -> HashMap<String, AttributeValue> {
        let items = self.items(&self.tables.services).await;
        items.into_iter().find(|item| text(item, "id") == id).expect("a service")
    }
}

fn text(item: &HashMap<String, AttributeValue>, name: &str) -> String {
    match item.get(name) {
        Some(AttributeValue::S(text) | AttributeValue::N(text)) => text.clone(),
        other => format!("{other:?}"),
    }
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[tokio::test]
async fn an_import_never_touches_a_status() {
    let store = Store::empty().await;
    store.import(&FAMILY).await.expect("an import");
    let status = [
        ("version", AttributeValue::N("7".to_owned())),
        ("status", AttributeValue::S("RED".to_owned())),
        ("resetDateTime", AttributeValue::N("1795251600".to_owned())),
        ("resetShard", AttributeValue::N("3".to_owned())),
        ("notes", AttributeValue::S("full".to_owned())),
    ];
    for (name, value) in status.clone() {
        let update = store.client.update_item().table_name(&store.tables.services);
        let update = update.key("id", AttributeValue::N("3".to_owned()));
        let update = update.update_expression("SET #name = :value");
        let update = update.expression_attribute_names("#name", name);
        update.expression_attribute_values(":value", value).send().await.expect("a status");
    }
    store.import(&["3,Renamed,14,1,,,,false"]).await.expect("an import");
    let service = store.service("3").await;
    assert_eq!(text(&service, "name"), "Renamed");
    assert_eq!(text(&service, "path"), "/1/3/");
    assert_eq!(service.get("active"), Some(&AttributeValue::Bool(false)));
    for (name, value) in status {
        assert_eq!(service.get(name), Some(&value), "{name}");
    }
}

#[tokio::test]
async fn a_repeated_import_leaves_the_table_as_it_is_and_an_emptied_field_is_removed() {
    let store = Store::empty().await;
    store.import(&FAMILY).await.expect("an import");
    let before = store.service("2").await;
    assert_eq!(
        store.import(&FAMILY).await.expect("an import"),
        "services: 0 added, 0 changed, 0 moved, 3 unchanged"
    );
    assert_eq!(store.service("2").await, before);
    store.import(&["2,Provider,2,,,,,true"]).await.expect("an import");
    let mut left: Vec<String> = store.service("2").await.into_keys().collect();
    left.sort();
    assert_eq!(left, ["active", "directoryVersion", "id", "name", "path", "region", "typeId"]);
}

#[tokio::test]
async fn services_that_are_not_in_the_file_follow_one_that_moves() {
    let store = Store::empty().await;
    store.import(&FAMILY).await.expect("an import");
    let written = store.import(&["2,Provider,2,9,,,,true", "9,Other,1,,,,,true"]).await;
    assert_eq!(written.expect("an import"), "services: 1 added, 0 changed, 2 moved, 0 unchanged");
    let expected = pairs([("1", "/1/"), ("2", "/9/2/"), ("3", "/9/2/3/"), ("9", "/9/")]);
    assert_eq!(store.paths().await, expected);
    assert_eq!(text(&store.service("3").await, "region"), "9");
}

#[tokio::test]
async fn a_refused_directory_changes_nothing() {
    let store = Store::empty().await;
    store.import(&FAMILY).await.expect("an import");
    let before = store.paths().await;
    for lines in [["4,New,1,,,,,true", "5,New,1,77,,,,true"], ["1,Region,1,3,,,,true", ""]] {
        let refused = store.import(&lines).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    assert_eq!(store.paths().await, before);
}

#[tokio::test]
async fn importing_a_known_username_replaces_it_and_removes_its_old_subject() {
    let store = Store::empty().await;
    let first = r#"[{"username": "ann", "subject": "s1", "active": true,
        "permissions": ["editCapacity"], "services": [1]}, {"username": "bob", "active": true}]"#;
    assert_eq!(
        store.import_users(first).await.expect("an import"),
        "users: 2 added, 0 changed, 0 unchanged"
    );
    let second = r#"[{"username": "ann", "subject": "s2", "active": false}]"#;
    store.import_users(second).await.expect("an import");
    assert_eq!(store.usernames().await, pairs([("bob", "bob"), ("s2", "ann")]));
    let items = store.items(&store.tables.users).await;
    let ann = items.iter().find(|item| text(item, "subject") == "s2").expect("ann");
    assert_eq!(ann.len(), 3, "{ann:?}");
    assert_eq!(ann.get("active"), Some(&AttributeValue::Bool(false)));
}

#[tokio::test]
async fn a_subject_moves_to_another_user_only_if_the_file_gives_its_holder_a_new_one() {
    let store = Store::empty().await;
    let both = |ann: &str, bob: &str| {
        format!(
            r#"[{{"username": "ann", "subject": "{ann}", "active": true}},
                {{"username": "bob", "subject": "{bob}", "active": true}}]"#
        )
    };
    store.import_users(&both("s1", "s2")).await.expect("an import");
    let taken = r#"[{"username": "cid", "subject": "s2", "active": true}]"#;
    let refused = store.import_users(taken).await.expect_err("a refused file");
    let reason = "nothing was changed\n  file: subject: \"s2\" already belongs to user \"bob\" \
                  (`user rename` changes its name), so user \"cid\" cannot have it";
    assert_eq!(refused.to_string(), reason);
    store.import_users(&both("s2", "s1")).await.expect("an import");
    assert_eq!(store.usernames().await, pairs([("s1", "bob"), ("s2", "ann")]));
}
