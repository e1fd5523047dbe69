//! How long a service had each status, as JSON and as CSV.

use std::collections::BTreeMap;

use lambda_http::Request;
use serde::Serialize;
use shared::{
    domain::{Rag, Service, Statistics, StatisticsError, Window},
    http::{Context, Problem, Response, Table, json_or_csv, service_id},
    operations::read_service,
};

use crate::{Deps, statistics_query};

const TOO_MANY_CHANGES: &str = "the window has more than 5,000 changes; ask for a shorter one";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatisticsBody {
    id: u64,
    name: String,
    from: String,
    to: String,
    seconds: u64,
    green_seconds: u64,
    amber_seconds: u64,
    red_seconds: u64,
    reasons: Vec<ReasonBody>,
    unconfirmed_resets: u64,
    longest_red_seconds: u64,
}

#[derive(Serialize)]
struct ReasonBody {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    seconds: u64,
}

pub(crate) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
    subject: &str,
) -> Result<Response, Problem> {
    let id = service_id(request);
    let service = read_service(&deps.users, &deps.services, subject, id).await?;
    let window = statistics_query::read(request, context.now)?;
    let known = deps.history.known_changes(&service, window).await?;
    let statistics = known.statistics(window).map_err(problem)?;
    let body = StatisticsBody::new(service, window, statistics);
    json_or_csv(request.headers(), &body, || body.table())
}

const fn problem(error: StatisticsError) -> Problem {
    match error {
        StatisticsError::Pruned(oldest) => Problem::HistoryPruned(oldest),
        StatisticsError::TooManyChanges => Problem::LimitExceeded(TOO_MANY_CHANGES),
    }
}

impl StatisticsBody {
    fn new(service: Service, window: Window, statistics: Statistics) -> Self {
        let sum = |by_reason: &BTreeMap<_, u64>| by_reason.values().sum();
        let (amber, red) = (statistics.amber_seconds, statistics.red_seconds);
        let (amber_seconds, red_seconds) = (sum(&amber), sum(&red));
        let reasons = by_reason(Rag::Red, red).chain(by_reason(Rag::Amber, amber));
        Self {
            id: service.id().get(),
            name: service.details.name,
            from: window.from().to_string(),
            to: window.to().to_string(),
            seconds: window.seconds(),
            green_seconds: statistics.green_seconds,
            amber_seconds,
            red_seconds,
            reasons: reasons.collect(),
            unconfirmed_resets: statistics.unconfirmed_resets,
            longest_red_seconds: statistics.longest_red_seconds,
        }
    }

    /// One line for each figure.
    fn table(&self) -> Table {
        let line = |figure: &str, status: &str, reason: &str, value: u64| {
            let Self { id, name, from, to, .. } = self;
            let (id, value) = (id.to_string(), value.to_string());
            [&id, name, from, to, figure, status, reason, &value].map(str::to_owned).to_vec()
        };
        let header = ["id", "name", "from", "to", "figure", "status", "reason", "value"];
        let mut table = vec![
            header.map(str::to_owned).to_vec(),
            line("seconds", "", "", self.seconds),
            line("greenSeconds", "GREEN", "", self.green_seconds),
            line("amberSeconds", "AMBER", "", self.amber_seconds),
            line("redSeconds", "RED", "", self.red_seconds),
            line("unconfirmedResets", "", "", self.unconfirmed_resets),
            line("longestRedSeconds", "RED", "", self.longest_red_seconds),
        ];
        table.extend(self.reasons.iter().map(|ReasonBody { status, reason, seconds }| {
            line("secondsByReason", status, reason.as_deref().unwrap_or_default(), *seconds)
        }));
        table
    }
}

fn by_reason(rag: Rag, seconds: BTreeMap<Option<String>, u64>) -> impl Iterator<Item = ReasonBody> {
    let status = rag.as_str();
    seconds.into_iter().map(move |(reason, seconds)| ReasonBody { status, reason, seconds })
}
