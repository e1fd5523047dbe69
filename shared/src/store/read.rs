//! Reading a service, the caller, or several services: one round trip each.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes},
};

use super::{
    StoreFault,
    attribute::{Item, number, text},
    keys::{services, users},
    service_item::service,
    user_item::user,
};
use crate::{
    config::Environment,
    domain::{Service, ServiceId, User},
};

/// How fresh a read of the user must be. Services are always read strongly consistently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// A change of a second ago may be missing. Costs half, and one user's item bears twice the load.
    Eventual,
    /// Every change that was acknowledged before is seen.
    Strong,
}

/// What one read found, each part if there is one.
pub(super) struct Found {
    pub(super) user: Option<User>,
    pub(super) service: Option<Service>,
    pub(super) other: Option<Item>,
}

/// Reads services and users.
#[derive(Clone, Debug)]
pub struct Reader {
    client: Client,
    services_table: String,
    users_table: String,
}

impl Reader {
    /// Reads `SERVICES_TABLE` and `USERS_TABLE`.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let services_table = environment.required("SERVICES_TABLE");
        let users_table = environment.required("USERS_TABLE");
        Some(Self {
            client: client.clone(),
            services_table: services_table?,
            users_table: users_table?,
        })
    }

    /// The user of that subject and, if an id is given, the service: each if there is one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn user_and_service(
        &self,
        subject: &str,
        id: Option<ServiceId>,
    ) -> Result<(Option<User>, Option<Service>), StoreFault> {
        let found = self.batch(subject, Freshness::Eventual, id, None).await?;
        Ok((found.user, found.service))
    }

    /// The user of that subject, the service of that id, and a row of another table by its key, in
    /// one call. All but the user are read strongly consistently.
    ///
    /// # Errors
    /// The store failed.
    pub(super) async fn batch(
        &self,
        subject: &str,
        freshness: Freshness,
        id: Option<ServiceId>,
        other: Option<(&str, Item)>,
    ) -> Result<Found, StoreFault> {
        let user_key = item(users::SUBJECT, text(subject));
        let user_keys = keys(vec![user_key], freshness == Freshness::Strong)?;
        let mut batch = HashMap::from([(self.users_table.clone(), user_keys)]);
        if let Some(id) = id {
            batch.insert(self.services_table.clone(), keys(vec![service_key(id)], true)?);
        }
        let other_table = other.as_ref().map_or("", |(table, _)| *table);
        if let Some((table, key)) = other {
            batch.insert(table.to_owned(), keys(vec![key], true)?);
        }
        let mut found = get(&self.client, batch).await?;
        let mut first =
            |table: &str| found.remove(table).and_then(|items| items.into_iter().next());
        Ok(Found {
            user: first(&self.users_table).map(user).transpose()?,
            service: first(&self.services_table).map(service).transpose()?,
            other: first(other_table),
        })
    }

    /// The user of that subject, if there is one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn user(&self, subject: &str) -> Result<Option<User>, StoreFault> {
        Ok(self.user_and_service(subject, None).await?.0)
    }
}

/// The services of those ids, in that order, each once; those that do not exist are left out. At
/// most 100.
///
/// # Errors
/// The store failed.
pub(super) async fn services_by_id(
    client: &Client,
    table: &str,
    ids: &[ServiceId],
) -> Result<Vec<Service>, StoreFault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // DynamoDB refuses a key named twice, and an index can show a service twice while it moves in it.
    let unique: HashSet<ServiceId> = ids.iter().copied().collect();
    let wanted = unique.into_iter().map(service_key).collect();
    let batch = HashMap::from([(table.to_owned(), keys(wanted, true)?)]);
    let items = get(client, batch).await?.remove(table).unwrap_or_default();
    let mut found = HashMap::with_capacity(items.len());
    for item in items {
        let service = service(item)?;
        found.insert(service.id(), service);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The key of a service's row.
pub(super) fn service_key(id: ServiceId) -> Item {
    item(services::ID, number(id))
}

fn item(name: &str, value: AttributeValue) -> Item {
    HashMap::from([(name.to_owned(), value)])
}

fn keys(keys: Vec<Item>, consistent: bool) -> Result<KeysAndAttributes, StoreFault> {
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(consistent)
        .build()
        .map_err(StoreFault::unbuildable)
}

/// One `BatchGetItem`. A key that it leaves unprocessed is a fault: absence would be a wrong answer.
async fn get(
    client: &Client,
    batch: HashMap<String, KeysAndAttributes>,
) -> Result<HashMap<String, Vec<Item>>, StoreFault> {
    let answer = client
        .batch_get_item()
        .set_request_items(Some(batch))
        .send()
        .await
        .map_err(StoreFault::unavailable)?;
    if answer.unprocessed_keys.is_some_and(|keys| !keys.is_empty()) {
        return Err(StoreFault::Unprocessed);
    }
    Ok(answer.responses.unwrap_or_default())
}
