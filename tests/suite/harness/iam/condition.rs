//! IAM's conditions on keys and attributes of a table, as "Using IAM policy conditions for fine-grained access
//! control" in DynamoDB's documentation describes them.

use serde_json::Value;

use crate::harness::document;

/// What a request asks of one table, in the terms of the conditions.
#[derive(Debug)]
pub(super) struct Request {
    /// The attributes to return, or to update; none if it does not say.
    attributes: Vec<String>,
    read: Option<Read>,
}

/// What only the conditions on reads ask for.
#[derive(Debug)]
struct Read {
    /// The partition keys.
    leading_keys: Vec<String>,
    select: String,
}

impl Request {
    /// What a request asks of the table with that name and logical id: as a whole, or by each update of a transaction.
    pub(super) fn all_of(action: &str, body: &Value, name: &str, table: &str) -> Vec<Self> {
        match action {
            "BatchGetItem" => vec![Self::read(&body["RequestItems"][name], table)],
            "TransactWriteItems" => {
                let members = body["TransactItems"].as_array().expect("members").iter();
                let updates = members.filter_map(|member| member.get("Update"));
                let updates = updates.filter(|update| update["TableName"] == name);
                updates.map(Self::update).collect()
            }
            "UpdateItem" => vec![Self::update(body)],
            other => panic!("the conditions of {other} are not modelled"),
        }
    }

    fn read(part: &Value, table: &str) -> Self {
        let template = document("template.yaml");
        let schema = &template["Resources"][table]["Properties"]["KeySchema"][0];
        assert_eq!(schema["KeyType"], "HASH");
        let partition_key = schema["AttributeName"].as_str().expect("a name");
        let keys = part["Keys"].as_array().expect("keys").iter();
        let leading_keys = keys.map(|key| {
            let typed = key[partition_key].as_object().and_then(|typed| typed.values().next());
            typed.and_then(Value::as_str).expect("a partition key").to_owned()
        });
        let leading_keys = leading_keys.collect();
        let attributes = part["ProjectionExpression"].as_str().map(|expression| {
            let names = &part["ExpressionAttributeNames"];
            let named = |name: &str| names[name].as_str().unwrap_or(name).to_owned();
            expression.split(',').map(|name| named(name.trim())).collect()
        });
        let select = if attributes.is_some() { "SPECIFIC_ATTRIBUTES" } else { "ALL_ATTRIBUTES" };
        let read = Some(Read { leading_keys, select: select.to_owned() });
        Self { attributes: attributes.unwrap_or_default(), read }
    }

    /// Attributes count whether they are the key, written, or compared by a condition. This project's expressions name
    /// all of theirs by placeholders.
    fn update(update: &Value) -> Self {
        let key = update["Key"].as_object().expect("a key").keys().cloned();
        let named = update["ExpressionAttributeNames"].as_object().expect("names").values();
        let named = named.map(|name| name.as_str().expect("a name").to_owned());
        Self { attributes: key.chain(named).collect(), read: None }
    }

    /// Why a request does not meet the condition, if so.
    pub(super) fn meets(&self, condition: &Value) -> Result<(), String> {
        for (operator, keys) in condition.as_object().expect("a condition") {
            for (key, allowed) in keys.as_object().expect("condition keys") {
                let asked = match (operator.as_str(), key.as_str(), &self.read) {
                    ("ForAllValues:StringEquals", "dynamodb:LeadingKeys", Some(read)) => {
                        read.leading_keys.as_slice()
                    }
                    ("ForAllValues:StringEquals", "dynamodb:Attributes", _) => &self.attributes,
                    ("StringEqualsIfExists", "dynamodb:Select", Some(read)) => {
                        std::slice::from_ref(&read.select)
                    }
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
