//! Checks answers against openapi.yaml.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, OnceLock},
};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::{FUNCTIONS, Reply, logical_id, root, strict_schemas::make_strict};

const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

/// A YAML file of the repository as JSON. Each is parsed once.
pub(crate) fn document(file: &str) -> Value {
    static PARSED: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());
    let mut parsed = PARSED.lock().expect("no panic while held");
    let document = parsed.entry(file.to_owned()).or_insert_with(|| {
        let text = std::fs::read_to_string(root().join(file)).expect("a file");
        serde_saphyr::from_str(&text).expect("YAML")
    });
    document.clone()
}

/// A path of openapi.yaml as clients know it: without the greedy variable that the gateway needs where a path
/// ends in `/`.
pub(crate) fn published_path(path: &str) -> String {
    path.replace("{proxy+}", "")
}

/// The contract.
pub(crate) struct Contract {
    document: Value,
    /// By pointer. Each is built once.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    /// With strict schemas: this version's answers.
    pub(crate) fn of_this_repository() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| {
            let mut document = document("openapi.yaml");
            make_strict(&mut document);
            Self { document, validators: Mutex::default() }
        })
    }

    /// As clients read it: answers to which a later version adds values are of it too.
    pub(crate) fn as_published() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        let published =
            || Self { document: document("openapi.yaml"), validators: Mutex::default() };
        CONTRACT.get_or_init(published)
    }

    /// Fails unless the document describes this status of this operation, with these headers and
    /// this body.
    #[track_caller]
    pub(crate) fn check(&self, method: &str, path: &str, reply: &Reply) {
        if let Err(reason) = self.describes(method, path, reply) {
            panic!("{method} {path} {}: {reason}: {}", reply.status, reply.body);
        }
    }

    /// Why the document does not describe an answer, if so. The answer to HEAD is that to GET, without the body.
    pub(crate) fn describes(&self, method: &str, path: &str, reply: &Reply) -> Result<(), String> {
        let is_head = method == "HEAD";
        let operation = self.operation(if is_head { "GET" } else { method }, path);
        let pointer = format!("{operation}/responses/{}", reply.status.as_str());
        let (pointer, response) = self.resolve(pointer).ok_or("no such status")?;
        self.headers(&pointer, &response, reply)?;
        let Some(content) = response.get("content").filter(|_| !is_head) else {
            return if reply.body.is_null() { Ok(()) } else { Err("no body expected".to_owned()) };
        };
        let media_type = reply.header("content-type").split(';').next().unwrap_or_default();
        content.get(media_type).ok_or_else(|| format!("media type {media_type:?}"))?;
        self.value(&format!("{pointer}/content/{}/schema", escaped(media_type)), &reply.body)
    }

    /// The function behind an operation.
    pub(crate) fn function(&self, method: &str, path: &str) -> &'static str {
        let pointer = self.operation(method, path) + "/x-amazon-apigateway-integration/uri";
        let uri = self.document.pointer(&pointer);
        // A function that need not be deployed: the first of both.
        let uri = uri.map(|uri| uri.pointer("/Fn::If/1").unwrap_or(uri));
        let uri = uri.and_then(|uri| uri["Fn::Sub"].as_str());
        let uri = uri.unwrap_or_else(|| panic!("{method} {path} calls no function"));
        let called = FUNCTIONS.into_iter().find(|name| {
            uri.ends_with(&format!("/${{{}.Arn}}:live/invocations", logical_id(name)))
        });
        called.unwrap_or_else(|| panic!("{method} {path}: {uri}"))
    }

    /// `GET /docs`, or `ANY /docs` for a method that the path does not list, with the published path.
    pub(crate) fn operation_name(&self, method: &str, path: &str) -> String {
        let is_named = !self.operation(method, path).ends_with(ANY_METHOD);
        format!("{} {}", if is_named { method } else { "ANY" }, published_path(path))
    }

    /// Whether an operation, such as `GET /docs`, needs no token.
    pub(crate) fn is_public(&self, route: &str) -> bool {
        let (method, path) = route.split_once(' ').expect("method and path");
        let security = self.operation(method, path) + "/security";
        self.document.pointer(&security) == Some(&json!([]))
    }

    /// The pointer to an operation; [`ANY_METHOD`] if the path does not list the method. The path is the
    /// gateway's or the published one.
    fn operation(&self, method: &str, path: &str) -> String {
        let paths = self.document["paths"].as_object().expect("paths");
        let known = paths.keys().find(|known| *known == path || published_path(known) == path);
        let path = format!("/paths/{}", escaped(known.unwrap_or_else(|| panic!("no path {path}"))));
        let own = format!("{path}/{}", method.to_lowercase());
        let is_known = self.document.pointer(&own).is_some();
        if is_known { own } else { format!("{path}/{ANY_METHOD}") }
    }

    fn headers(&self, pointer: &str, response: &Value, reply: &Reply) -> Result<(), String> {
        let described = response["headers"].as_object().ok_or("no headers described")?;
        for name in described.keys() {
            let at = format!("{pointer}/headers/{}", escaped(name));
            let (at, header) = self.resolve(at).ok_or("a header with a broken reference")?;
            match reply.header(name) {
                "" if header["required"] == json!(true) => {
                    return Err(format!("{name} is missing"));
                }
                "" => {}
                value => self.value(&format!("{at}/schema"), &typed(value, &header["schema"]))?,
            }
        }
        // Every answer of ours has these; the gateway's own answers do not.
        for name in
            ["cache-control", "strict-transport-security", "x-content-type-options", "x-request-id"]
        {
            if reply.header(name).is_empty() {
                return Err(format!("{name} is missing"));
            }
        }
        let known = |name: &str| described.keys().any(|known| known.eq_ignore_ascii_case(name));
        match reply.headers.keys().find(|name| *name != "content-type" && !known(name.as_str())) {
            Some(name) => Err(format!("{name} is not described")),
            None => Ok(()),
        }
    }

    /// Why a value does not match the schema at that pointer, if so.
    pub(crate) fn value(&self, schema: &str, value: &Value) -> Result<(), String> {
        let validator = self.validator(schema);
        let wrong: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        if wrong.is_empty() { Ok(()) } else { Err(format!("{schema}: {}", wrong.join(", "))) }
    }

    /// Follows the reference at that place, if there is one.
    fn resolve(&self, pointer: String) -> Option<(String, Value)> {
        let value = self.document.pointer(&pointer)?;
        match value["$ref"].as_str() {
            Some(target) => self.resolve(target.trim_start_matches('#').to_owned()),
            None => Some((pointer, value.clone())),
        }
    }

    /// In the parts used here, OpenAPI 3.0's schemas are JSON Schema of draft 4.
    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().expect("no panic while held");
        let built = validators.entry(pointer.to_owned()).or_insert_with(|| {
            let mut schema = self.document.clone();
            // A URI must not contain the path's braces.
            let reference = pointer.replace('{', "%7B").replace('}', "%7D");
            schema["$ref"] = format!("#{reference}").into();
            let options = jsonschema::options().with_draft(Draft::Draft4);
            Arc::new(options.should_validate_formats(true).build(&schema).expect("a schema"))
        });
        Arc::clone(built)
    }
}

/// A header's value as the type that its schema names.
fn typed(value: &str, schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("integer") => serde_json::from_str(value).unwrap_or_else(|_| value.into()),
        _ => value.into(),
    }
}

/// A field name as a JSON pointer writes it.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
