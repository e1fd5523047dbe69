//! The schemas of answers: flat and open for code generators (`.ci/generated-clients`), strict for this API's own
//! answers (the harness).

use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Contract, Reply, document, open_values};

/// What clients and forms send. The only schemas with alternatives.
const REQUESTS: [&str; 4] = ["StatusUpdate", "DeadlineUpdate", "WebUpdate", "WebSignOut"];

/// Every schema inside a schema, with itself first.
fn inner(schema: &Value) -> Vec<&Value> {
    let mut found = vec![schema];
    for inner_schema in schema["properties"].as_object().into_iter().flatten().map(|(_, it)| it) {
        found.extend(inner(inner_schema));
    }
    if schema["items"].is_object() {
        found.extend(inner(&schema["items"]));
    }
    found
}

/// Generators make a class of a named object. Of a combination they make required what is not, or no class.
/// Without `additionalProperties: true` Go's and Java's refuse what a later version adds.
#[test]
fn answers_are_flat_objects_open_to_additions() {
    let document = document("openapi.yaml");
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for (name, schema) in schemas.iter().filter(|(name, _)| !REQUESTS.contains(&name.as_str())) {
        for (depth, part) in inner(schema).into_iter().enumerate() {
            for word in ["allOf", "anyOf", "oneOf", "not", "discriminator", "nullable"] {
                assert!(part[word].is_null(), "{name}: {word}");
            }
            let is_object = part["type"] == "object";
            assert!(!is_object || part["additionalProperties"] == true, "{name}: not open");
            let is_time = depth > 0 && part["format"] == "date-time";
            assert!(!is_time || part["pattern"].is_null(), "{name}: a time with a pattern");
            assert!(depth == 0 || part["properties"].is_null(), "{name}: an object without a name");
            // The three statuses are all that there will ever be. Other values can be added.
            assert!(name == "Rag" || part["enum"].is_null(), "{name}: closed values");
            assert!(open_values(part).is_none_or(|values| !values.is_empty()), "{name}: no values");
        }
    }
}

/// A history is of either form; each form has a member that the other lacks.
#[test]
fn every_answer_is_a_named_schema() {
    let named = |schema: &Value| {
        schema["$ref"].as_str().is_some_and(|target| target.starts_with("#/components/schemas/"))
    };
    let mut alternatives = Vec::new();
    for (at, body) in answers() {
        let schema = &body["schema"];
        match schema["oneOf"].as_array() {
            Some(forms) => alternatives.push(forms.iter().all(named)),
            None => assert!(!at.ends_with("json") || named(schema), "{at}: {schema}"),
        }
    }
    assert_eq!(alternatives, [true], "the history");
}

/// The linters hold examples to the open schemas.
#[test]
fn every_example_is_an_answer_of_this_version() {
    let contract = Contract::of_this_repository();
    for (at, body) in answers() {
        for (name, example) in body["examples"].as_object().expect("examples") {
            let schema = format!("{at}/schema");
            assert_eq!(contract.value(&schema, &example["value"]), Ok(()), "{name}");
        }
    }
}

/// What every answer has for each media type, with its pointer.
fn answers() -> Vec<(String, Value)> {
    fn collect(at: &str, value: &Value, found: &mut Vec<(String, Value)>) {
        for (name, inner) in value.as_object().into_iter().flatten() {
            let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            match name.as_str() {
                "requestBodies" | "schemas" => {}
                "content" => {
                    found.extend(inner.as_object().into_iter().flatten().map(|(kind, body)| {
                        (format!("{at}/{}", kind.replace('/', "~1")), body.clone())
                    }))
                }
                _ => collect(&at, inner, found),
            }
        }
    }
    let mut found = Vec::new();
    collect("", &document("openapi.yaml"), &mut found);
    assert!(found.len() > 20, "{found:?}");
    found
}

fn header(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::from_static(value))
}

fn reply(status: StatusCode, media_type: &'static str, body: Value) -> Reply {
    let headers = [
        header("content-type", media_type),
        header("cache-control", "no-store"),
        header("etag", "\"1-00000000\""),
        header("strict-transport-security", "max-age=31536000"),
        header("x-content-type-options", "nosniff"),
        header("x-request-id", "r1"),
    ];
    let text = body.to_string();
    Reply {
        status,
        headers: headers.into_iter().collect(),
        cookies: Vec::new(),
        body_bytes: text.len(),
        text,
        body,
    }
}

