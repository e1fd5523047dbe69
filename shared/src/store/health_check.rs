//! Whether the tables can be reached.

use std::{error::Error, fmt, time::Duration};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use tokio::time::timeout;

use super::{
    StoreFault, TableNames,
    attribute::{Item, number, text},
    fault::error_chain,
    keys::{history, idempotency, services, users},
};

/// How long each table may take to answer: less than the timeout of any function.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A key that no row has.
const UNUSED_KEY: &str = "-";

/// Reads a row that does not exist from each table.
#[derive(Clone, Debug)]
pub struct HealthCheck {
    client: Client,
    tables: [Table; 4],
}

#[derive(Clone, Debug)]
struct Table {
    /// What the table holds, whatever its name.
    purpose: &'static str,
    name: String,
    key: Item,
}

/// The tables that cannot be reached, and why.
#[derive(Debug)]
pub struct UnreachableTables(Vec<(&'static str, StoreFault)>);

impl UnreachableTables {
    /// What the tables hold.
    pub fn purposes(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(purpose, _)| *purpose)
    }
}

impl fmt::Display for UnreachableTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = self.0.iter();
        let faults = faults.map(|(purpose, fault)| format!("{purpose}: {}", error_chain(fault)));
        f.write_str(&faults.collect::<Vec<_>>().join("; "))
    }
}

impl Error for UnreachableTables {}

impl HealthCheck {
    /// A check of these tables.
    #[must_use]
    pub fn new(client: &Client, names: TableNames) -> Self {
        let (id, unused) = (|| number(0), || text(UNUSED_KEY));
        let table = |purpose, name, key| Table { purpose, name, key };
        let tables = [
            table("services", names.services, key([(services::ID, id())])),
            table(
                "status-history",
                names.status_history,
                key([(history::SERVICE_ID, id()), (history::AT, unused())]),
            ),
            table("users", names.users, key([(users::SUBJECT, unused())])),
            table("idempotency", names.idempotency, key([(idempotency::KEY, unused())])),
        ];
        Self { client: client.clone(), tables }
    }

    /// Reads from every table, side by side.
    ///
    /// # Errors
    /// The tables that fail or do not answer in time.
    pub async fn run(&self) -> Result<(), UnreachableTables> {
        // Boxed, because four calls of the SDK side by side are a large future.
        let [services, history, users, idempotency] =
            self.tables.each_ref().map(|table| Box::pin(self.check(table)));
        let results: [_; 4] = tokio::join!(services, history, users, idempotency).into();
        let failed: Vec<_> = results.into_iter().filter_map(Result::err).collect();
        if failed.is_empty() { Ok(()) } else { Err(UnreachableTables(failed)) }
    }

    async fn check(&self, table: &Table) -> Result<(), (&'static str, StoreFault)> {
        let request = self.client.get_item().table_name(&table.name);
        let answer = timeout(TIMEOUT, request.set_key(Some(table.key.clone())).send()).await;
        let fault = match answer {
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
