//! Keeps a copy of a region: first a cursor, then the whole list, then what has changed since the cursor.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use aws_sdk_dynamodb::Client;
use shared::{
    domain::{Service, ServiceId, Timestamp},
    http::changes_cursor,
    operations::{Changes, ChangesRequest, read_changes_as_operator},
    store::{ChangesTable, ServicesTable, StoreFault, keys::services as keys, parse_service},
};
use tokio::time::timeout;

use super::event::Event;
use crate::{
    Error, ValidationError,
    scan::{self, number},
    validation::Location,
};

/// How long a poll may take. The client's retries go on for minutes while DynamoDB throttles: a follower who hears nothing
/// that long takes old statuses for current ones.
const PATIENCE: Duration = Duration::from_secs(30);

/// Follows a region.
#[derive(Debug)]
pub struct Follower {
    client: Client,
    /// The names of the tables of services and of changes.
    names: [String; 2],
    region: ServiceId,
    cursor: Option<String>,
    /// The services of the region; `None` until they are listed.
    copy: Option<HashMap<ServiceId, Known>>,
}

/// What is known of a service.
#[derive(Debug)]
struct Known {
    /// `None` if it cannot be read.
    service: Option<Service>,
    /// Whether this was told, or only read.
    is_told: bool,
}

impl Follower {
    /// A follower of a region, by the tables of services and of changes. Goes on from the cursor, if there is one.
    #[must_use]
    pub fn new(
        client: &Client,
        names: [&str; 2],
        region: ServiceId,
        cursor: Option<String>,
    ) -> Self {
        let names = names.map(str::to_owned);
        Self { client: client.clone(), names, region, cursor, copy: None }
    }

    /// From where to go on after what was told so far.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// What has happened since the last poll, and whether there is more now.
    ///
    /// # Errors
    ///
    /// The store failed or took half a minute, or nothing is in the region. The next poll goes on from the same cursor.
    pub async fn poll(&mut self, now: Timestamp) -> Result<(Vec<Event>, bool), Error> {
        let polled = timeout(PATIENCE, self.read(now)).await;
        polled.unwrap_or_else(|_| Err(self.fault(StoreFault::TimedOut)))
    }

    /// Keeps nothing before everything is read, so it can be cancelled.
    async fn read(&mut self, now: Timestamp) -> Result<(Vec<Event>, bool), Error> {
        let region = self.region;
        // One that is older than a day is none.
        let cursor = self.cursor.as_ref();
        let cursor = cursor.and_then(|text| changes_cursor::decode(text, region, now).ok());
        let (begins, is_first) = (cursor.is_none(), self.copy.is_none());
        let changes = self.changes(ChangesRequest { region, cursor, now }).await?;
        let mut events = Vec::new();
        if begins || is_first || changes.resync {
            // After the changes were read: what changes meanwhile comes by the next poll.
            let list = self.list().await?;
            if is_first && list.is_empty() {
                let text = "no active service is in it; a region has the id of its topmost service";
                return Err(ValidationError::new(Location::Argument("REGION"), text).into());
            }
            if is_first && !begins && !changes.resync {
                self.copy = Some(list.into_iter().map(untold).collect());
            } else {
                if is_first {
                    events.push(Event::List(region, list.len()));
                }
                self.replace(list, now, &mut events);
            }
        }
        self.apply(&changes, now, &mut events);
        self.cursor = Some(changes_cursor::encode(&changes.cursor));
        Ok((events, changes.has_more))
    }

    async fn changes(&self, request: ChangesRequest) -> Result<Changes, Error> {
        let [services, changes] = &self.names;
        let services = ServicesTable::new(&self.client, services.clone());
        let changes = ChangesTable::new(&self.client, changes.clone());
        let read = read_changes_as_operator(&services, &changes, &request).await;
        read.map_err(|fault| self.fault(fault))
    }

    fn fault(&self, fault: StoreFault) -> Error {
        let [services, changes] = &self.names;
        Error::Fault { tables: format!("tables {services} and {changes}"), fault }
    }

    /// The active services of the region, `None` for those that cannot be read. By no index: these can be late.
    async fn list(&self) -> Result<Vec<(ServiceId, Option<Service>)>, Error> {
        let [services, _] = &self.names;
        let items = scan::items(&self.client, services, &[]).await?.into_iter();
        let mut list: Vec<_> = items
            .filter(|item| {
                number::<ServiceId>(item, keys::REGION).is_none_or(|id| id == self.region)
            })
            .filter_map(|item| match parse_service(item) {
                Ok(service) => service.details.active.then(|| (service.id(), Some(service))),
                Err(row) => Some((row.service()?, None)),
            })
            .collect();
        list.sort_by_key(|(id, _)| *id);
        Ok(list)
    }

    /// Tells what is otherwise in the list.
    fn replace(
        &mut self,
        list: Vec<(ServiceId, Option<Service>)>,
        now: Timestamp,
        events: &mut Vec<Event>,
    ) {
        let listed: HashSet<ServiceId> = list.iter().map(|(id, _)| *id).collect();
        let copy = self.copy.get_or_insert_default();
        let gone: Vec<_> =
            copy.extract_if(|id, _| !listed.contains(id)).map(|(id, _)| id).collect();
        events.extend(gone.into_iter().map(Event::Removed));
        events.extend(list.into_iter().filter_map(|(id, service)| tell(copy, id, service, now)));
    }

    /// Tells what the changes say, and what the clock says.
    fn apply(&mut self, changes: &Changes, now: Timestamp, events: &mut Vec<Event>) {
        let Changes { services, removed, unreadable, .. } = changes;
        let copy = self.copy.get_or_insert_default();
        for service in services {
            events.extend(tell(copy, service.id(), Some(service.clone()), now));
        }
        for id in removed {
            copy.remove(id);
            events.push(Event::Removed(*id));
        }
        for id in unreadable.iter().filter_map(|row| row.service()) {
            events.extend(tell(copy, id, None, now));
        }
        let expired = copy.values().filter_map(|known| known.service.as_ref());
        let expired = expired.filter(|service| service.record.expire(now).is_some());
        let expired: Vec<Service> = expired.cloned().collect();
        events.extend(
            expired.into_iter().filter_map(|service| tell(copy, service.id(), Some(service), now)),
        );
    }
}

/// What the list of one who goes on says: it was told before, as far as it has not changed since.
fn untold((id, service): (ServiceId, Option<Service>)) -> (ServiceId, Known) {
    (id, Known { service, is_told: false })
}

/// Keeps what a service is at this time. Nothing to tell if that was told last.
fn tell(
    copy: &mut HashMap<ServiceId, Known>,
    id: ServiceId,
    service: Option<Service>,
    now: Timestamp,
) -> Option<Event> {
    let service = service
        .map(|Service { details, record }| Service { details, record: record.effective_at(now) });
    let before = copy.insert(id, Known { service: service.clone(), is_told: true });
    let is_new = before.is_none_or(|before| !before.is_told || before.service != service);
    is_new.then(|| match service {
        Some(service) => Event::Service(Box::new(service)),
        None => Event::Unavailable(id),
    })
}
