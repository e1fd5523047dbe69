//! `doctor`: checks settings, credentials, tables and this machine's clock, and says how to fix what is
//! wrong. It changes nothing.

mod affected;
mod clock;
mod contents;
mod protection;
mod statuses;

use aws_sdk_dynamodb::types::{
    IndexStatus, KeySchemaElement, Projection, TableDescription, TableStatus,
};
use shared::{
    domain::ResetLimits,
    runtime::reset_limits,
    store::keys::{changes, history, idempotency, services as keys, users as user_keys},
};

use self::clock::ResponseDate;
use crate::{
    Error, Output, audit,
    findings::{Findings, Verdict},
    store_failure::StoreFailure,
    target::{
        AUDIT_TABLE, CHANGES_TABLE, IDEMPOTENCY_TABLE, SERVICES_TABLE, STATUS_HISTORY_TABLE,
        Target, USERS_TABLE,
    },
};

/// A table as the functions and commands need it: its variable, keys and indexes.
struct ExpectedTable {
    variable: &'static str,
    keys: &'static [&'static str],
    indexes: &'static [ExpectedIndex],
}

/// An index: its name, its keys, and the attributes it must project.
type ExpectedIndex = (&'static str, [&'static str; 2], &'static [&'static str]);

const EXPECTED_TABLES: [ExpectedTable; 6] = [
    ExpectedTable {
        variable: SERVICES_TABLE,
        keys: &[keys::ID],
        indexes: &[
            (
                keys::HIERARCHY,
                [keys::REGION, keys::PATH],
                &[keys::ACTIVE, keys::TYPE_ID, keys::NAME, keys::REVIEW_AFTER_MINUTES],
            ),
            (
                keys::PENDING_RESET,
                [keys::RESET_SHARD, keys::RESET_DATE_TIME],
                &[
                    keys::ACTIVE,
                    keys::TYPE_ID,
                    keys::NAME,
                    keys::REGION,
                    keys::PATH,
                    keys::REVIEW_AFTER_MINUTES,
                ],
            ),
        ],
    },
    ExpectedTable {
        variable: STATUS_HISTORY_TABLE,
        keys: &[history::SERVICE_ID, history::AT],
        indexes: &[],
    },
    ExpectedTable { variable: USERS_TABLE, keys: &[user_keys::SUBJECT], indexes: &[] },
    ExpectedTable { variable: CHANGES_TABLE, keys: &[changes::REGION, changes::AT], indexes: &[] },
    ExpectedTable { variable: IDEMPOTENCY_TABLE, keys: &[idempotency::KEY], indexes: &[] },
    ExpectedTable {
        variable: AUDIT_TABLE,
        keys: &[audit::keys::RESOURCE, audit::keys::AT],
        indexes: &[],
    },
];

/// Runs all checks.
pub(crate) async fn run(target: &Target) -> Output {
    let mut findings = Findings::default();
    findings.add("tables", Verdict::Ok, format!("those {}", target.place()), None);
    check_reset_limits(target, &mut findings);
    let date = ResponseDate::default();
    for expected in &EXPECTED_TABLES {
        check_table(target, expected, &date, &mut findings).await;
    }
    clock::check(&date, &mut findings);
    if let Err(error) = contents::check(target, &mut findings).await {
        add_contents_error(&error, &mut findings);
    }
    findings.into_output()
}

fn add_contents_error(error: &Error, findings: &mut Findings) {
    let (reason, advice) = match error {
        Error::Store { table, source } => {
            let StoreFailure { reason, advice } = StoreFailure::of(source.as_ref());
            (format!("table {table}: {reason}"), Some(advice))
        }
        error => (error.to_string(), None),
    };
    findings.add("contents of the tables", Verdict::Bad, reason, advice);
}

/// Checks the limits that `status set` uses.
fn check_reset_limits(target: &Target, findings: &mut Findings) {
    match reset_limits(&target.settings()) {
        Ok(limits) => {
            let ResetLimits { min, max, default } = limits;
            let found = format!("from {min} to {max} minutes, by default {default}");
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
            let StoreFailure { reason, advice } = StoreFailure::of(&error);
            findings.add(what, Verdict::Bad, reason, Some(advice));
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
        // What the table of recent changes has is worth nothing after a day.
        if expected.variable != CHANGES_TABLE {
            protection::check(target, name, &described, findings).await;
        }
        if matches!(expected.variable, CHANGES_TABLE | IDEMPOTENCY_TABLE) {
            protection::check_time_to_live(target, name, findings).await;
        }
    }
}

fn problems(table: &TableDescription, expected: &ExpectedTable) -> Vec<String> {
    let mut problems = Vec::new();
    if table.table_status != Some(TableStatus::Active) {
        let status = table.table_status.as_ref().map_or("in an unknown state", TableStatus::as_str);
        problems.push(format!("it is {status}"));
    }
    if names(table.key_schema()) != expected.keys {
        problems.push(wrong_keys("its", table.key_schema(), expected.keys));
    }
    for (name, keys, attributes) in expected.indexes {
        let indexes = table.global_secondary_indexes();
        let Some(index) = indexes.iter().find(|index| index.index_name() == Some(name)) else {
            problems.push(format!("index {name} does not exist"));
            continue;
        };
        if names(index.key_schema()) != keys {
            problems.push(wrong_keys(&format!("index {name}'s"), index.key_schema(), keys));
        }
        let projected = index.projection().map(Projection::non_key_attributes).unwrap_or_default();
        for lacking in attributes.iter().filter(|name| !projected.iter().any(|own| own == *name)) {
            problems.push(format!("index {name} lacks the attribute {lacking}"));
        }
        let status = index.index_status.as_ref().map(IndexStatus::as_str);
        if let Some(status) = status.filter(|status| *status != "ACTIVE") {
            problems.push(format!("index {name} is {status}"));
        }
    }
    problems
}

fn wrong_keys(whose: &str, schema: &[KeySchemaElement], expected: &[&str]) -> String {
    let (names, expected) = (names(schema).join(" and "), expected.join(" and "));
    format!("{whose} keys are {names}, not {expected}")
}

fn names(schema: &[KeySchemaElement]) -> Vec<&str> {
    schema.iter().map(KeySchemaElement::attribute_name).collect()
}
