//! Whether the tables can be reached.

use std::{error::Error, fmt, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity},
};
use tokio::time::timeout;

use super::{
    StoreFault, TableNames,
    attribute::{Item, number, text},
    fault::error_chain,
    keys::{changes, history, idempotency, services, users},
    read::batch,
};

/// How long the check may take: less than the timeout of any function.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A key that no row has. The function's role may read no other key of the tables whose key is a string.
const UNUSED_KEY: &str = "-";

/// Asks each table for a row that does not exist.
#[derive(Clone, Debug)]
pub struct HealthCheck {
    client: Client,
    tables: [Table; 5],
}

#[derive(Clone, Debug)]
struct Table {
    /// What the table holds. Its name does not say it.
    purpose: &'static str,
    name: String,
    /// Its partition key.
    partition_key: &'static str,
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
        let (of_change, of_row) = ((history::AT, unused()), (changes::AT, unused()));
        let tables = [
            table("services", names.services, (services::ID, id()), None),
            table(
                "status-history",
                names.status_history,
                (history::SERVICE_ID, id()),
                Some(of_change),
            ),
            table("users", names.users, (users::SUBJECT, unused()), None),
            table("changes", names.changes, (changes::REGION, id()), Some(of_row)),
            table("idempotency", names.idempotency, (idempotency::KEY, unused()), None),
        ];
        Self { client: client.clone(), tables }
    }

    /// Reads from all tables by one request: side by side they would need a connection each, and in a new
    /// environment a connection takes longer than everything else. Only if that fails, asks each table by itself.
    ///
    /// # Errors
    /// The tables that fail or do not answer in time.
    pub async fn run(&self) -> Result<(), UnreachableTables> {
        let all = self.tables.each_ref();
        if self.read(&all).await.is_ok() {
            return Ok(());
        }
        // Boxed, because five calls of the SDK side by side are a large future.
        let [services, history, users, changes, idempotency] =
            all.map(|table| Box::pin(self.check(table)));
        let results: [_; 5] = tokio::join!(services, history, users, changes, idempotency).into();
        let failed: Vec<_> = results.into_iter().filter_map(Result::err).collect();
        if failed.is_empty() { Ok(()) } else { Err(UnreachableTables(failed)) }
    }

    async fn check(&self, table: &Table) -> Result<(), (&'static str, StoreFault)> {
        self.read(&[table]).await.map_err(|fault| (table.purpose, fault))
    }

    /// Reads from these tables by one request, in half of the time.
    async fn read(&self, tables: &[&Table]) -> Result<(), StoreFault> {
        let request: Result<_, StoreFault> =
            tables.iter().map(|table| Ok((table.name.clone(), table.request()?))).collect();
        let answer =
            timeout(TIMEOUT / 2, batch(&self.client, request?, ReturnConsumedCapacity::None)).await;
        answer.unwrap_or(Err(StoreFault::TimedOut)).map(drop)
    }
}

fn table(
    purpose: &'static str,
    name: String,
    (partition_key, value): (&'static str, AttributeValue),
    sort_key: Option<(&str, AttributeValue)>,
) -> Table {
    let key = [(partition_key, value)].into_iter().chain(sort_key);
    let key = key.map(|(name, value)| (name.to_owned(), value)).collect();
    Table { purpose, name, partition_key, key }
}

impl Table {
    /// Asks for the partition key alone: the function's role may see no other attribute of the tables whose key
    /// is a number.
    fn request(&self) -> Result<KeysAndAttributes, StoreFault> {
        KeysAndAttributes::builder()
            .keys(self.key.clone())
            .projection_expression("#key")
            .expression_attribute_names("#key", self.partition_key)
            .build()
            .map_err(StoreFault::invalid_request)
    }
}
