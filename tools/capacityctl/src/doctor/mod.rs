//! `doctor`: whether settings, credentials, tables and this machine's clock are as they have to be,
//! and what to do where they are not. It changes nothing.

mod contents;
mod safety;

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
    config::ResetLimits,
    domain::Timestamp,
    http::Clock,
    store::keys::{history, idempotency, services as keys, users as user_keys},
};

use crate::{
    Output,
    checks::{Findings, Verdict},
    target::{IDEMPOTENCY_TABLE, SERVICES_TABLE, STATUS_HISTORY_TABLE, Target, USERS_TABLE},
};

/// By how many seconds a clock may differ: a note for a few minutes would end visibly early or late.
const SKEW_SECONDS: i64 = 2;

/// A table as it has to be: its variable, its keys, and its indexes with theirs.
struct Shape {
    variable: &'static str,
    keys: &'static [&'static str],
    indexes: &'static [Index],
}

/// An index: its name, its keys, and what it carries besides, at least.
type Index = (&'static str, [&'static str; 2], &'static [&'static str]);

const SHAPES: [Shape; 4] = [
    Shape {
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
    Shape {
        variable: STATUS_HISTORY_TABLE,
        keys: &[history::SERVICE_ID, history::AT],
        indexes: &[],
    },
    Shape { variable: USERS_TABLE, keys: &[user_keys::SUBJECT], indexes: &[] },
    Shape { variable: IDEMPOTENCY_TABLE, keys: &[idempotency::KEY], indexes: &[] },
];

/// Looks at everything.
pub(crate) async fn run(target: &Target) -> Output {
    let mut findings = Findings::default();
    findings.add("tables", Verdict::Ok, format!("those {}", target.place()), None);
    limits(target, &mut findings);
    let date = Date::default();
    for shape in &SHAPES {
        table(target, shape, &date, &mut findings).await;
    }
    clock(&date, &mut findings);
    if let Err(failure) = contents::look(target, &mut findings).await {
        let advice = "the credentials need dynamodb:Scan on the tables of services and users";
        findings.add("what the tables hold", Verdict::Bad, failure.to_string(), Some(advice));
    }
    findings.into_output()
}

/// What `status set` goes by.
fn limits(target: &Target, findings: &mut Findings) {
    let mut settings = target.settings();
    let limits = ResetLimits::read(&mut settings);
    match settings.finish(limits) {
        Ok(limits) => {
            let found = format!("{} to {} minutes", limits.min.0, limits.max.0);
            findings.add("limits of resets", Verdict::Ok, found, None);
        }
        Err(error) => {
            let advice = "`status set` needs them: they are parameters of the stack";
            findings.add("limits of resets", Verdict::Warning, error.to_string(), Some(advice));
        }
    }
}

async fn table(target: &Target, shape: &Shape, date: &Date, findings: &mut Findings) {
    let name = match target.table(shape.variable) {
        Ok(name) => name,
        Err(error) => {
            let advice = "the stack's outputs have the tables' names";
            findings.add(shape.variable, Verdict::Bad, error.to_string(), Some(advice));
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
    let problems = problems(&described, shape);
    if problems.is_empty() {
        let items = described.item_count.unwrap_or_default();
        findings.add(&what, Verdict::Ok, format!("active, some {items} rows"), None);
    } else {
        let advice =
            "a deployment creates the tables; one of another version may still be going on";
        findings.add(&what, Verdict::Bad, problems.join("; "), Some(advice));
    }
    if !target.is_local() {
        safety::look(target, name, &described, findings).await;
        if shape.variable == IDEMPOTENCY_TABLE {
            safety::look_at_expiry(target, name, findings).await;
        }
    }
}

fn advice_on(code: Option<&str>) -> &'static str {
    match code {
        None => {
            "no answer of DynamoDB: look at the region, the endpoint, the network, and whether there are credentials"
        }
        Some("ResourceNotFoundException") => "look at the table's name, the region and the account",
        Some("AccessDeniedException") => {
            "the credentials are good and lack dynamodb:DescribeTable on this table"
        }
        Some("ExpiredTokenException" | "ExpiredToken") => {
            "the credentials have ended: sign in again"
        }
        Some(_) => "look at the credentials, and at the clock of this machine",
    }
}

fn problems(table: &TableDescription, shape: &Shape) -> Vec<String> {
    let mut problems = Vec::new();
    if table.table_status != Some(TableStatus::Active) {
        problems.push(format!("not active: {:?}", table.table_status));
    }
    if names(table.key_schema()) != shape.keys {
        problems.push(format!("its keys are {:?}", names(table.key_schema())));
    }
    for (name, keys, carried) in shape.indexes {
        let indexes = table.global_secondary_indexes();
        let Some(index) = indexes.iter().find(|index| index.index_name() == Some(name)) else {
            problems.push(format!("there is no index {name}"));
            continue;
        };
        if names(index.key_schema()) != keys {
            problems.push(format!("index {name} has the keys {:?}", names(index.key_schema())));
        }
        let projected = index.projection().map(Projection::non_key_attributes).unwrap_or_default();
        for lacking in carried.iter().filter(|name| !projected.iter().any(|own| own == *name)) {
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

/// The date of DynamoDB's last answer, and this machine's when it came.
#[derive(Clone, Debug, Default)]
struct Date(Arc<Mutex<Option<(String, Timestamp)>>>);

impl Intercept for Date {
    fn name(&self) -> &'static str {
        "Date"
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

fn clock(date: &Date, findings: &mut Findings) {
    let date = date.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let both = date.and_then(|(theirs, ours)| {
        Some((DateTime::from_str(&theirs, Format::HttpDate).ok()?, ours))
    });
    let Some((theirs, ours)) = both else {
        findings.add("clock", Verdict::Skipped, "DynamoDB did not say what time it is", None);
        return;
    };
    let difference = ours.epoch_seconds() - theirs.secs();
    let found = format!("{difference} seconds ahead of DynamoDB's");
    if difference.abs() <= SKEW_SECONDS {
        findings.add("clock", Verdict::Ok, found, None);
    } else {
        let advice = "set this machine's clock: `status set` and `status get` go by it";
        findings.add("clock", Verdict::Bad, found, Some(advice));
    }
}
