//! The served documentation: it is openapi.yaml, and the page has all of its files.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{App, Reply, World, document};

async fn app() -> App {
    World::default().start().await
}

async fn read(app: &App, path: &str, encoding: &str) -> Reply {
    let route = if path.starts_with("/docs/") { "/docs/{file}" } else { path };
    let call = app.other("GET", path, route);
    call.header("accept-encoding", encoding).send().await
}

/// openapi.yaml without the gateway's extensions, built independently.
fn expected() -> Value {
    fn without_gateway(value: Value) -> Value {
        match value {
            Value::Object(members) => {
                let ours = |name: &String| {
                    !(name.contains("amazon") || name == "/$default" || name.starts_with("/web"))
                };
                let kept = members.into_iter().filter(|(name, _)| ours(name));
                kept.map(|(name, value)| (name, without_gateway(value))).collect()
            }
            Value::Array(items) => items.into_iter().map(without_gateway).collect(),
            other => other,
        }
    }
    let mut expected = without_gateway(document("openapi.yaml"));
    let paths = expected["paths"].as_object_mut().expect("paths");
    let mut old = paths.remove("/services/{id}/capacitystatus/{proxy+}").expect("the old path");
    old["parameters"].as_array_mut().expect("parameters").remove(0);
    paths.insert("/services/{id}/capacitystatus/".to_owned(), old);
    for path in paths.values_mut().filter_map(Value::as_object_mut) {
        let head = path.remove("head");
        assert_eq!(head.is_some(), path.contains_key("get"), "HEAD wherever there is GET");
    }
    let pages =
        expected["tags"].as_array_mut().expect("tags").extract_if(.., |tag| tag["name"] == "Pages");
    assert_eq!(pages.count(), 1, "a tag that no operation has");
    let unused = unused(&mut expected);
    for (kind, name) in
        [("responses", "AsGet"), ("responses", "SupportedMethods"), ("schemas", "WebUpdate")]
    {
        assert!(unused.contains(&(kind.to_owned(), name.to_owned())), "{name}: {unused:?}");
    }
    expected["servers"] = json!([{"url": "https://api.example.org"}]);
    let description = &mut expected["components"]["securitySchemes"]["oauth2"]["description"];
    let (kept, _) = description.as_str().and_then(|text| text.split_once("\n\n")).expect("two");
    *description = kept.into();
    let text = expected.to_string();
    let expected = text.replace("https://login-domain.invalid", "https://login.example.org");
    serde_json::from_str(&expected).expect("JSON")
}

/// Takes out the components to which no path leads.
fn unused(document: &mut Value) -> BTreeSet<(String, String)> {
    let mut used = BTreeSet::new();
    let mut reached = vec![document["paths"].clone()];
    while let Some(value) = reached.pop() {
        let reference =
            value["$ref"].as_str().and_then(|target| target.strip_prefix("#/components/"));
        if let Some((kind, name)) = reference.and_then(|target| target.split_once('/'))
            && used.insert((kind.to_owned(), name.to_owned()))
        {
            reached.push(document["components"][kind][name].clone());
        }
        match value {
            Value::Object(members) => reached.extend(members.into_iter().map(|(_, member)| member)),
            Value::Array(items) => reached.extend(items),
            _ => {}
        }
    }
    let mut unused = BTreeSet::new();
    for (kind, named) in document["components"].as_object_mut().expect("components") {
        let named = named.as_object_mut().filter(|_| kind != "securitySchemes");
        named.into_iter().for_each(|named| {
            named.retain(|name, _| {
                let own = (kind.clone(), name.clone());
                used.contains(&own) || !unused.insert(own)
            });
        });
    }
    unused
}

#[tokio::test]
async fn the_document_served_is_the_contract_with_the_deployments_addresses() {
    let app = app().await;
    let json = read(&app, "/openapi.json", "").await;
    let mut served = json.ok().clone();
    assert_eq!(*read(&app, "/openapi.yaml", "").await.ok(), served);
    // A client can also enter a token that it already has, wherever one is needed.
    let schemes = served["components"]["securitySchemes"].as_object_mut().expect("schemes");
    assert_eq!(schemes.remove("token").expect("a scheme")["scheme"], "bearer");
    let mut secured = 0;
    for item in served["paths"].as_object_mut().expect("paths").values_mut() {
        for operation in item.as_object_mut().expect("a path").values_mut() {
            let security = operation.get_mut("security").and_then(Value::as_array_mut);
            let Some(security) = security else { continue };
            if !security.is_empty() {
                assert_eq!(security.pop(), Some(json!({"token": []})));
                secured += 1;
            }
        }
    }
    assert!(secured > 0);
    assert_eq!(served, expected());
}

#[tokio::test]
async fn the_documentation_page_has_all_its_files_and_no_external_ones() {
    let app = app().await;
    let page = read(&app, "/docs", "gzip").await;
    let text = page.ok().as_str().expect("a page");
    assert!(text.contains("data-client-id=\"people\""), "{text}");
    let named = text.split(['"', '\'']).filter(|part| part.starts_with("docs/"));
    let named: Vec<_> = named.collect();
    assert_eq!(named.len(), 3, "{named:?}");
    let returning = ["docs/oauth2-redirect.html", "docs/oauth2-redirect.js"];
    for file in named.into_iter().chain(returning) {
        let reply = read(&app, &format!("/{file}"), "gzip").await;
        assert!(!reply.ok().as_str().expect("a text").is_empty(), "{file}");
        assert_eq!(reply.header("cache-control"), "public, max-age=3600");
    }
    assert!(!text.contains("http") && !text.contains("//"), "{text}");
    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' https://api.example.org https://login.example.org; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    );
    for file in ["/docs/index.html", "/docs/..", "/docs/page.html", "/docs/"] {
        assert_eq!(read(&app, file, "").await.refused(404), "PATH_NOT_FOUND", "{file}");
    }
}

#[tokio::test]
async fn a_file_is_compressed_if_the_client_accepts_gzip() {
    let app = app().await;
    for (encoding, compressed) in [
        ("gzip", true),
        ("br, GZIP;q=0.5", true),
        ("*", true),
        ("gzip;q=0, *", false),
        ("*;q=0", false),
        ("br", false),
        ("gzip;q=x", false),
        ("", false),
    ] {
        let reply = read(&app, "/openapi.json", encoding).await;
        let coding = if compressed { "gzip" } else { "" };
        assert_eq!(reply.header("content-encoding"), coding, "{encoding}");
        assert_eq!(reply.header("etag").ends_with("-gzip\""), compressed, "{encoding}");
        assert_eq!(reply.header("vary"), "Accept-Encoding");
        assert_eq!(reply.body["openapi"], "3.0.1");
    }
}

#[tokio::test]
async fn a_cached_file_is_304() {
    let app = app().await;
    for path in ["/docs", "/openapi.json", "/openapi.yaml"] {
        let first = read(&app, path, "gzip").await;
        assert_eq!(first.header("cache-control"), "no-cache");
        let asked = |tag: &str| {
            let call = app.other("GET", path, path);
            call.header("accept-encoding", "gzip").header("if-none-match", tag).send()
        };
        let known = asked(first.header("etag")).await;
        assert_eq!((known.status.as_u16(), &known.body), (304, &Value::Null));
        assert_eq!(known.header("etag"), first.header("etag"));
        asked("\"another\"").await.ok();
    }
}
