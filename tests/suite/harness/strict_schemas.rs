//! What the schemas of answers say to clients, made strict for this API's own answers.
//!
//! Clients get flat, open objects (`contract::schemas`). Its own answers must have no member and no value that
//! openapi.yaml does not describe, times in UTC and whole seconds, and keep the rule that ties a status, its
//! deadline and its reason. `.ci/conformance.py` does the same for Schemathesis.

use serde_json::{Map, Value, json};

/// In the description of a text: its values, all in backquotes, are not all that there will ever be.
pub(crate) const OPEN_VALUES: &str = "More can be added.";

/// Not closed: what clients send, and the document, of which only the beginning is described.
const OPEN_OBJECTS: [&str; 3] = ["StatusUpdate", "DeadlineUpdate", "OpenApiDocument"];

/// UTC in whole seconds.
const TIME: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$";

/// Makes the schemas of a document strict.
pub(super) fn make_strict(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object_mut().expect("schemas");
    for (name, schema) in schemas {
        // Schemas of other types are those of parameters.
        if schema["type"] == "object" && !OPEN_OBJECTS.contains(&name.as_str()) {
            close(schema.as_object_mut().expect("a schema"));
            narrow(schema);
        }
    }
}

/// Refuses members that are not described. With a deadline among them, adds the rule that GREEN has neither a deadline
/// nor a reason, and that AMBER and RED have a deadline.
fn close(schema: &mut Map<String, Value>) {
    schema.insert("additionalProperties".to_owned(), false.into());
    if schema["properties"].get("resetDateTime").is_some() {
        let rule = json!([
            {
                "properties": {"status": {"enum": ["GREEN"]}},
                "not": {"anyOf": [{"required": ["resetDateTime"]}, {"required": ["reason"]}]}
            },
            {
                "properties": {"status": {"enum": ["AMBER", "RED"]}},
                "required": ["resetDateTime"]
            },
        ]);
        schema.insert("oneOf".to_owned(), rule);
    }
}

/// Refuses values that are not described, and other forms of a time, at any depth.
fn narrow(schema: &mut Value) {
    let values: Option<Value> = open_values(schema).map(Value::from);
    if let Some(values) = values {
        schema["enum"] = values;
    }
    if schema["format"] == "date-time" {
        schema["pattern"] = TIME.into();
    }
    for inner in schema.as_object_mut().into_iter().flatten().map(|(_, inner)| inner) {
        narrow(inner);
    }
}

/// The values that a description lists, if more can be added.
pub(crate) fn open_values(schema: &Value) -> Option<Vec<&str>> {
    let text = schema["description"].as_str().filter(|text| text.contains(OPEN_VALUES))?;
    Some(text.split('`').skip(1).step_by(2).collect())
}
