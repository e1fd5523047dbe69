//! Prepares the documentation: Swagger UI's files, taken from an archive in a crate and compressed, and
//! openapi.yaml without the parts that only the gateway needs. All of it becomes part of the binary. The
//! function fills in the deployment's addresses when it starts.

use std::{
    error::Error,
    fs,
    io::{Cursor, Read as _, Write as _},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Map, Value, json};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// The files to take from Swagger UI's archive, and their names here.
const ASSETS: [(&str, &str); 6] = [
    ("LICENSE", "swagger-ui-LICENSE.txt"),
    ("NOTICE", "swagger-ui-NOTICE.txt"),
    ("dist/oauth2-redirect.html", "oauth2-redirect.html"),
    ("dist/oauth2-redirect.js", "oauth2-redirect.js"),
    ("dist/swagger-ui-bundle.js", "swagger-ui-bundle.js"),
    ("dist/swagger-ui.css", "swagger-ui.css"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let target = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for (path, asset) in ASSETS {
        // The archive has one folder, named after the version.
        let named = |known: &str| known.split_once('/').is_some_and(|(_, below)| below == path);
        let full = archive.file_names().flatten().find(|known| named(known));
        let full = full.ok_or(path)?.into_owned();
        let mut bytes = Vec::new();
        archive.by_name(&full)?.read_to_end(&mut bytes)?;
        compress(&target.join(asset), &bytes)?;
    }
    let source = "../../openapi.yaml";
    let own = "src/start.js";
    for file in [source, own] {
        println!("cargo::rerun-if-changed={file}");
    }
    compress(&target.join("start.js"), &fs::read(own)?)?;
    let document = for_readers(serde_saphyr::from_str(&fs::read_to_string(source)?)?);
    fs::write(target.join("openapi.json"), serde_json::to_string_pretty(&document)?)?;
    fs::write(target.join("openapi.yaml"), serde_saphyr::to_string(&document)?)?;
    Ok(())
}

fn compress(file: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(fs::write(file.with_added_extension("gz"), encoder.finish()?)?)
}

/// The document without the gateway's parts: among them are the catch-all path `/$default` and HEAD, which is the same
/// as GET. Pages for people are no part of the contract either. The path that older clients use ends in `/`, as they know it. Readers can also enter a token that they
/// already have.
fn for_readers(mut document: Value) -> Value {
    strip(&mut document);
    if let Some(server) = document.pointer_mut("/servers/0").and_then(Value::as_object_mut) {
        server.retain(|name, _| name == "url");
    }
    if let Some(text) = document.pointer_mut("/components/securitySchemes/oauth2/description") {
        // Drops paragraphs about placeholder addresses, because the function fills in the real ones.
        let paragraphs = text.as_str().unwrap_or_default().split("\n\n");
        *text = paragraphs.filter(|text| !text.contains(".invalid")).collect::<String>().into();
    }
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.remove("/$default");
        paths.retain(|path, _| path != "/web" && !path.starts_with("/web/"));
        *paths = std::mem::take(paths).into_iter().map(without_variable).collect();
        for path in paths.values_mut().filter_map(Value::as_object_mut) {
            path.remove("head");
            take_tokens(path);
        }
    }
    if let Some(tags) = document.get_mut("tags").and_then(Value::as_array_mut) {
        tags.retain(|tag| tag.get("name") != Some(&json!("Pages")));
    }
    while remove_unused(&mut document) {}
    let schemes =
        document.pointer_mut("/components/securitySchemes").and_then(Value::as_object_mut);
    let token = json!({
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token that you already have.",
    });
    schemes.map(|schemes| schemes.insert("token".to_owned(), token));
    document
}

/// Removes the components that nothing refers to, and says whether there were any. Others may be unused afterwards.
fn remove_unused(document: &mut Value) -> bool {
    let text = document.to_string();
    let mut is_changed = false;
    let components = document.get_mut("components").and_then(Value::as_object_mut);
    for (kind, named) in components.into_iter().flatten() {
        if let Some(named) = named.as_object_mut().filter(|_| kind != "securitySchemes") {
            let before = named.len();
            named.retain(|name, _| text.contains(&format!("\"#/components/{kind}/{name}\"")));
            is_changed |= named.len() < before;
        }
    }
    is_changed
}

/// A path without the greedy variable that the gateway needs where a path ends in `/`.
fn without_variable((path, mut item): (String, Value)) -> (String, Value) {
    let Some(path) = path.strip_suffix("{proxy+}") else { return (path, item) };
    if let Some(parameters) = item.get_mut("parameters").and_then(Value::as_array_mut) {
        parameters.retain(|parameter| parameter.get("name") != Some(&json!("proxy+")));
    }
    (path.to_owned(), item)
}

/// Lets each operation that needs a token accept one that the reader already has.
fn take_tokens(path: &mut Map<String, Value>) {
    for operation in path.values_mut() {
        let Some(security) = operation.get_mut("security").and_then(Value::as_array_mut) else {
            continue;
        };
        if !security.is_empty() {
            security.push(json!({"token": []}));
        }
    }
}

/// Removes what only the gateway reads.
fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !name.starts_with("x-amazon-apigateway-"));
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
