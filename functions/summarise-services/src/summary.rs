//! The counts of a service and its children, as JSON and as CSV.

use lambda_http::Request;
use serde::Serialize;
use shared::{
    domain::{ServiceId, Timestamp},
    http::{Context, Problem, Response, Table, json_or_csv, query::parameters, service_id},
    operations::{Group, GroupCounts, SubtreeSummary, read_service, read_summary},
    telemetry::unreadable,
};

use crate::Deps;

const TOO_MANY: &str =
    "there are too many services below this one to count them; ask for its children";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryBody {
    as_of: String,
    #[serde(flatten)]
    whole: GroupBody,
    children: Vec<GroupBody>,
}

#[derive(Serialize)]
struct GroupBody {
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    total: u64,
    complete: bool,
    #[serde(flatten)]
    counts: Option<CountsBody>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CountsBody {
    green: u64,
    green_unconfirmed: u64,
    amber: u64,
    red: u64,
    overdue: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_reset_date_time: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unavailable: Vec<u64>,
}

pub(crate) async fn answer(
    deps: &Deps,
    request: &Request,
    context: &Context,
    subject: &str,
) -> Result<Response, Problem> {
    let (id, now) = (service_id(request), context.now);
    if let Err(problem) = no_parameters(request) {
        // Who may not use the API learns no more.
        read_service(&deps.users, &deps.services, subject, id).await?;
        return Err(problem);
    }
    let (_, _, found) = read_summary(&deps.users, &deps.services, subject, id, now).await?;
    let SubtreeSummary { top, children, unreadable } =
        found.ok_or(Problem::LimitExceeded(TOO_MANY))?;
    unreadable::rows(&unreadable, &context.request_id, context.correlation_id.as_deref(), now);
    let body = SummaryBody {
        as_of: now.to_string(),
        whole: GroupBody::from(top),
        children: children.into_iter().map(GroupBody::child).collect(),
    };
    json_or_csv(request.headers(), &body, || body.table())
}

fn no_parameters(request: &Request) -> Result<(), Problem> {
    let (given, mut errors) = parameters(request, &[]);
    for (name, _) in given {
        errors.add(&name, "is not a parameter of this operation");
    }
    errors.finish()
}

impl From<Group> for GroupBody {
    fn from(group: Group) -> Self {
        let total = group.total();
        let counts = match group.counts {
            GroupCounts::Complete { summary, unreadable } => Some(CountsBody {
                green: summary.green,
                green_unconfirmed: summary.green_unconfirmed,
                amber: summary.amber,
                red: summary.red,
                overdue: summary.overdue,
                next_reset_date_time: summary.next_reset.map(|at: Timestamp| at.to_string()),
                unavailable: unreadable.into_iter().map(ServiceId::get).collect(),
            }),
            GroupCounts::Incomplete { .. } => None,
        };
        Self { id: group.id.get(), name: group.name, total, complete: counts.is_some(), counts }
    }
}

impl SummaryBody {
    /// One line for the service with all below it, then one for each child. What is not known is empty.
    fn table(&self) -> Table {
        let header = [
            "id",
            "name",
            "total",
            "complete",
            "green",
            "greenUnconfirmed",
            "amber",
            "red",
            "overdue",
            "unavailable",
            "nextResetDateTime",
            "asOf",
        ];
        let groups = [&self.whole].into_iter().chain(&self.children);
        let lines = groups.map(|group| group.line(&self.as_of));
        [header.map(str::to_owned).to_vec()].into_iter().chain(lines).collect()
    }
}

impl GroupBody {
    /// The body of a child. If it is incomplete, only the index has its name, which can be an old one.
    fn child(group: Group) -> Self {
        let body = Self::from(group);
        Self { name: body.name.filter(|_| body.complete), ..body }
    }

    fn line(&self, as_of: &str) -> Vec<String> {
        let count = |count: fn(&CountsBody) -> u64| {
            self.counts.as_ref().map(|counts| count(counts).to_string()).unwrap_or_default()
        };
        let next_reset =
            self.counts.as_ref().and_then(|counts| counts.next_reset_date_time.clone());
        vec![
            self.id.to_string(),
            self.name.clone().unwrap_or_default(),
            self.total.to_string(),
            self.complete.to_string(),
            count(|counts| counts.green),
            count(|counts| counts.green_unconfirmed),
            count(|counts| counts.amber),
            count(|counts| counts.red),
            count(|counts| counts.overdue),
            count(|counts| counts.unavailable.len() as u64),
            next_reset.unwrap_or_default(),
            as_of.to_owned(),
        ]
    }
}
