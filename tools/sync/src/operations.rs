//! The operations of openapi.yaml, and the functions behind them.

use std::error::Error;

use serde_json::Value;

const ANY: &str = "x-amazon-apigateway-any-method";

/// A path with one of its methods.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) path: String,
    /// In upper case; `None` for every method that the path does not name.
    pub(crate) method: Option<String>,
    pub(crate) function: String,
}

/// The operations by path and method.
pub(crate) fn operations(openapi: &str) -> Result<Vec<Operation>, Box<dyn Error>> {
    let document: Value = serde_saphyr::from_str(openapi)?;
    let paths =
        document.get("paths").and_then(Value::as_object).ok_or("openapi.yaml has no paths")?;
    let mut operations = Vec::new();
    for (path, item) in paths {
        for (name, operation) in item.as_object().into_iter().flatten() {
            if name == "parameters" {
                continue;
            }
            let function = function(operation);
            operations.push(Operation {
                path: path.clone(),
                method: (name != ANY).then(|| name.to_uppercase()),
                function: function.ok_or_else(|| format!("{name} {path} calls no function"))?,
            });
        }
    }
    operations.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
    Ok(operations)
}

/// `get-status`, where the integration calls `${GetStatusFunction.Arn}:live`.
fn function(operation: &Value) -> Option<String> {
    let uri = operation.pointer("/x-amazon-apigateway-integration/uri")?;
    // A function that need not be deployed: the first of both.
    let uri = uri.pointer("/Fn::If/1").unwrap_or(uri).get("Fn::Sub")?.as_str()?;
    let (_, called) = uri.split_once("functions/${")?;
    let (logical_id, _) = called.split_once("Function.Arn}")?;
    let mut name = String::new();
    for letter in logical_id.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    Some(name)
}
