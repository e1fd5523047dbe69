//! `smoke`: tests a deployed API from outside, as its clients use it.

mod check;
mod pages;
mod reads;
mod updates;

use shared::domain::ServiceId;

use self::check::{Check, Header};
use crate::{
    Output,
    findings::{Findings, Verdict},
    http_client::{HttpClient, HttpResponse},
    store_failure::innermost,
};

/// Tests the API at this URL. Without a token it tests public paths only. It changes something only if
/// a test service is given: sets it to AMBER, then to GREEN.
pub(crate) async fn run(url: &str, token: Option<&str>, write: Option<ServiceId>) -> Output {
    let (http, url, findings) = (HttpClient::new(), url.to_owned(), Findings::default());
    let mut smoke = Smoke { http, url, token: None, findings };
    smoke.run_all(reads::public()).await;
    smoke.test_pages().await;
    let Some(token) = token else {
        smoke.skipped("reads and updates", "no token: set CAPACITY_TOKEN");
        return smoke.findings.into_output();
    };
    smoke.token = Some(("authorization", format!("Bearer {token}")));
    smoke.run(reads::with_spaces(token)).await;
    smoke.test_reads(write).await;
    match write {
        Some(id) => smoke.test_updates(id.get()).await.unwrap_or_default(),
        None => smoke.skipped("updates", "no test service: name one with --write"),
    }
    smoke.findings.into_output()
}

struct Smoke {
    http: HttpClient,
    url: String,
    token: Option<Header>,
    findings: Findings,
}

impl Smoke {
    /// The pages of a deployment that has an address.
    async fn test_pages(&mut self) {
        let url = format!("{}{}", self.url, pages::START);
        match self.http.send("GET", &url, &[], None).await {
            Ok(response) if pages::is_unknown(&response) => self.skipped("pages", "not deployed"),
            _ => self.run_all(pages::signed_out()).await,
        }
    }

    /// Lists, and reads the test service or else the first one listed.
    async fn test_reads(&mut self, write: Option<ServiceId>) {
        let listed =
            Check::new("services can be listed", "GET", "/services?limit=1", 200, check::list);
        let listed = self.run(listed).await;
        self.run_all(reads::lists()).await;
        let first = listed.and_then(|list| list.at("/items/0/id").as_u64());
        let Some(id) = write.map(ServiceId::get).or(first) else {
            return self
                .skipped("reads of one service", "the list has none: name one with --write");
        };
        let status = Check::new("a status can be read", "GET", reads::path(id), 200, |it| {
            !it.header("etag").is_empty()
        });
        if let Some(status) = self.run(status).await {
            self.run_all(reads::of(id, status.header("etag"))).await;
        }
    }

    /// Ends at the first check whose failure makes the next ones pointless.
    async fn test_updates(&mut self, id: u64) -> Option<()> {
        let before =
            Check::new("the test service can be read", "GET", reads::path(id), 200, check::any);
        let before = self.run(before).await?;
        let etag = before.header("etag");
        self.run_all(updates::refused(id, etag)).await;
        self.run(updates::unchanged(id, etag)).await?;
        let key = updates::long_key();
        let updated = self.run(updates::update(id, etag, &key)).await?;
        self.run_all(updates::after(id, etag, &key, &updated.body)).await;
        self.run(updates::deadline(id, updated.header("etag"), &updated.body)).await;
        let green = self.run(updates::green(id)).await?;
        self.run(updates::no_deadline(id, green.header("etag"))).await.map(drop)
    }

    async fn run_all(&mut self, checks: impl IntoIterator<Item = Check>) {
        for check in checks {
            self.run(check).await;
        }
    }

    /// Sends the request and records whether the response is as expected; returns it if so.
    async fn run(&mut self, check: Check) -> Option<HttpResponse> {
        let url = format!("{}{}", self.url, check.path);
        let headers = [self.token.as_slice(), check.headers.as_slice()].concat();
        match self.http.send(check.method, &url, &headers, check.body.as_deref()).await {
            Ok(response) => self.judge(&check, response),
            Err(error) => {
                let found = format!("no response: {}", innermost(error.as_ref()));
                self.findings.add(check.what, Verdict::Bad, found, None);
                None
            }
        }
    }

    fn judge(&mut self, check: &Check, response: HttpResponse) -> Option<HttpResponse> {
        let passed = response.status == check.status && (check.is_expected)(&response);
        let problem =
            ["code", "message"].into_iter().find_map(|name| response.body.get(name)?.as_str());
        let found = match problem {
            Some(problem) => format!("{} {problem}", response.status),
            None => response.status.to_string(),
        };
        let (verdict, found) = match passed {
            true => (Verdict::Ok, found),
            false if response.status == check.status => {
                (Verdict::Bad, format!("{found}, but unexpected headers or body"))
            }
            false => (Verdict::Bad, format!("{found}, expected {}", check.status)),
        };
        self.findings.add(check.what, verdict, found, None);
        passed.then_some(response)
    }

    fn skipped(&mut self, what: &str, why: &str) {
        self.findings.add(what, Verdict::Skipped, why, None);
    }
}
