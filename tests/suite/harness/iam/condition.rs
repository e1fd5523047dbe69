//! IAM's conditions on keys and attributes of a table, as "Using IAM policy conditions for fine-grained access
//! control" in DynamoDB's documentation describes them.

use serde_json::Value;

use crate::harness::document;

/// What a request asks of one table, in the terms of the conditions.
#[derive(Debug)]
pub(super) struct Request {
    /// The partition keys.
    leading_keys: Vec<String>,
    /// The attributes to return; none if it does not say.
    attributes: Vec<String>,
    select: &'static str,
}

impl Request {
    /// Reads a table's part of a `BatchGetItem`. The table is given by its logical id.
    pub(super) fn of(action: &str, part: &Value, table: &str) -> Self {
        assert_eq!(action, "BatchGetItem", "the conditions of other actions are not modelled");
        let template = document("template.yaml");
        let schema = &template["Resources"][table]["Properties"]["KeySchema"][0];
        assert_eq!(schema["KeyType"], "HASH");
        let partition_key = schema["AttributeName"].as_str().expect("a name");
        let keys = part["Keys"].as_array().expect("keys").iter();
        let leading_keys = keys.map(|key| {
            let typed = key[partition_key].as_object().and_then(|typed| typed.values().next());
            typed.and_then(Value::as_str).expect("a partition key").to_owned()
        });
        let attributes = part["ProjectionExpression"].as_str().map(|expression| {
            let names = &part["ExpressionAttributeNames"];
            let named = |name: &str| names[name].as_str().unwrap_or(name).to_owned();
            expression.split(',').map(|name| named(name.trim())).collect()
        });
        let select = if attributes.is_some() { "SPECIFIC_ATTRIBUTES" } else { "ALL_ATTRIBUTES" };
        let attributes = attributes.unwrap_or_default();
        Self { leading_keys: leading_keys.collect(), attributes, select }
    }

    /// Why a request does not meet the condition, if so.
    pub(super) fn meets(&self, condition: &Value) -> Result<(), String> {
        for (operator, keys) in condition.as_object().expect("a condition") {
            for (key, allowed) in keys.as_object().expect("condition keys") {
                let asked = match (operator.as_str(), key.as_str()) {
                    ("ForAllValues:StringEquals", "dynamodb:LeadingKeys") => &self.leading_keys,
                    ("ForAllValues:StringEquals", "dynamodb:Attributes") => &self.attributes,
                    ("StringEqualsIfExists", "dynamodb:Select") => &vec![self.select.to_owned()],
                    other => panic!("not modelled: {other:?}"),
                };
                let is_allowed = |one: &String| match allowed {
                    Value::Array(allowed) => allowed.iter().any(|allowed| allowed == one),
                    allowed => allowed == one,
                };
                if let Some(refused) = asked.iter().find(|one| !is_allowed(one)) {
                    return Err(format!("{key} has {refused:?}"));
                }
            }
        }
        Ok(())
    }
}
