//! Sends the load with [oha](https://github.com/hatoo/oha): one process for each kind of request, at a
//! fixed rate, however slow the responses are. Latency counts from the time a request was due.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::{
    Error,
    generated_directory::GeneratedDirectory,
    request::{body, path},
    request_kind::RequestKind,
};

const VERSION: &str = "1.16.0";

/// The most requests of a kind in flight at the same time.
const CONNECTIONS: &str = "32";
/// API Gateway's limit for a function.
const TIMEOUT: &str = "30s";
/// The most different URLs and bodies; oha picks them at random.
const SAMPLES: u64 = 100_000;

/// Responses and latencies of one kind of request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LatencyResult {
    /// The kind.
    pub kind: RequestKind,
    /// The number of requests.
    pub requests: u64,
    /// Responses by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Requests without a response, by reason.
    pub errors: BTreeMap<String, u64>,
    /// Responses per second.
    pub rate: f64,
    /// The median latency.
    pub p50_ms: f64,
    /// The 95th percentile.
    pub p95_ms: f64,
    /// The 99th percentile.
    pub p99_ms: f64,
    /// The maximum.
    pub max_ms: f64,
}

/// The part of oha's report that is used here; times are in seconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OhaReport {
    summary: Summary,
    latency_percentiles: BTreeMap<String, Option<f64>>,
    status_code_distribution: BTreeMap<u16, u64>,
    error_distribution: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    slowest: Option<f64>,
    requests_per_sec: f64,
}

impl LatencyResult {
    /// Whether every request got an expected response.
    #[must_use]
    pub fn is_successful(&self) -> bool {
        let answered: u64 = self.statuses.values().sum();
        let expected = self.kind.expected();
        answered == self.requests
            && self.errors.is_empty()
            && self.statuses.keys().all(|status| expected.contains(status))
    }

    /// Whether the latency target is met; `None` if there is none.
    #[must_use]
    pub fn meets_target(&self) -> Option<bool> {
        let target = self.kind.target()?;
        let pairs =
            [(self.p50_ms, target.p50), (self.p95_ms, Some(target.p95)), (self.max_ms, target.max)];
        Some(pairs.into_iter().all(|(measured, target)| target.is_none_or(|it| measured <= it)))
    }
}

/// Finds oha in the tools folder, or builds it there. It does not compile without TLS.
///
/// # Errors
/// The build fails.
pub async fn find_or_install(tools: &Path) -> Result<PathBuf, Error> {
    let home = tools.join(format!("oha-{VERSION}"));
    let program = home.join("bin/oha");
    if program.exists() {
        return Ok(program);
    }
    eprintln!("building oha {VERSION}, which takes some minutes");
    let mut command = Command::new("cargo");
    command.args(["install", "--quiet", "--locked", "--root"]);
    let built = command.arg(&home).arg(format!("oha@{VERSION}")).status().await;
    match built {
        Ok(status) if status.success() => Ok(program),
        Ok(status) => Err(Error::LoadGenerator(format!("cargo install failed ({status})"))),
        Err(error) => Err(Error::Start("installation of oha", error)),
    }
}

/// A run of oha: requests of one kind at a fixed rate.
#[derive(Clone, Debug)]
pub struct LoadRun<'a> {
    /// The oha program.
    pub oha: &'a Path,
    /// A folder for the files of URLs and bodies.
    pub folder: &'a Path,
    /// The gateway's URL.
    pub gateway: &'a str,
    /// The directory whose services are requested.
    pub directory: GeneratedDirectory,
    /// The kind of request.
    pub kind: RequestKind,
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// The number of requests.
    pub requests: u64,
    /// Requests per second.
    pub rate: f64,
}

impl LoadRun<'_> {
    /// Sends the requests and waits for the last response.
    ///
    /// # Errors
    /// oha does not run, or writes no report.
    pub async fn send(self) -> Result<LatencyResult, Error> {
        let Self { kind, requests, directory, .. } = self;
        let samples = 0..requests.min(SAMPLES);
        let urls = samples.clone().map(|_| self.gateway.to_owned() + &path(kind, directory));
        let urls = self.write("urls", urls.collect())?;
        let mut command = Command::new(self.oha);
        command
            .args(["--no-tui", "--output-format", "json", "--worker-threads", "1", "-t", TIMEOUT])
            .args(["--latency-correction", "-c", CONNECTIONS, "-m", kind.method()])
            .args(["-n", &requests.to_string(), "-q", &self.rate.to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        for (name, value) in &self.headers {
            command.args(["-H", &format!("{name}: {value}")]);
        }
        let bodies: Vec<String> = samples.filter_map(|_| body(kind)).collect();
        if !bodies.is_empty() {
            command.arg("-Z").arg(self.write("bodies", bodies)?);
        }
        command.arg("--urls-from-file").arg(urls);
        let output = command.output().await.map_err(|error| Error::Start("oha", error))?;
        let report = serde_json::from_slice(&output.stdout);
        let report =
            report.map_err(|error| Error::LoadGenerator(format!("{}: {error}", output.status)));
        Ok(latency_result(kind, requests, report?))
    }

    fn write(&self, contents: &str, lines: Vec<String>) -> Result<PathBuf, Error> {
        let name: String = self.kind.name().chars().filter(char::is_ascii_alphanumeric).collect();
        let file = self.folder.join(format!("{name}-{contents}.txt"));
        let written = fs::write(&file, lines.join("\n"));
        written.map_err(|error| Error::File(file.clone(), error))?;
        Ok(file)
    }
}

fn latency_result(kind: RequestKind, requests: u64, report: OhaReport) -> LatencyResult {
    let OhaReport { summary, latency_percentiles, status_code_distribution, error_distribution } =
        report;
    let ms =
        |name: &str| latency_percentiles.get(name).copied().flatten().unwrap_or(f64::NAN) * 1e3;
    LatencyResult {
        kind,
        requests,
        statuses: status_code_distribution,
        errors: error_distribution,
        rate: summary.requests_per_sec,
        p50_ms: ms("p50"),
        p95_ms: ms("p95"),
        p99_ms: ms("p99"),
        max_ms: summary.slowest.unwrap_or(f64::NAN) * 1e3,
    }
}