const STATUS: &str = "/services/{id}/capacitystatus";
const HISTORY: &str = "/services/{id}/capacitystatus/history";
const DEADLINE: &str = "2026-11-21T13:05:00Z";

/// Whether the harness accepts an answer to GET.
fn described(path: &str, reply: &Reply) -> Result<(), String> {
    Contract::of_this_repository().describes("GET", path, reply)
}

/// The harness checks every answer of every test against openapi.yaml. Here it must refuse.
#[test]
fn an_undocumented_answer_is_noticed() {
    let sound = || {
        let body = json!({"id": 30, "name": "n", "status": "GREEN"});
        reply(StatusCode::OK, "application/json", body)
    };
    assert_eq!(described(STATUS, &sound()), Ok(()));
    let unsound: [fn(&mut Reply); 18] = [
        |reply| reply.status = StatusCode::IM_A_TEAPOT,
        |reply| reply.body["status"] = "BLUE".into(),
        |reply| reply.body["status"] = "RED".into(), // without a deadline
        |reply| reply.body["resetDateTime"] = DEADLINE.into(), // with GREEN
        |reply| reply.body["reason"] = "IT".into(),  // with GREEN
        |reply| reply.body["reviewDueDateTime"] = "tomorrow".into(),
        |reply| reply.body["notes"] = Value::Null,
        |reply| reply.body["colour"] = 1.into(),
        |reply| reply.body["modifiedDate"] = "yesterday".into(),
        |reply| reply.body["modifiedDate"] = "2026-11-21T13:05:00.5Z".into(),
        |reply| reply.body["modifiedDate"] = "2026-11-21T13:05:00+00:00".into(),
        |reply| drop(reply.headers.remove("etag")),
        |reply| drop(reply.headers.remove("cache-control")),
        |reply| drop(reply.headers.remove("strict-transport-security")),
        |reply| drop(reply.headers.remove("x-content-type-options")),
        |reply| drop(reply.headers.remove("x-request-id")),
        |reply| drop(reply.headers.insert("x-colour", HeaderValue::from_static("1"))),
        |reply| drop(reply.headers.insert("etag", HeaderValue::from_static("untagged"))),
    ];
    for (number, change) in unsound.into_iter().enumerate() {
        let mut changed = sound();
        change(&mut changed);
        assert!(described(STATUS, &changed).is_err(), "{number}");
    }
}

#[test]
fn the_rule_of_the_deadline_holds_wherever_a_status_is_shown() {
    let page = |entry: Value| {
        let mut page = reply(StatusCode::OK, "application/json", json!({"items": [entry]}));
        page.headers.remove("etag");
        page
    };
    let listed = json!({"id": 30, "name": "n", "typeId": 1, "region": 10});
    let changed = json!({
        "version": 1, "cause": "update", "previousStatus": "GREEN", "modifiedBy": "editor",
        "modifiedDate": "2026-11-21T09:05:00Z",
    });
    for (path, entry) in [("/services", listed), (HISTORY, changed)] {
        for (status, has_deadline, sound) in [
            ("GREEN", false, true),
            ("GREEN", true, false),
            ("AMBER", false, false),
            ("AMBER", true, true),
            ("RED", false, false),
            ("RED", true, true),
        ] {
            let mut entry = entry.clone();
            entry["status"] = status.into();
            has_deadline.then(|| entry["resetDateTime"] = DEADLINE.into());
            let is_described = described(path, &page(entry));
            assert_eq!(is_described.is_ok(), sound, "{path} {status}: {is_described:?}");
        }
    }
}

/// To clients more values can come; this version has only those that openapi.yaml describes.
#[test]
fn an_undocumented_value_is_noticed() {
    let shown = |reason: &str| {
        let body = json!({
            "id": 30, "name": "n", "status": "RED", "resetDateTime": DEADLINE, "reason": reason,
        });
        described(STATUS, &reply(StatusCode::OK, "application/json", body))
    };
    assert_eq!(shown("STAFFING"), Ok(()));
    assert!(shown("STRIKE").is_err());
    let refused = |code: &str| {
        let body = json!({
            "type": "urn:capacity-status:problem:x", "title": "t", "status": 404, "detail": "d",
            "instance": "/services/30/capacitystatus", "code": code, "requestId": "r1",
        });
        let mut reply = reply(StatusCode::NOT_FOUND, "application/problem+json", body);
        reply.headers.remove("etag");
        described(STATUS, &reply)
    };
    assert_eq!(refused("SERVICE_NOT_FOUND"), Ok(()));
    assert!(refused("SERVICE_CLOSED").is_err());
}
