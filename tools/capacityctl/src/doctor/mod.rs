//! `doctor`: checks settings, credentials, tables and this machine's clock, and says how to fix what is
//! wrong. It changes nothing.

mod contents;
mod protection;

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::BeforeDeserializationInterceptorContextRef,
    },
    error::{BoxError, DisplayErrorContext, ProvideErrorMetadata as _},
    types::{IndexStatus, KeySchemaElement, Projection, TableDescription, TableStatus},
};
use aws_smithy_types::date_time::{DateTime, Format};
use shared::{
    domain::Timestamp,
    http::Clock,
    runtime::reset_limits,
    store::keys::{history, idempotency, services as keys, users as user_keys},
};

use crate::{
    Output,
    findings::{Findings, Verdict},
    target::{IDEMPOTENCY_TABLE, SERVICES_TABLE, STATUS_HISTORY_TABLE, Target, USERS_TABLE},
};

/// With more skew, a reset after a few minutes would be visibly early or late.
const MAX_SKEW_SECONDS: i64 = 2;

/// A table as the functions need it: its variable, keys and indexes.
struct ExpectedTable {
    variable: &'static str,
    keys: &'static [&'static str],
    indexes: &'static [ExpectedIndex],
}

/// An index: its name, its keys, and the attributes it must project.
type ExpectedIndex = (&'static str, [&'static str; 2], &'static [&'static str]);

const EXPECTED_TABLES: [ExpectedTable; 4] = [
    ExpectedTable {
        variable: SERVICES_TABLE,
        keys: &[keys::ID],
        indexes: &[
            (
                keys::HIERARCHY,
                [keys::REGION, keys::PATH],
                &[keys::ACTIVE, keys::TYPE_ID, keys::NAME],
            ),
            (
                keys::PENDING_RESET,
                [keys::RESET_SHARD, keys::RESET_DATE_TIME],
                &[keys::ACTIVE, keys::TYPE_ID, keys::NAME, keys::REGION, keys::PATH],
            ),
        ],
    },
    ExpectedTable {
        variable: STATUS_HISTORY_TABLE,
        keys: &[history::SERVICE_ID, history::AT],
        indexes: &[],
    },
    ExpectedTable { variable: USERS_TABLE, keys: &[user_keys::SUBJECT], indexes: &[] },
    ExpectedTable { variable: IDEMPOTENCY_TABLE, keys: &[idempotency::KEY], indexes: &[] },
];

/// Runs all checks.
pub(crate) async fn run(target: &Target) -> Output {
    let mut findings = Findings::default();
    findings.add("tables", Verdict::Ok, target.place(), None);
    check_reset_limits(target, &mut findings);
    let date = ResponseDate::default();
    for expected in &EXPECTED_TABLES {
        check_table(target, expected, &date, &mut findings).await;
    }
    check_clock(&date, &mut findings);
    if let Err(error) = contents::check(target, &mut findings).await {
        let advice = "the credentials need dynamodb:Scan on the tables of services and users";
        findings.add("what the tables hold", Verdict::Bad, error.to_string(), Some(advice));
    }
    findings.into_output()
}

/// Checks the limits that `status set` uses.
fn check_reset_limits(target: &Target, findings: &mut Findings) {
    match reset_limits(&target.settings()) {
        Ok(limits) => {
            let found = format!("{} to {} minutes", limits.min.0, limits.max.0);
            findings.add("limits of resets", Verdict::Ok, found, None);
        }
        Err(error) => {
            let advice = "`status set` needs them; they are parameters of the stack";
            findings.add("limits of resets", Verdict::Warning, error.to_string(), Some(advice));
        }
    }
}

