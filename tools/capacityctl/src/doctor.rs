//! `doctor`: whether settings, credentials, tables and this machine's clock are as they have to be,
//! and what to do where they are not. It changes nothing.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::BeforeDeserializationInterceptorContextRef,
    },
    error::{BoxError, DisplayErrorContext, ProvideErrorMetadata as _},
    types::{KeySchemaElement, TableDescription, TableStatus},
};
use aws_smithy_types::date_time::{DateTime, Format};
use shared::{
    domain::ServiceId,
    http::Clock,
    store::{
        self,
        keys::{history, idempotency, services as keys, users as user_keys},
    },
};

use crate::{
    Failure, Output,
    checks::{Findings, Verdict},
    hierarchy, scan,
    services::place_of,
    target::{IDEMPOTENCY_TABLE, SERVICES_TABLE, STATUS_HISTORY_TABLE, Target, USERS_TABLE},
    users,
};

/// By how many seconds a clock may differ: a note for a few minutes would end visibly early or late.
const SKEW_SECONDS: i64 = 2;

/// A table as it has to be: its variable, its keys, and its indexes with theirs.
struct Shape {
    variable: &'static str,
    keys: &'static [&'static str],
    indexes: &'static [(&'static str, [&'static str; 2])],
}

const SHAPES: [Shape; 4] = [
    Shape {
        variable: SERVICES_TABLE,
        keys: &[keys::ID],
        indexes: &[
            (keys::HIERARCHY, [keys::REGION, keys::PATH]),
            (keys::PENDING_RESET, [keys::RESET_SHARD, keys::RESET_DATE_TIME]),
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
    findings.add("settings", Verdict::Ok, format!("the tables are those {}", target.place()), None);
    let date = Date::default();
    for shape in &SHAPES {
        table(target, shape, &date, &mut findings).await;
    }
    clock(&date, &mut findings);
    if let Err(failure) = contents(target, &mut findings).await {
        findings.add("what the tables hold", Verdict::Skipped, failure.to_string(), None);
    }
    findings.into_output()
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
        safety(target, name, &described, findings).await;
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
    for (name, keys) in shape.indexes {
        let index =
            table.global_secondary_indexes().iter().find(|index| index.index_name() == Some(name));
        match index {
            None => problems.push(format!("there is no index {name}")),
            Some(index) if names(index.key_schema()) != keys => {
                problems.push(format!("index {name} has the keys {:?}", names(index.key_schema())));
            }
            Some(index) => {
                let status = index.index_status.as_ref().map(|status| status.as_str());
                if status.is_some_and(|status| status != "ACTIVE") {
                    problems.push(format!("index {name} is {}", status.unwrap_or_default()));
                }
            }
        }
    }
    problems
}

fn names(schema: &[KeySchemaElement]) -> Vec<&str> {
    schema.iter().map(KeySchemaElement::attribute_name).collect()
}

/// What keeps a table from being lost.
async fn safety(target: &Target, name: &str, table: &TableDescription, findings: &mut Findings) {
    if table.deletion_protection_enabled != Some(true) {
        let advice = "deploy with deletion protection, unless the stack is to be thrown away";
        findings.add(format!("table {name}"), Verdict::Warning, "can be deleted", Some(advice));
    }
    let request = target.client().describe_continuous_backups().table_name(name);
    let recoverable = request.send().await.ok().is_some_and(|answer| {
        let backups = answer.continuous_backups_description();
        let recovery = backups.and_then(|backups| backups.point_in_time_recovery_description());
        recovery
            .and_then(|recovery| recovery.point_in_time_recovery_status())
            .is_some_and(|status| status.as_str() == "ENABLED")
    });
    if !recoverable {
        let advice = "deploy again: the template has point-in-time recovery on; or the credentials lack dynamodb:DescribeContinuousBackups";
        findings.add(
            format!("table {name}"),
            Verdict::Warning,
            "not known to be recoverable to a point in time",
            Some(advice),
        );
    }
}

/// The date of DynamoDB's last answer.
#[derive(Clone, Debug, Default)]
struct Date(Arc<Mutex<Option<String>>>);

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
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

fn clock(date: &Date, findings: &mut Findings) {
    let date = date.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let theirs = date.and_then(|date| DateTime::from_str(&date, Format::HttpDate).ok());
    let Some(theirs) = theirs else {
        findings.add("clock", Verdict::Skipped, "DynamoDB did not say what time it is", None);
        return;
    };
    let difference = Clock::system().now().epoch_seconds() - theirs.secs();
    let found = format!("{difference} seconds ahead of DynamoDB's");
    if difference.abs() <= SKEW_SECONDS {
        findings.add("clock", Verdict::Ok, found, None);
    } else {
        let advice = "set this machine's clock: `status set` and `status get` go by it";
        findings.add("clock", Verdict::Bad, found, Some(advice));
    }
}

/// What an import that was interrupted, or a hand in the tables, left behind.
async fn contents(target: &Target, findings: &mut Findings) -> Result<(), Failure> {
    let rows = scan::rows(target.client(), target.table(SERVICES_TABLE)?, &[]).await?;
    let ids = rows.iter().filter_map(|row| row.get(keys::ID)?.as_n().ok()?.parse().ok());
    let known: HashSet<ServiceId> = ids.collect();
    let places: Vec<_> = rows
        .iter()
        .filter_map(|row| Some(place_of(row.get(keys::ID)?.as_n().ok()?.parse().ok()?, row)))
        .collect();
    let astray = hierarchy::plan(Vec::new(), &places)?.unfinished.len();
    let total = rows.len();
    let unreadable = rows.into_iter().filter(|row| store::service(row.clone()).is_err()).count();
    let count = |findings: &mut Findings, what: &str, bad: usize, of: String, advice| {
        let (verdict, found, advice) = match bad {
            0 => (Verdict::Ok, of, None),
            bad => (Verdict::Bad, format!("{bad} of {of}"), Some(advice)),
        };
        findings.add(what, verdict, found, advice);
    };
    let services = format!("{total} services");
    let advice =
        "their rows are damaged, and answered with 503: import them again, or restore the table";
    count(findings, "services that cannot be read", unreadable, services.clone(), advice);
    let advice = "an import was interrupted, and those assigned to their old ancestors keep their rights: run it again";
    count(findings, "services that are not below their parent", astray, services, advice);
    let users = users::all(target.client(), target.table(USERS_TABLE)?).await?;
    let lost = users.iter().filter(|user| user.services.iter().any(|id| !known.contains(id)));
    let lost: Vec<&str> = lost.map(|user| user.username.as_str()).collect();
    let advice = "import the services, or take the assignment away with `user revoke`";
    if lost.is_empty() {
        let found = format!("none of {} users", users.len());
        findings.add("users assigned to a service that is not there", Verdict::Ok, found, None);
    } else {
        let found = lost.join(", ");
        let what = "users assigned to a service that is not there";
        findings.add(what, Verdict::Warning, found, Some(advice));
    }
    Ok(())
}
