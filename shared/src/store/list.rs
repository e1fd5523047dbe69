//! Lists of services, page by page.
//!
//! An index only says which services may match. What a page shows of them comes from one strongly
//! consistent read of the table, filtered again, so that a list never shows what GET would not.

use aws_sdk_dynamodb::Client;

use super::{
    Position, StoreFault,
    read::services_by_id,
    walk::{Step, Walk},
};
use crate::{
    config::Environment,
    domain::{Lineage, Rag, Service, ServiceId, Timestamp},
};

/// How many reads a page may take. A page that has not filled by then comes short.
const MAX_READS: usize = 12;

/// Which services a list is of: active ones that pass every filter given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only below this root.
    pub region: Option<ServiceId>,
    /// Only this service and what is below it.
    pub parent: Option<ServiceId>,
    /// Only those shown with one of these statuses; any, if empty.
    pub statuses: Vec<Rag>,
}

impl Selection {
    fn matches(&self, service: &Service, now: Timestamp) -> bool {
        let lineage = &service.directory.lineage;
        service.directory.active
            && self.region.is_none_or(|region| lineage.root() == region)
            && self.parent.is_none_or(|parent| lineage.is_within(parent))
            && (self.statuses.is_empty() || self.statuses.contains(&shown(service, now)))
    }
}

fn shown(service: &Service, now: Timestamp) -> Rag {
    service.record.clone().shown_at(now).status.rag()
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The matching services.
    pub services: Vec<Service>,
    /// Where the next page starts; none after the last.
    pub next: Option<Position>,
}

/// Lists services.
#[derive(Clone, Debug)]
pub struct Lister {
    client: Client,
    table: String,
}

impl Lister {
    /// Reads `SERVICES_TABLE`.
    pub fn read(environment: &mut Environment, client: &Client) -> Option<Self> {
        let table = environment.required("SERVICES_TABLE")?;
        Some(Self { client: client.clone(), table })
    }

    /// The active services of those ids, in that order, by one strongly consistent read.
    ///
    /// # Errors
    /// The store failed.
    pub async fn by_id(&self, ids: &[ServiceId]) -> Result<Vec<Service>, StoreFault> {
        let mut services = services_by_id(&self.client, &self.table, ids).await?;
        services.retain(|service| service.directory.active);
        Ok(services)
    }

    /// A page of at most `limit` services. It may come short although there is a next one.
    /// `None`: the position does not lie within the selection.
    ///
    /// # Errors
    /// The store failed.
    pub async fn page(
        &self,
        selection: &Selection,
        from: Option<Position>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Option<Page>, StoreFault> {
        let Some(walk) = self.walk(selection).await? else {
            return Ok(Some(Page { services: Vec::new(), next: None }));
        };
        if from.as_ref().is_some_and(|position| !walk.contains(position)) {
            return Ok(None);
        }
        let mut services = Vec::with_capacity(limit);
        let mut next = from;
        for _ in 0..MAX_READS {
            let count = i32::try_from(limit - services.len()).unwrap_or(i32::MAX);
            let (client, table) = (&self.client, self.table.as_str());
            let met = walk.take(Step { client, table, from: next.as_ref(), count, now }).await?;
            services.extend(met.services.into_iter().filter(|one| selection.matches(one, now)));
            next = met.next;
            if next.is_none() || services.len() == limit {
                break;
            }
        }
        Ok(Some(Page { services, next }))
    }

    /// The narrowest way through the data that meets every match; `None` if there can be no match.
    async fn walk(&self, selection: &Selection) -> Result<Option<Walk>, StoreFault> {
        if let Some(parent) = selection.parent {
            let found = services_by_id(&self.client, &self.table, &[parent]).await?;
            return Ok(found
                .into_iter()
                .next()
                .map(|parent| Walk::Below(parent.directory.lineage)));
        }
        Ok(Some(match selection.region {
            Some(region) => Walk::Below(Lineage::new(Vec::new(), region)),
            None if !selection.statuses.is_empty() && !selection.statuses.contains(&Rag::Green) => {
                Walk::Pending
            }
            None => Walk::Table,
        }))
    }
}
