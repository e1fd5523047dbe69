//! Reads tables and limits from template.yaml, their only description.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A table as CloudFormation describes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "each is named as CloudFormation's documentation explains it")]
pub struct Table {
    pub attribute_definitions: Vec<AttributeDefinition>,
    pub key_schema: Vec<KeyElement>,
    #[serde(default)]
    pub global_secondary_indexes: Vec<Index>,
    pub time_to_live_specification: Option<TimeToLive>,
}

/// A key attribute and its type.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "each is named as CloudFormation's documentation explains it")]
pub struct AttributeDefinition {
    pub attribute_name: String,
    pub attribute_type: String,
}

/// A part of a key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "each is named as CloudFormation's documentation explains it")]
pub struct KeyElement {
    pub attribute_name: String,
    pub key_type: String,
}

/// A global secondary index.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "each is named as CloudFormation's documentation explains it")]
pub struct Index {
    pub index_name: String,
    pub key_schema: Vec<KeyElement>,
    pub projection: Projection,
}

/// The attributes that an index projects.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "each is named as CloudFormation's documentation explains it")]
pub struct Projection {
    pub projection_type: String,
    #[serde(default)]
    pub non_key_attributes: Vec<String>,
}

/// When items expire.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "each is named as CloudFormation's documentation explains it")]
pub struct TimeToLive {
    pub attribute_name: String,
    pub enabled: bool,
}

/// Reads the tables with their logical ids.
///
/// # Errors
///
/// The template or a table in it is invalid.
pub fn tables(template: &str) -> Result<Vec<(String, Table)>, String> {
    let template = parse(template)?;
    let resources = template.get("Resources").and_then(Value::as_object);
    let resources = resources.map(Map::iter).into_iter().flatten();
    resources
        .filter(|(_, resource)| {
            resource
                .get("Type")
                .is_some_and(|resource_type| resource_type == "AWS::DynamoDB::Table")
        })
        .map(|(id, resource)| {
            let properties = resource.get("Properties").cloned().unwrap_or_default();
            let table =
                serde_json::from_value(properties).map_err(|error| format!("{id}: {error}"))?;
            Ok((id.clone(), table))
        })
        .collect()
}

/// The functions' settings for resets, with the defaults of the template's parameters.
///
/// # Errors
///
/// The template is not YAML, or lacks a parameter.
pub fn reset_limits(template: &str) -> Result<Vec<(&'static str, String)>, String> {
    let template = parse(template)?;
    let settings = [
        ("RESET_DEFAULT_MINUTES", "ResetDefaultMinutes"),
        ("RESET_MIN_MINUTES", "ResetMinMinutes"),
        ("RESET_MAX_MINUTES", "ResetMaxMinutes"),
        ("RESET_SETTLE_SECONDS", "ResetSettleSeconds"),
    ];
    let default = |(setting, parameter)| {
        let default = template.pointer(&format!("/Parameters/{parameter}/Default"));
        let default = default.ok_or_else(|| format!("{parameter} has no default"))?;
        Ok((setting, default.to_string()))
    };
    settings.into_iter().map(default).collect()
}

/// Parses a template as CloudFormation does: a bare `N` is a string, not YAML 1.1's "no".
///
/// # Errors
///
/// It is not YAML.
pub fn parse(template: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(template, options).map_err(|error| error.to_string())
}
