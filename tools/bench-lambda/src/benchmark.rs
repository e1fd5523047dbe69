//! The benchmarks: each a binary and its event.

use std::{error::Error, fs, io, path::PathBuf};

use local_stack::schedule;

use crate::tables::root;

/// A function and an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Benchmark {
    /// The name in the report.
    pub(crate) name: &'static str,
    /// The binary's name.
    pub(crate) function: &'static str,
    /// The event's path below `events/`.
    event: &'static str,
    /// What the tables hold, and how events differ from one another.
    pub(crate) scenario: Scenario,
    /// The expected status.
    pub(crate) expected: u16,
    /// Whether it is a deployed function, not a baseline.
    pub(crate) is_deployed: bool,
}

/// What the tables hold, and how events differ from one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// The sample directory; all events are alike.
    Sample,
    /// A status with a deadline; each event names the entity tag of the answer before.
    MovedDeadline,
    /// The sample directory; each event has the cursor of the answer before, and nothing changes.
    Poll,
    /// A board of 200 services, and a person who is signed in.
    Board,
    /// The same, of which the browser has the current page.
    UnchangedBoard,
    /// A service with so many changes in the last 92 days, whose page a person opens.
    Service { changes: usize },
    /// The same, which the page asks for by itself: nothing is new.
    UnchangedService { changes: usize },
    /// A person who is signed in; each event is a new form for the status that is shown.
    Form,
}

impl Scenario {
    /// Whether there is a board of 200 services, instead of the sample directory.
    pub(crate) const fn is_board(self) -> bool {
        matches!(self, Self::Board | Self::UnchangedBoard)
    }
}

const GET: &str = "get-status/a-reader-reads-a-status";
const PUT: &str = "update-status/an-editor-sets-red";
const DEADLINE: &str = "update-deadline/an-editor-moves-the-deadline";
const PAGE: &str = "list-services/the-first-page";
const BOARD: &str = "web-board/a-board-without-a-session";
const SERVICE: &str = "web-board/a-service-without-a-session";
const BEGINNING: &str = "list-changes/a-beginning";
const FORM: &str = "web-update/a-person-sets-red";
const CALLBACK: &str = "web-session/a-callback-of-another-browser";

/// Eight changes a day.
const CHANGES: usize = 8 * 92;

/// What `web-board` is measured with beside a board.
const PAGES: [Benchmark; 4] = [
    Benchmark::new("web-board-unchanged", BOARD, Scenario::UnchangedBoard, 304),
    Benchmark::new("web-service", SERVICE, Scenario::Service { changes: 0 }, 200),
    Benchmark::new("web-service-736-changes", SERVICE, Scenario::Service { changes: CHANGES }, 200),
    Benchmark::new(
        "web-service-unchanged",
        SERVICE,
        Scenario::UnchangedService { changes: CHANGES },
        304,
    ),
];

const BASELINES: [Benchmark; 4] = [
    baseline("hello", "hello", GET),
    baseline("naive-get", "naive", GET),
    baseline("naive-put", "naive", PUT),
    baseline("naive-page", "naive", PAGE),
];

const fn baseline(name: &'static str, function: &'static str, event: &'static str) -> Benchmark {
    Benchmark { function, is_deployed: false, ..Benchmark::new(name, event, Scenario::Sample, 200) }
}

/// All benchmarks: the baselines, then every function that answers requests.
fn all() -> io::Result<Vec<Benchmark>> {
    let mut deployed = Vec::new();
    for entry in fs::read_dir(root().join("events"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name != schedule::FUNCTION {
            deployed.push(self::deployed(name)?);
        }
    }
    deployed.extend(PAGES.map(|page| Benchmark { function: "web-board", ..page }));
    deployed.sort_by_key(|one| one.name);
    Ok([BASELINES.to_vec(), deployed].concat())
}

/// A function with its most frequent event, or its first by name.
fn deployed(function: String) -> io::Result<Benchmark> {
    let (event, scenario, expected) = match function.as_str() {
        "api-docs" => ("api-docs/the-page", Scenario::Sample, 200),
        "get-status" => (GET, Scenario::Sample, 200),
        "health" => ("health/status", Scenario::Sample, 200),
        "list-services" => (PAGE, Scenario::Sample, 200),
        "list-changes" => (BEGINNING, Scenario::Poll, 200),
        "status-history" => ("status-history/the-changes", Scenario::Sample, 200),
        "update-deadline" => (DEADLINE, Scenario::MovedDeadline, 200),
        "update-status" => (PUT, Scenario::Sample, 200),
        "web-board" => (BOARD, Scenario::Board, 200),
        "web-session" => (CALLBACK, Scenario::Sample, 400),
        "web-update" => (FORM, Scenario::Form, 303),
        other => {
            let files = fs::read_dir(root().join("events").join(other))?;
            let files: io::Result<Vec<_>> = files.map(|file| Ok(file?.path())).collect();
            let first = files?.into_iter().min().unwrap_or_default();
            let case = first.file_stem().unwrap_or_default().to_string_lossy();
            (&*format!("{other}/{case}").leak(), Scenario::Sample, 200)
        }
    };
    Ok(Benchmark::new(function.leak(), event, scenario, expected))
}

/// The benchmarks with these names, or all if there are none; optionally without baselines.
pub(crate) fn select(
    names: &[String],
    deployed_only: bool,
) -> Result<Vec<Benchmark>, Box<dyn Error>> {
    let all = all()?;
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|one| one.name != *name)) {
        return Err(format!("unknown benchmark {unknown}").into());
    }
    let selected = |one: &Benchmark| names.is_empty() || names.iter().any(|name| one.name == name);
    Ok(all.into_iter().filter(|one| selected(one) && (one.is_deployed || !deployed_only)).collect())
}

impl Benchmark {
    const fn new(
        name: &'static str,
        event: &'static str,
        scenario: Scenario,
        expected: u16,
    ) -> Self {
        Self { name, function: name, event, scenario, expected, is_deployed: true }
    }

    /// A read of the status that [`Self::update`] sets.
    pub(crate) const fn read() -> Self {
        Self::new("get-status", GET, Scenario::Sample, 200)
    }

    /// An update to RED, of the service whose deadline [`DEADLINE`] moves.
    pub(crate) const fn update() -> Self {
        Self::new("update-status", PUT, Scenario::Sample, 200)
    }

    /// The path of the built binary.
    pub(crate) fn binary(&self) -> PathBuf {
        let target = if self.is_deployed { "target/lambda" } else { "target/baselines/lambda" };
        root().join(target).join(self.function).join("bootstrap")
    }

    /// Reads the event, as JSON.
    pub(crate) fn event(&self) -> io::Result<String> {
        fs::read_to_string(root().join("events").join(format!("{}.json", self.event)))
    }
}
