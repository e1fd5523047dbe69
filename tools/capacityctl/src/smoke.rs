//! `smoke`: tests a deployed API from outside, as its clients use it.

use serde_json::{Value, json};
use shared::domain::ServiceId;

use crate::{
    Output,
    findings::{Findings, Verdict},
    http_client::{HttpClient, HttpResponse},
    store_failure::innermost,
};

/// After this time the test service is GREEN again even if the last step fails.
const RESET_MINUTES: u32 = 5;

/// Tests the API at this URL. Without a token it tests public paths only. It changes something only if
/// a test service is given: sets it to AMBER, then to GREEN.
pub(crate) async fn run(url: &str, token: Option<&str>, write: Option<ServiceId>) -> Output {
    let mut smoke =
        Smoke { http: HttpClient::new(), url: url.to_owned(), findings: Findings::default() };
    smoke.test_public_paths().await;
    match token {
        None => smoke.skipped("reads and updates", "no token: set CAPACITY_TOKEN"),
        Some(token) => {
            let token = vec![("authorization", format!("Bearer {token}"))];
            smoke.test_reads(&token).await;
            match write {
                Some(id) => smoke.test_updates(id, &token).await,
                None => smoke.skipped("updates", "no test service: name one with --write"),
            }
        }
    }
    smoke.findings.into_output()
}

struct Smoke {
    http: HttpClient,
    url: String,
    findings: Findings,
}

type Headers = [(&'static str, String)];

impl Smoke {
    async fn test_public_paths(&mut self) {
        let healthy = |body: &Value| body["status"] == "pass" && body["version"].is_string();
        self.get("the API is alive", "/_ping", &[], 200, healthy).await;
        self.get("the tables can be reached", "/_status", &[], 200, healthy).await;
        self.get("the documentation is served", "/docs", &[], 200, |_| true).await;
        let described = |body: &Value| body["openapi"].is_string();
        self.get("the OpenAPI document is served", "/openapi.json", &[], 200, described).await;
        // The gateway itself refuses: its body is no problem document.
        self.get("a read without a token is refused", "/services?limit=1", &[], 401, |_| true)
            .await;
        let unknown = |body: &Value| body["code"] == "PATH_NOT_FOUND";
        self.get("an unknown path is refused", "/smoke", &[], 404, unknown).await;
    }

    async fn test_reads(&mut self, token: &Headers) {
        let listed = |body: &Value| body["items"].is_array();
        self.get("services can be listed", "/services?limit=1", token, 200, listed).await;
        let missing = |body: &Value| body["code"] == "SERVICE_NOT_FOUND";
        let path = "/services/0/capacitystatus";
        self.get("an unknown service is not found", path, token, 404, missing).await;
    }

    async fn test_updates(&mut self, id: ServiceId, token: &Headers) {
        let path = format!("/services/{id}/capacitystatus");
        let is = |status: &'static str| move |body: &Value| body["status"] == status;
        let before = self.get("the test service can be read", &path, token, 200, |_| true).await;
        let Some(before) = before else { return };
        let Some(etag) = before.etag else {
            return self.bad("the status has an ETag", "no ETag");
        };
        let matching = [token, &[("if-match", etag)]].concat();
        let amber =
            json!({"status": "AMBER", "resetStatusIn": RESET_MINUTES, "notes": "smoke test"});
        let sent =
            self.send("the test service can be updated", "PUT", &path, &matching, Some(&amber));
        let updated = sent.await.and_then(|response| {
            self.check("the test service can be updated", response, 200, is("AMBER"))
        });
        let Some(updated) = updated else { return };
        let same = |body: &Value| *body == updated.body;
        self.get("the updated status is read", &path, token, 200, same).await;
        let what = "an update with an outdated ETag is refused";
        if let Some(response) = self.send(what, "PUT", &path, &matching, Some(&amber)).await {
            self.check(what, response, 412, |body| body["code"] == "PRECONDITION_FAILED");
        }
        let what = "the test service can be set back to GREEN";
        let green = json!({"status": "GREEN", "notes": "smoke test"});
        if let Some(response) = self.send(what, "PUT", &path, token, Some(&green)).await {
            self.check(what, response, 200, is("GREEN"));
        }
    }

    async fn get(
        &mut self,
        what: &str,
        path: &str,
        headers: &Headers,
        status: u16,
        is_expected: impl Fn(&Value) -> bool,
    ) -> Option<HttpResponse> {
        let response = self.send(what, "GET", path, headers, None).await?;
        self.check(what, response, status, is_expected)
    }

    async fn send(
        &mut self,
        what: &str,
        method: &str,
        path: &str,
        headers: &Headers,
        body: Option<&Value>,
    ) -> Option<HttpResponse> {
        let url = format!("{}{path}", self.url);
        match self.http.send(method, &url, headers, body).await {
            Ok(response) => Some(response),
            Err(error) => {
                let found = format!("no response: {}", innermost(error.as_ref()));
                self.findings.add(what, Verdict::Bad, found, None);
                None
            }
        }
    }

    /// Records whether the response is as expected; returns it if so.
    fn check(
        &mut self,
        what: &str,
        response: HttpResponse,
        status: u16,
        is_expected: impl Fn(&Value) -> bool,
    ) -> Option<HttpResponse> {
        let passed = response.status == status && is_expected(&response.body);
        let problem =
            ["code", "message"].into_iter().find_map(|name| response.body.get(name)?.as_str());
        let found = match problem {
            Some(problem) => format!("{} {problem}", response.status),
            None => response.status.to_string(),
        };
        let (verdict, found) = match passed {
            true => (Verdict::Ok, found),
            false if response.status == status => {
                (Verdict::Bad, format!("{found}, but an unexpected body"))
            }
            false => (Verdict::Bad, format!("{found}, expected {status}")),
        };
        self.findings.add(what, verdict, found, None);
        passed.then_some(response)
    }

    fn bad(&mut self, what: &str, why: &str) {
        self.findings.add(what, Verdict::Bad, why, None);
    }

    fn skipped(&mut self, what: &str, why: &str) {
        self.findings.add(what, Verdict::Skipped, why, None);
    }
}
