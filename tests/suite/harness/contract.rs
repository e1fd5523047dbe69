//! openapi.yaml, and whether an answer is one that it describes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::{Reply, root};

/// A YAML file of the repository as JSON.
pub(crate) fn document(file: &str) -> Value {
    let text = std::fs::read_to_string(root().join(file)).expect("a file");
    serde_saphyr::from_str(&text).expect("YAML")
}

/// The contract.
pub(crate) struct Contract {
    document: Value,
    /// By pointer: each is built once.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    pub(crate) fn of_this_repository() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| Self {
            document: document("openapi.yaml"),
            validators: Mutex::default(),
        })
    }

    /// Fails unless the document describes this status of this operation, with these headers and a
    /// body of this schema.
    #[track_caller]
    pub(crate) fn check(&self, method: &str, path: &str, reply: &Reply) {
        let (status, method) = (reply.status.as_str(), method.to_lowercase());
        let pointer = format!("/paths/{}/{method}/responses/{status}", path.replace('/', "~1"));
        let (pointer, response) = self
            .resolve(pointer)
            .unwrap_or_else(|| panic!("{method} {path} has no {status}: {}", reply.body));
        self.check_headers(&response, reply);
        let Some(content) = response.get("content") else {
            assert_eq!(reply.body, Value::Null, "{method} {path} {status} has no body");
            return;
        };
        let media_type = reply.header("content-type");
        assert!(content.get(media_type).is_some(), "{method} {path} {status}: {media_type}");
        let schema = format!("{pointer}/content/{}/schema", media_type.replace('/', "~1"));
        let wrong: Vec<_> = self
            .validator(&schema)
            .iter_errors(&reply.body)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{method} {path} {status}: {wrong:?}: {}", reply.body);
    }

    fn check_headers(&self, response: &Value, reply: &Reply) {
        let described = response["headers"].as_object().expect("described headers");
        for (name, header) in described {
            let header = match header["$ref"].as_str() {
                Some(at) => self.document.pointer(at.trim_start_matches('#')).expect("a header"),
                None => header,
            };
            let sent = reply.headers.contains_key(name);
            assert!(sent || header["required"] != json!(true), "{name} is missing");
        }
        for name in reply.headers.keys().filter(|name| *name != "content-type") {
            let known = described.keys().any(|known| known.eq_ignore_ascii_case(name.as_str()));
            assert!(known, "{name} is not described");
        }
    }

    /// Follows the reference that stands at a place, if one does.
    fn resolve(&self, pointer: String) -> Option<(String, Value)> {
        let value = self.document.pointer(&pointer)?;
        match value["$ref"].as_str() {
            Some(target) => self.resolve(target.trim_start_matches('#').to_owned()),
            None => Some((pointer, value.clone())),
        }
    }

    /// OpenAPI 3.0's schemas are JSON Schema of draft 4, as far as ours go.
    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().expect("no panic while held");
        let built = validators.entry(pointer.to_owned()).or_insert_with(|| {
            let mut schema = self.document.clone();
            schema["$ref"] = format!("#{pointer}").into();
            let options = jsonschema::options().with_draft(Draft::Draft4);
            Arc::new(options.should_validate_formats(true).build(&schema).expect("a schema"))
        });
        Arc::clone(built)
    }
}
