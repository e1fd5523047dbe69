//! The stack's own HTTP server passes on what pages need: cookies, redirects, one origin.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Response},
};
use reqwest::StatusCode;

use super::gateway::{describe, servers, without_redirects};

#[tokio::test]
async fn cookies_and_redirects_of_pages_pass_unchanged() {
    let upstream = async |headers: HeaderMap| {
        let cookies = headers.get_all("cookie").iter().map(|value| value.to_str().expect("ASCII"));
        let cookies = cookies.collect::<Vec<_>>().join("|");
        let response = Response::builder().status(303).header("location", "/web/mine");
        let response = response.header("set-cookie", "a=1; Path=/").header("set-cookie", "b=2");
        response.header("x-cookies", cookies).body(Body::empty()).expect("a response")
    };
    let servers = servers("cookies", Router::new().fallback(upstream));
    let request = without_redirects().get(format!("{}/web", servers.url));
    let request = request.header("cookie", "session=x; o=y").header("cookie", "p=z");
    let response = request.send().await.expect("an answer");
    let values = |name: &str| {
        let values = response.headers().get_all(name).iter();
        values.map(|value| value.to_str().expect("ASCII").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(values("location"), ["/web/mine"]);
    assert_eq!(values("set-cookie"), ["a=1; Path=/", "b=2"]);
    assert_eq!(values("x-cookies"), ["session=x; o=y; p=z"]);
}

/// Otherwise a sign-in would end at another origin than it began, where its cookie is not.
#[tokio::test]
async fn a_page_by_another_name_of_the_machine_leads_to_its_own_address() {
    let servers = servers("origin", Router::new().fallback(describe));
    let at = async |host: String, path: &str| {
        let request = without_redirects().get(format!("{}{path}", servers.url));
        let response = request.header("host", host).send().await.expect("an answer");
        let location = response.headers()["location"].to_str().expect("ASCII").to_owned();
        (response.status().as_u16(), location)
    };
    let (_, port) = servers.url.rsplit_once(':').expect("a port");
    for path in ["/web", "/web?to=/web/mine", "/web/services/1?a=%20"] {
        let own = format!("http://127.0.0.1:{port}{path}");
        assert_eq!(at(format!("localhost:{port}"), path).await, (307, own));
        assert_eq!(at(format!("127.0.0.1:{port}"), path).await.0, 308, "passed on");
    }
    for path in ["/webx", "/services", "/"] {
        assert_eq!(at(format!("localhost:{port}"), path).await.0, 308, "{path}");
    }
    assert_eq!(at("localhost.example.org".to_owned(), "/web").await.0, 308);
}
