//! Whether the tables can be reached.

use std::{error::Error, fmt, time::Duration};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use tokio::time::timeout;

use super::{
    StoreFault,
    attribute::{Item, number, text},
    keys::{history, idempotency, services, users},
};
use crate::{config::Environment, telemetry};

/// How long the tables may take to answer: less than any function has.
const BOUND: Duration = Duration::from_secs(2);

/// What no row has as its key's text.
const NOBODY: &str = "-";

/// Asks each table for a row that there is not.
#[derive(Clone, Debug)]
pub struct Probe {
    client: Client,
    tables: [Table; 4],
}

/// A table, and a key that no row of it has.
#[derive(Clone, Debug)]
struct Table {
    /// What it holds, whatever it is called.
    purpose: &'static str,
    name: String,
    key: Item,
}

/// Tables that cannot be reached, each with why.
#[derive(Debug)]
pub struct Unreachable(Vec<(&'static str, StoreFault)>);

impl Unreachable {
    /// What the tables hold.
    pub fn tables(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(purpose, _)| *purpose)
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.0.iter();
        let each = each.map(|(purpose, fault)| format!("{purpose}: {}", telemetry::chain(fault)));
        f.write_str(&each.collect::<Vec<_>>().join("; "))
    }
}

impl Error for Unreachable {}

impl Probe {
    /// Reads the names of all four tables.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let (nothing, nobody) = (|| number(0), || text(NOBODY.to_owned()));
        let mut table = |purpose, variable, key| {
            Some(Table { purpose, name: environment.required(variable)?, key })
        };
        let tables = [
            table("services", "SERVICES_TABLE", key([(services::ID, nothing())])),
            table(
                "status-history",
                "STATUS_HISTORY_TABLE",
                key([(history::SERVICE_ID, nothing()), (history::AT, nobody())]),
            ),
            table("users", "USERS_TABLE", key([(users::SUBJECT, nobody())])),
            table("idempotency", "IDEMPOTENCY_TABLE", key([(idempotency::KEY, nobody())])),
        ];
        let [Some(services), Some(history), Some(users), Some(idempotency)] = tables else {
            return None;
        };
        Some(Self { client: client.clone(), tables: [services, history, users, idempotency] })
    }

    /// Reads from every table, side by side.
    ///
    /// # Errors
    /// Those that fail, or do not answer in time.
    pub async fn reach(&self) -> Result<(), Unreachable> {
        // Boxed, because four calls of the SDK side by side are a large future.
        let [services, history, users, idempotency] =
            self.tables.each_ref().map(|table| Box::pin(self.ask(table)));
        let asked: [_; 4] = tokio::join!(services, history, users, idempotency).into();
        let failed: Vec<_> = asked.into_iter().filter_map(Result::err).collect();
        if failed.is_empty() { Ok(()) } else { Err(Unreachable(failed)) }
    }

    async fn ask(&self, table: &Table) -> Result<(), (&'static str, StoreFault)> {
        let request = self.client.get_item().table_name(&table.name);
        let asked = timeout(BOUND, request.set_key(Some(table.key.clone())).send()).await;
        let fault = match asked {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => StoreFault::unavailable(error),
            Err(_) => StoreFault::TimedOut,
        };
        Err((table.purpose, fault))
    }
}

fn key<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
}
