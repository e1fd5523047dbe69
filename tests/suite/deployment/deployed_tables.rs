//! The tables that CloudFormation makes of template.yaml are those that all tests run on, and that the local
//! stack makes. Built with the feature `e2e` only: `.ci/deployment` deploys the template on an emulated AWS,
//! writes down its tables and runs this test.

use std::fs;

use aws_sdk_dynamodb::{
    Client,
    types::{GlobalSecondaryIndexDescription, KeySchemaElement},
};
use local_stack::{engine::Engine, tables};
use serde_json::{Map, Value, json};

use crate::harness::root;

#[tokio::test]
async fn cloudformation_makes_the_tables_of_the_tests() {
    let deployed = root().join(".local/deployed-tables.json");
    let deployed = fs::read_to_string(deployed).expect(".ci/deployment writes the file");
    let deployed: Value = serde_json::from_str(&deployed).expect("JSON");

    let engine = Engine::in_memory().expect("an engine");
    let template = fs::read_to_string(root().join("template.yaml")).expect("the template");
    tables::create(&engine.client(), &template, "").await.expect("tables");
    assert_eq!(deployed, described(&engine.client()).await);
}

async fn described(client: &Client) -> Value {
    let mut tables = Map::new();
    for name in client.list_tables().send().await.expect("tables").table_names() {
        tables.insert(name.clone(), table(client, name).await);
    }
    tables.into()
}

/// In the form of the file.
async fn table(client: &Client, name: &str) -> Value {
    let described = client.describe_table().table_name(name).send().await.expect("a table");
    let expiry = client.describe_time_to_live().table_name(name).send().await.expect("an expiry");
    let expiry = expiry.time_to_live_description();
    let table = described.table().expect("a description");
    let types = table.attribute_definitions().iter().map(|attribute| {
        (attribute.attribute_name().to_owned(), json!(attribute.attribute_type().as_str()))
    });
    let indexes = table
        .global_secondary_indexes()
        .iter()
        .map(|described| (described.index_name().expect("a name").to_owned(), index(described)));
    json!({
        "types": types.collect::<Map<_, _>>(),
        "key": key(table.key_schema()),
        "indexes": indexes.collect::<Map<_, _>>(),
        "expires_by": expiry.and_then(|expiry| expiry.attribute_name()),
    })
}

fn index(described: &GlobalSecondaryIndexDescription) -> Value {
    let projection = described.projection().expect("a projection");
    let mut attributes = projection.non_key_attributes().to_vec();
    attributes.sort();
    json!({
        "key": key(described.key_schema()),
        "projection": projection.projection_type().map(|kind| kind.as_str()),
        "attributes": attributes,
    })
}

fn key(schema: &[KeySchemaElement]) -> Vec<&str> {
    schema.iter().map(KeySchemaElement::attribute_name).collect()
}
