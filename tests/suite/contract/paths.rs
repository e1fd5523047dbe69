//! Paths and methods: OPTIONS, the path that older clients use, and what the API does not have.

use std::collections::BTreeMap;

use reqwest::Url;
use serde_json::{Value, json};

use crate::harness::{App, Call, World, document, published_path};

async fn app() -> App {
    World::default().start().await
}

/// The methods of each path in openapi.yaml, and OPTIONS. PATCH is described but never accepted. A page may lead on to
/// another.
fn taken() -> BTreeMap<String, Vec<String>> {
    let document = document("openapi.yaml");
    let paths = document["paths"].as_object().expect("paths").iter();
    let methods = |item: &Value| -> Vec<String> {
        let described = item.as_object().expect("a path").iter();
        let taken = described.filter(|(_, operation)| {
            ["200", "303"].iter().any(|status| operation["responses"][status].is_object())
        });
        let mut taken: Vec<_> = taken.map(|(method, _)| method.to_uppercase()).collect();
        taken.push("OPTIONS".to_owned());
        taken.sort_unstable();
        taken
    };
    let all = paths.map(|(path, item)| (path.clone(), methods(item)));
    all.filter(|(path, _)| path != "/$default").collect()
}

/// As the gateway sends it, as it does under a base path, and as the local router does.
fn each_way<'a>(app: &'a App, method: &str, path: &str) -> [Call<'a>; 3] {
    let given = path.replace("{id}", "30").replace("{file}", "start.js");
    let given = published_path(&given);
    let local = app.other(method, &given, path);
    [
        app.other(method, &given, path),
        app.other(method, &format!("/api/v0.0.1/capacity{given}"), path),
        local.event(|event| event["routeKey"] = "$default".into()),
    ]
}

#[tokio::test]
async fn an_unsupported_method_is_refused_with_the_supported_ones() {
    let app = app().await;
    for (path, taken) in taken() {
        for method in ["GET", "PUT", "DELETE", "HEAD", "POST", "TRACE", "BREW"] {
            if taken.iter().any(|known| known == method) {
                continue;
            }
            for call in each_way(&app, method, &path) {
                let reply = call.send().await;
                assert_eq!(reply.status, 405, "{method} {path}");
                if method != "HEAD" {
                    assert_eq!(reply.refused(405), "METHOD_NOT_ALLOWED", "{method} {path}");
                }
                assert_eq!(reply.header("allow"), taken.join(", "), "{method} {path}");
            }
        }
    }
}

/// So browsers' preflight requests succeed: the gateway only adds its headers to this answer.
#[tokio::test]
async fn options_is_answered_with_the_supported_methods() {
    let app = app().await;
    for (path, taken) in taken() {
        for call in each_way(&app, "OPTIONS", &path) {
            let reply = call.send().await;
            assert_eq!((reply.status.as_u16(), &reply.body), (204, &Value::Null), "{path}");
            assert_eq!(reply.header("allow"), taken.join(", "), "{path}");
        }
    }
    for path in ["/", "/services/30", "/services/30/capacitystatus/"] {
        let reply = app.other("OPTIONS", path, "/$default").send().await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (204, "OPTIONS"), "{path}");
    }
}

/// The path that older clients use, if the gateway's route for it does not match.
#[tokio::test]
async fn an_old_path_that_the_gateway_did_not_match_is_redirected() {
    let app = app().await;
    for base in ["", "/api", "/api/v0.0.1/capacity"] {
        let path = format!("{base}/services/30/capacitystatus/");
        for method in ["GET", "PUT", "HEAD", "PATCH", "DELETE"] {
            let reply = app.other(method, &path, "/$default").send().await;
            assert_eq!(
                (reply.status.as_u16(), &reply.body),
                (308, &Value::Null),
                "{method} {path}"
            );
            let old = Url::parse(&format!("https://api.example.org{path}")).expect("a URL");
            let new = old.join(reply.header("location")).expect("a URL");
            assert_eq!(new.path(), format!("{base}/services/30/capacitystatus"));
        }
    }
}

/// The route of the old path matches everything below it too. Only the old path itself exists.
#[tokio::test]
async fn below_the_old_path_is_nothing() {
    let app = World::family().start().await;
    let route = "/services/{id}/capacitystatus/{proxy+}";
    let red = json!({"status": "RED"});
    for rest in ["x", "/", "history/", "%20", ".."] {
        let below = |event: &mut Value| {
            event["rawPath"] = format!("/services/30/capacitystatus/{rest}").into();
            event["pathParameters"]["proxy"] = rest.into();
        };
        for call in [
            app.get(30).path(route).event(below),
            app.get(30).path(route).event(below).by("reader"),
            app.put(30, red.clone()).path(route).event(below),
            app.put(30, red.clone()).path(route).event(below).by("editor"),
            app.patch(30).path(route).event(below),
            app.other("DELETE", &format!("/services/30/capacitystatus/{rest}"), route),
        ] {
            let reply = call.send().await;
            assert_eq!(reply.refused(404), "PATH_NOT_FOUND", "{rest}");
            let path = format!("/services/30/capacitystatus/{rest}");
            assert_eq!(reply.body["instance"], path, "{rest}");
        }
    }
    assert_eq!(app.history(30).await.len(), 0);
    // API Gateway may send an empty variable, or leave it out.
    for call in [app.put(30, red.clone()), app.get(30)] {
        let empty = |event: &mut Value| event["pathParameters"]["proxy"] = "".into();
        assert_eq!(call.path(route).event(empty).by("editor").send().await.ok()["status"], "RED");
    }
    assert_eq!(app.get(30).path(route).by("reader").send().await.ok()["status"], "RED");
}

