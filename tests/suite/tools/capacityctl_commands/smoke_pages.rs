//! `cargo ctl smoke` and the pages. `.ci/stack` runs all of it on a whole stack.

use axum::{
    Router,
    body::Body,
    http::{Response, StatusCode, Uri},
};
use local_stack::background::{Background, free_port};

use super::ctl::Ctl;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'";

type Answer = (StatusCode, &'static str, &'static str);

fn page(policy: &'static str) -> Answer {
    (StatusCode::OK, "content-security-policy", policy)
}

/// What `smoke` says of pages, if the first one is answered so.
async fn findings(first: Answer, sign_in: &'static str) -> Vec<String> {
    let listener = free_port().expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let answer = async move |uri: Uri| {
        let (status, name, value) = match uri.path() {
            "/web" => first,
            "/web/mine" => (StatusCode::SEE_OTHER, "location", "/web?to=%2Fweb%2Fmine"),
            "/web/sign-in" => (StatusCode::SEE_OTHER, "location", sign_in),
            _ => (StatusCode::IM_A_TEAPOT, "x-other", "1"),
        };
        let body =
            if status == StatusCode::NOT_FOUND { r#"{"code":"PATH_NOT_FOUND"}"# } else { "<p>" };
        let response = Response::builder().status(status).header(name, value);
        response.header("content-type", "text/html").body(Body::from(body)).expect("a response")
    };
    let router = Router::new().fallback(answer);
    let _running = Background::serve("api", listener, async |listener, stop| {
        let served = axum::serve(listener, router);
        served.with_graceful_shutdown(async move { drop(stop.await) }).await.expect("served");
    });
    let found = Ctl::start().await.run(&["smoke", &url, "--json"]).await.expect("findings");
    let found = found.json.expect("JSON");
    let pages = ["the first page", "a page", "signing in", "pages"];
    let all = found.as_array().expect("findings").iter();
    let own = all.filter(|one| {
        let what = one["what"].as_str().expect("what");
        pages.iter().any(|name| what.starts_with(name))
    });
    own.map(|one| format!("{} {}", one["what"], one["verdict"]).replace('"', "")).collect()
}

const ISSUER: &str =
    "https://id.example.org/authorize?redirect_uri=https%3A%2F%2Fa%2Fweb%2Fcallback";

#[tokio::test]
async fn smoke_tests_the_pages_if_they_are_deployed() {
    assert_eq!(
        findings(page(POLICY), ISSUER).await,
        [
            "the first page is shown ok",
            "a page without a session leads to it ok",
            "signing in leads to the issuer ok",
        ]
    );
    let gone = (StatusCode::NOT_FOUND, "x-other", "1");
    assert_eq!(findings(gone, ISSUER).await, ["pages skipped"]);
    let unprotected = findings(page("default-src *"), "/web/sign-in").await;
    assert_eq!(unprotected[0], "the first page is shown bad");
    assert_eq!(unprotected[2], "signing in leads to the issuer bad");
}
