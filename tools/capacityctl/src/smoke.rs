//! `smoke`: whether a deployed API does what it is for, asked from outside as clients ask.

use serde_json::{Value, json};
use shared::domain::ServiceId;

use crate::{
    Output,
    checks::{Findings, Verdict},
    http::{Answer, Http},
};

/// An update that is taken back within this many minutes, should the last step not be reached.
const RESET_MINUTES: u32 = 5;

/// Asks the API at that address. Without a token only what needs none is asked; only with a service
/// is anything changed: it is AMBER for a moment, and GREEN in the end.
pub(crate) async fn run(url: &str, token: Option<&str>, write: Option<ServiceId>) -> Output {
    let mut smoke = Smoke {
        http: Http::new(),
        url: url.trim_end_matches('/').to_owned(),
        findings: Findings::default(),
    };
    smoke.public().await;
    match (token, write) {
        (None, None) => smoke.skipped("reads and updates", "no token: set CAPACITY_TOKEN"),
        (None, Some(_)) => smoke.bad("updates", "no token: set CAPACITY_TOKEN"),
        (Some(token), write) => {
            let token = vec![("authorization", format!("Bearer {token}"))];
            smoke.read(&token).await;
            match write {
                Some(id) => smoke.write(id, &token).await,
                None => smoke.skipped("updates", "no test service: name one with --write"),
            }
        }
    }
    smoke.findings.into_output()
}

struct Smoke {
    http: Http,
    url: String,
    findings: Findings,
}

type Headers = [(&'static str, String)];

impl Smoke {
    async fn public(&mut self) {
        let named = |body: &Value| body["status"] == "pass" && body["version"].is_string();
        self.get("it is alive", "/_ping", &[], 200, named).await;
        self.get("its tables can be reached", "/_status", &[], 200, named).await;
        self.get("it is documented", "/docs", &[], 200, |_| true).await;
        let described = |body: &Value| body["openapi"].is_string();
        self.get("it is described", "/openapi.json", &[], 200, described).await;
        // It is the gateway's own words that refuse.
        self.get("nobody reads without a token", "/services?limit=1", &[], 401, |_| true).await;
        let unknown = |body: &Value| body["code"] == "PATH_NOT_FOUND";
        self.get("a path that is none is refused", "/smoke", &[], 404, unknown).await;
    }

    async fn read(&mut self, token: &Headers) {
        let listed = |body: &Value| body["items"].is_array();
        self.get("services can be listed", "/services?limit=1", token, 200, listed).await;
        let missing = |body: &Value| body["code"] == "SERVICE_NOT_FOUND";
        let path = "/services/0/capacitystatus";
        self.get("a service that is none is not found", path, token, 404, missing).await;
    }

    async fn write(&mut self, id: ServiceId, token: &Headers) {
        let path = format!("/services/{id}/capacitystatus");
        let is = |status: &'static str| move |body: &Value| body["status"] == status;
        let before = self.get("the test service can be read", &path, token, 200, |_| true).await;
        let Some(before) = before else { return };
        let Some(etag) = before.etag else {
            return self.bad("lost updates are refused", "there is no ETag to say what is known");
        };
        let matching = [token, &[("if-match", etag)]].concat();
        let amber =
            json!({"status": "AMBER", "resetStatusIn": RESET_MINUTES, "notes": "smoke test"});
        let sent = self.ask("it can be updated", "PUT", &path, &matching, Some(&amber));
        let updated =
            sent.await.and_then(|answer| self.judge("it can be updated", answer, 200, is("AMBER")));
        let Some(updated) = updated else { return };
        let same = |body: &Value| *body == updated.body;
        self.get("what was updated is read", &path, token, 200, same).await;
        let what = "an update of what it was before is refused";
        if let Some(answer) = self.ask(what, "PUT", &path, &matching, Some(&amber)).await {
            self.judge(what, answer, 412, |body| body["code"] == "PRECONDITION_FAILED");
        }
        let what = "it can be set back to GREEN";
        let green = json!({"status": "GREEN", "notes": "smoke test"});
        if let Some(answer) = self.ask(what, "PUT", &path, token, Some(&green)).await {
            self.judge(what, answer, 200, is("GREEN"));
        }
    }

    async fn get(
        &mut self,
        what: &str,
        path: &str,
        headers: &Headers,
        status: u16,
        good: impl Fn(&Value) -> bool,
    ) -> Option<Answer> {
        let answer = self.ask(what, "GET", path, headers, None).await?;
        self.judge(what, answer, status, good)
    }

    async fn ask(
        &mut self,
        what: &str,
        method: &str,
        path: &str,
        headers: &Headers,
        body: Option<&Value>,
    ) -> Option<Answer> {
        let url = format!("{}{path}", self.url);
        match self.http.send(method, &url, headers, body).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                let found = format!("no answer: {}", shared::telemetry::chain(error.as_ref()));
                self.findings.add(what, Verdict::Bad, found, None);
                None
            }
        }
    }

    /// Notes whether the answer is as it should be; gives it back if it is.
    fn judge(
        &mut self,
        what: &str,
        answer: Answer,
        status: u16,
        good: impl Fn(&Value) -> bool,
    ) -> Option<Answer> {
        let well = answer.status == status && good(&answer.body);
        let problem =
            ["code", "message"].into_iter().find_map(|name| answer.body.get(name)?.as_str());
        let found = match problem {
            Some(problem) => format!("{} {problem}", answer.status),
            None => answer.status.to_string(),
        };
        let (verdict, found) = match well {
            true => (Verdict::Ok, found),
            false if answer.status == status => {
                (Verdict::Bad, format!("{found}, with another body"))
            }
            false => (Verdict::Bad, format!("{found}, and not the {status} expected")),
        };
        self.findings.add(what, verdict, found, None);
        well.then_some(answer)
    }

    fn bad(&mut self, what: &str, why: &str) {
        self.findings.add(what, Verdict::Bad, why, None);
    }

    fn skipped(&mut self, what: &str, why: &str) {
        self.findings.add(what, Verdict::Skipped, why, None);
    }
}