async fn check_table(
    target: &Target,
    expected: &ExpectedTable,
    date: &ResponseDate,
    findings: &mut Findings,
) {
    let name = match target.table(expected.variable) {
        Ok(name) => name,
        Err(error) => {
            let advice = "the table names are in the stack's outputs";
            findings.add(expected.variable, Verdict::Bad, error.to_string(), Some(advice));
            return;
        }
    };
    let what = format!("table {name}");
    let request = target.client().describe_table().table_name(name).customize();
    let described = match request.interceptor(date.clone()).send().await {
        Ok(answer) => answer.table.unwrap_or_else(|| TableDescription::builder().build()),
        Err(error) => {
            let advice = advice_on(error.code());
            findings.add(what, Verdict::Bad, DisplayErrorContext(error).to_string(), Some(advice));
            return;
        }
    };
    let problems = problems(&described, expected);
    if problems.is_empty() {
        let items = described.item_count.unwrap_or_default();
        findings.add(&what, Verdict::Ok, format!("active, about {items} items"), None);
    } else {
        let advice = "a deployment creates the tables and indexes; it may still be running, or be of another version";
        findings.add(&what, Verdict::Bad, problems.join("; "), Some(advice));
    }
    if !target.is_local() {
        protection::check(target, name, &described, findings).await;
        if expected.variable == IDEMPOTENCY_TABLE {
            protection::check_time_to_live(target, name, findings).await;
        }
    }
}

fn advice_on(code: Option<&str>) -> &'static str {
    match code {
        None => {
            "no response from DynamoDB: check the region, the endpoint, the network and that there are credentials"
        }
        Some("ResourceNotFoundException") => "check the table's name, the region and the account",
        Some("AccessDeniedException") => {
            "the credentials are valid but lack dynamodb:DescribeTable on this table"
        }
        Some("ExpiredTokenException" | "ExpiredToken") => {
            "the credentials have expired: sign in again"
        }
        Some(_) => "check the credentials and this machine's clock",
    }
}

fn problems(table: &TableDescription, expected: &ExpectedTable) -> Vec<String> {
    let mut problems = Vec::new();
    if table.table_status != Some(TableStatus::Active) {
        problems.push(format!("not active: {:?}", table.table_status));
    }
    if names(table.key_schema()) != expected.keys {
        problems.push(format!("its keys are {:?}", names(table.key_schema())));
    }
    for (name, keys, attributes) in expected.indexes {
        let indexes = table.global_secondary_indexes();
        let Some(index) = indexes.iter().find(|index| index.index_name() == Some(name)) else {
            problems.push(format!("index {name} does not exist"));
            continue;
        };
        if names(index.key_schema()) != keys {
            problems.push(format!("index {name} has the keys {:?}", names(index.key_schema())));
        }
        let projected = index.projection().map(Projection::non_key_attributes).unwrap_or_default();
        for lacking in attributes.iter().filter(|name| !projected.iter().any(|own| own == *name)) {
            problems.push(format!("index {name} lacks {lacking}"));
        }
        let status = index.index_status.as_ref().map(IndexStatus::as_str);
        if let Some(status) = status.filter(|status| *status != "ACTIVE") {
            problems.push(format!("index {name} is {status}"));
        }
    }
    problems
}

fn names(schema: &[KeySchemaElement]) -> Vec<&str> {
    schema.iter().map(KeySchemaElement::attribute_name).collect()
}

/// The date of DynamoDB's last response, and this machine's time when it arrived.
#[derive(Clone, Debug, Default)]
struct ResponseDate(Arc<Mutex<Option<(String, Timestamp)>>>);

impl Intercept for ResponseDate {
    fn name(&self) -> &'static str {
        "ResponseDate"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").map(str::to_owned);
        let date = date.map(|date| (date, Clock::system().now()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

fn check_clock(date: &ResponseDate, findings: &mut Findings) {
    let date = date.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let both = date.and_then(|(theirs, ours)| {
        Some((DateTime::from_str(&theirs, Format::HttpDate).ok()?, ours))
    });
    let Some((theirs, ours)) = both else {
        findings.add("clock", Verdict::Skipped, "DynamoDB's response has no date", None);
        return;
    };
    let difference = ours.epoch_seconds() - theirs.secs();
    let found = format!("{difference} seconds ahead of DynamoDB's");
    if difference.abs() <= MAX_SKEW_SECONDS {
        findings.add("clock", Verdict::Ok, found, None);
    } else {
        let advice = "set this machine's clock: `status set` and `status get` use it";
        findings.add("clock", Verdict::Bad, found, Some(advice));
    }
}