#[tokio::test]
async fn an_unknown_path_is_refused_for_every_method() {
    let app = app().await;
    for path in [
        "/",
        "",
        "//services",
        "/services/",
        "/Services",
        "/services/30",
        "/services//capacitystatus",
        "/services/30/capacitystatus/history/",
        "/services/30/capacitystatus/x",
        "/services/../services",
        "/services%2F30/capacitystatus",
        "/_ping/",
        "/_PING",
        "/docs/",
        "/docs/a/b",
        "/api/v0.0.1/capacity/services",
        "/\u{0}",
        "/é?#",
    ] {
        for method in ["GET", "PUT", "POST"] {
            let reply = app.other(method, path, "/$default").send().await;
            assert_eq!(reply.refused(404), "PATH_NOT_FOUND", "{method} {path:?}");
        }
    }
}

/// As a reference that a client can resolve and that fits into a log: API Gateway decodes the path, the local router does
/// not. Behind a base path, the path that was sent has it.
#[tokio::test]
async fn the_refusal_of_an_unknown_path_names_that_path() {
    let app = app().await;
    let long = format!("/{}", "x/é".repeat(3_000));
    let encoded = long.replace('é', "%C3%A9");
    for (sent, instance) in [
        ("/services/30", "/services/30"),
        ("/api/v0.0.1/capacity/nothing", "/api/v0.0.1/capacity/nothing"),
        ("/a b/é", "/a%20b/%C3%A9"),
        ("/a%20b/%c3%a9", "/a%20b/%c3%a9"),
        ("/100%/%2/%zz/%é", "/100%25/%252/%25zz/%25%C3%A9"),
        ("/?a=b#c", "/%3Fa=b%23c"),
        ("/<script>\"\\{id}^`|", "/%3Cscript%3E%22%5C%7Bid%7D%5E%60%7C"),
        ("/\r\nx-log: 1\u{1b}[0m\u{202e}", "/%0D%0Ax-log:%201%1B%5B0m%E2%80%AE"),
        ("//example.net/a", "/.//example.net/a"),
        ("///", "/.///"),
        ("", "/"),
        ("services", "/services"),
        (&long, &encoded),
    ] {
        let reply = app.other("GET", sent, "/$default").send().await;
        assert_eq!(reply.refused(404), "PATH_NOT_FOUND", "{sent}");
        assert_eq!(reply.body["instance"], instance, "{sent}");
        let base = Url::parse("https://api.example.org/base").expect("a URL");
        let resolved = base.join(instance).expect("a URL");
        assert_eq!(resolved.host_str(), Some("api.example.org"), "{sent}");
    }
    for file in ["nothing.js", "a b", "../x"] {
        let reply = app.other("GET", &format!("/docs/{file}"), "/docs/{file}").send().await;
        assert_eq!(reply.refused(404), "PATH_NOT_FOUND", "{file}");
        assert_eq!(reply.body["instance"], format!("/docs/{}", file.replace(' ', "%20")));
    }
}

/// API Gateway decodes the parameters of its routes. `cargo lambda watch` names no route and decodes nothing.
#[tokio::test]
async fn a_path_parameter_is_decoded_once() {
    let app = World::family().start().await;
    let routed = |id: &str| {
        let key = format!("GET {}", "/services/{id}/capacitystatus");
        app.get(id).by("reader").event(|event| event["routeKey"] = key.into())
    };
    let local = |id: &str| app.get(id).by("reader");
    // What the client sent, and what API Gateway makes of it.
    for (sent, decoded, instance) in [
        ("%2530", "%30", "%2530"),
        ("3%2530", "3%30", "3%2530"),
        ("%253%30", "%30", "%2530"),
        ("%C3%A9", "é", "%C3%A9"),
        ("30%20", "30 ", "30%20"),
        ("a%2Fb", "a/b", "a%2Fb"),
        // Bytes that are not UTF-8
        ("%ff30", "\u{fffd}30", "%EF%BF%BD30"),
        ("3%C30", "3\u{fffd}0", "3%EF%BF%BD0"),
        ("%zz", "%zz", "%25zz"),
        ("%", "%", "%25"),
    ] {
        for call in [local(sent), routed(decoded)] {
            let reply = call.send().await;
            assert_eq!(reply.refused(404), "SERVICE_NOT_FOUND", "{sent}");
            let instance = format!("/services/{instance}/capacitystatus");
            assert_eq!(reply.body["instance"], instance, "{sent}");
        }
    }
    for call in [local("30"), local("%33%30"), routed("30")] {
        assert_eq!(call.send().await.ok()["id"], 30);
    }
    assert_eq!(routed("%33%30").send().await.refused(404), "SERVICE_NOT_FOUND");
    let file = |file: &str, route: &str| {
        let call = app.other("GET", &format!("/docs/{file}"), "/docs/{file}");
        call.event(|event| event["routeKey"] = route.into()).send()
    };
    file("start%2ejs", "$default").await.ok();
    file("start.js", "GET /docs/{file}").await.ok();
    file("start%252ejs", "$default").await.refused(404);
    file("start%2ejs", "GET /docs/{file}").await.refused(404);
}
