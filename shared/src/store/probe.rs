//! Whether the tables can be reached.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes},
};

use super::{
    StoreFault,
    attribute::{Item, number, text},
    keys::{history, idempotency, services, users},
};
use crate::config::Environment;

/// What no row has as its key's text.
const NOBODY: &str = "-";

/// Asks each table for a row that there is not.
#[derive(Clone, Debug)]
pub struct Probe {
    client: Client,
    asked: HashMap<String, KeysAndAttributes>,
}

impl Probe {
    /// Reads the names of all four tables.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let nothing = || number(0);
        let nobody = || text(NOBODY.to_owned());
        let keys = [
            ("SERVICES_TABLE", key([(services::ID, nothing())])),
            (
                "STATUS_HISTORY_TABLE",
                key([(history::SERVICE_ID, nothing()), (history::AT, nobody())]),
            ),
            ("USERS_TABLE", key([(users::SUBJECT, nobody())])),
            ("IDEMPOTENCY_TABLE", key([(idempotency::KEY, nobody())])),
        ];
        let tables = keys.map(|(name, key)| Some((environment.required(name)?, asked(key)?)));
        let asked = tables.into_iter().collect::<Option<HashMap<_, _>>>()?;
        Some(Self { client: client.clone(), asked })
    }

    /// Reads from every table, in one call.
    ///
    /// # Errors
    /// The store failed, or left a table out.
    pub async fn reach(&self) -> Result<(), StoreFault> {
        let asked = Some(self.asked.clone());
        let answer = self.client.batch_get_item().set_request_items(asked).send().await;
        let answer = answer.map_err(StoreFault::unavailable)?;
        match answer.unprocessed_keys {
            Some(left) if !left.is_empty() => Err(StoreFault::Unprocessed),
            _ => Ok(()),
        }
    }
}

fn key<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
}

fn asked(key: Item) -> Option<KeysAndAttributes> {
    KeysAndAttributes::builder().keys(key).build().ok()
}
