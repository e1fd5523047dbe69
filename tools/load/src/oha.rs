//! [oha](https://github.com/hatoo/oha) sends the load: one program for each kind of request, at a rate
//! of its own, whether answers come or not. A latency counts from when its request was due.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::{Failure, directory::Directory, kind::Kind};

const VERSION: &str = "1.16.0";

/// How many requests of a kind may be under way at once.
const CONNECTIONS: &str = "32";
/// How long an answer is waited for: as long as API Gateway waits for a function.
const WAIT: &str = "30s";
/// How many different addresses and bodies there are at most: oha takes one at random.
const SAMPLES: u64 = 100_000;

/// What came of the requests of one kind.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// The kind.
    pub kind: Kind,
    /// How many were sent.
    pub requests: u64,
    /// How many were answered with each status.
    pub statuses: BTreeMap<u16, u64>,
    /// Those that were not answered, by reason.
    pub errors: BTreeMap<String, u64>,
    /// Answers per second.
    pub rate: f64,
    /// Half of the answers came within so many milliseconds.
    pub p50_ms: f64,
    /// And 95 of a hundred.
    pub p95_ms: f64,
    /// And 99 of a hundred.
    pub p99_ms: f64,
    /// And all.
    pub max_ms: f64,
}

/// The members of oha's report that are used here; times are in seconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reported {
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

impl Answered {
    /// Whether each request was answered, and as it should be.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let answered: u64 = self.statuses.values().sum();
        let expected = self.kind.expected();
        answered == self.requests
            && self.errors.is_empty()
            && self.statuses.keys().all(|status| expected.contains(status))
    }

    /// Whether the target is met, if there is one.
    #[must_use]
    pub fn is_on_target(&self) -> Option<bool> {
        let target = self.kind.target()?;
        let met = [(self.p50_ms, target.p50), (self.p95_ms, target.p95), (self.max_ms, target.max)];
        Some(met.into_iter().all(|(own, target)| own <= target))
    }
}

/// oha of that version in the tools' folder, built there if need be. It does not compile without TLS.
///
/// # Errors
/// It cannot be built.
pub async fn find_or_bring(tools: &Path) -> Result<PathBuf, Failure> {
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
        Ok(status) => Err(Failure::Oha(format!("cargo install ended ({status})"))),
        Err(error) => Err(Failure::Part("installation of oha", error)),
    }
}

/// What is to be sent of one kind, and where to.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// The program.
    pub oha: &'a Path,
    /// A folder for the addresses and bodies.
    pub folder: &'a Path,
    /// The gateway.
    pub gateway: &'a str,
    /// Whose services are asked for.
    pub directory: Directory,
    /// The kind.
    pub kind: Kind,
    /// How many.
    pub requests: u64,
    /// How many each second.
    pub rate: f64,
}

impl Order<'_> {
    /// Sends them, and waits until the last is answered.
    ///
    /// # Errors
    /// oha does not run, or does not report.
    pub async fn send(self) -> Result<Answered, Failure> {
        let Self { kind, requests, directory, .. } = self;
        let samples = 0..requests.min(SAMPLES);
        let addresses = samples.clone().map(|_| self.gateway.to_owned() + &kind.path(directory));
        let addresses = self.write("urls", addresses.collect())?;
        let mut command = Command::new(self.oha);
        command
            .args(["--no-tui", "--output-format", "json", "--worker-threads", "1", "-t", WAIT])
            .args(["--latency-correction", "-c", CONNECTIONS, "-m", kind.method()])
            .args(["-n", &requests.to_string(), "-q", &self.rate.to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        for (name, value) in kind.headers() {
            command.args(["-H", &format!("{name}: {value}")]);
        }
        let bodies: Vec<String> = samples.filter_map(|_| kind.body()).collect();
        if !bodies.is_empty() {
            command.arg("-Z").arg(self.write("bodies", bodies)?);
        }
        command.arg("--urls-from-file").arg(addresses);
        let ended = command.output().await.map_err(|error| Failure::Part("oha", error))?;
        let reported = serde_json::from_slice(&ended.stdout);
        let reported = reported.map_err(|error| Failure::Oha(format!("{}: {error}", ended.status)));
        Ok(answered(kind, requests, reported?))
    }

    fn write(&self, what: &str, lines: Vec<String>) -> Result<PathBuf, Failure> {
        let name: String = self.kind.name().chars().filter(char::is_ascii_alphanumeric).collect();
        let file = self.folder.join(format!("{name}-{what}.txt"));
        let written = fs::write(&file, lines.join("\n"));
        written.map_err(|error| Failure::File(file.clone(), error))?;
        Ok(file)
    }
}

fn answered(kind: Kind, requests: u64, reported: Reported) -> Answered {
    let Reported { summary, latency_percentiles, status_code_distribution, error_distribution } =
        reported;
    let ms =
        |name: &str| latency_percentiles.get(name).copied().flatten().unwrap_or(f64::NAN) * 1e3;
    Answered {
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
