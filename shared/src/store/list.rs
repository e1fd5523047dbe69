//! Lists of services, page by page.
//!
//! An index only says which services may match. What a page shows of them comes from one strongly
//! consistent read of the table, filtered again, so that a list never shows what GET would not.

use aws_sdk_dynamodb::Client;

use super::{
    Position, StoreFault,
    attribute::Item,
    keys::services,
    read::services_by_id,
    walk::{Step, Walk},
};
use crate::{
    config::Environment,
    domain::{Lineage, Rag, Service, ServiceId, Timestamp, User, authorise_update},
};

/// How many reads a page may take. A page that has not filled by then comes short.
const MAX_READS: usize = 25;

/// How much of the table a page may scan before it comes short, in capacity units: of 4 KB each, since
/// the reads are strongly consistent. A read takes at most 100 services, of 1 KB or so, 5 KB at most but
/// for names of an unheard-of length; beyond this half of a megabyte there is one such read at most.
const MAX_SCANNED: f64 = 128.0;

/// The most ids that one read takes.
const MAX_IDS: usize = 100;

/// Which services a list is of: active ones that pass every filter given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only below this root.
    pub region: Option<ServiceId>,
    /// Only this service and what is below it.
    pub parent: Option<ServiceId>,
    /// Only of this type.
    pub type_id: Option<u64>,
    /// Only those whose name has this text, in lower case, whatever the case of theirs.
    pub name: Option<String>,
    /// Only those shown with one of these statuses; any, if empty.
    pub statuses: Vec<Rag>,
    /// Only those whose shown status was set at this time or later.
    pub changed_since: Option<Timestamp>,
    /// Only those that the caller may update.
    pub editable: bool,
}

impl Selection {
    fn matches(&self, service: &Service, caller: &User, now: Timestamp) -> bool {
        let directory = &service.directory;
        let shown = service.record.clone().shown_at(now);
        let modified = shown.modified.map(|last| last.at);
        directory.active
            && self.region.is_none_or(|region| directory.lineage.root() == region)
            && self.parent.is_none_or(|parent| directory.lineage.is_within(parent))
            && self.type_id.is_none_or(|type_id| directory.type_id == type_id)
            && self.names(&directory.name)
            && (self.statuses.is_empty() || self.statuses.contains(&shown.status.rag()))
            && self.changed_since.is_none_or(|since| modified.is_some_and(|at| at >= since))
            && (!self.editable || authorise_update(caller, service).is_some())
    }

    /// Whether a service can match of which an index shows this; what it does not show may match.
    pub(super) fn may_match(&self, shown: &Item) -> bool {
        let shown_number = |name| shown.get(name)?.as_n().ok()?.parse().ok();
        let is = |name, wanted: Option<u64>| {
            wanted.is_none_or(|wanted| shown_number(name).is_none_or(|own: u64| own == wanted))
        };
        let name = shown.get(services::NAME).and_then(|name| name.as_s().ok());
        let active = shown.get(services::ACTIVE).and_then(|active| active.as_bool().ok());
        active != Some(&false)
            && is(services::REGION, self.region.map(ServiceId::get))
            && is(services::TYPE_ID, self.type_id)
            && name.is_none_or(|name| self.names(name))
    }

    /// Whether it is of a kind of service that indexes show but do not go by.
    pub(super) const fn is_of_kind(&self) -> bool {
        self.type_id.is_some() || self.name.is_some()
    }

    fn names(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|part| name.to_lowercase().contains(part))
    }
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

    /// A page of at most `limit` services, for that caller. It may come short although there is a
    /// next one. `None`: the position does not lie on the selection's way through the data.
    ///
    /// # Errors
    /// The store failed.
    pub async fn page(
        &self,
        selection: &Selection,
        caller: &User,
        from: Option<Position>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Option<Page>, StoreFault> {
        let walk = self.walk(selection, caller).await?;
        if from.as_ref().is_some_and(|position| !walk.contains(position)) {
            return Ok(None);
        }
        let mut services = Vec::with_capacity(limit);
        let mut scanned = 0.0;
        let mut next = from;
        for _ in 0..MAX_READS {
            let count = limit - services.len();
            let (client, table) = (&self.client, self.table.as_str());
            let step = Step { client, table, from: next.as_ref(), count, selection, now };
            let chunk = walk.take(step).await?;
            services.extend(
                chunk.services.into_iter().filter(|one| selection.matches(one, caller, now)),
            );
            next = chunk.next;
            scanned += chunk.scanned;
            if next.is_none() || services.len() == limit || scanned >= MAX_SCANNED {
                break;
            }
        }
        Ok(Some(Page { services, next }))
    }

    /// The way through the data that meets every match: by rights, else by parent, else by AMBER and RED,
    /// of which the index shows the region, else by region; only without any of these the whole table.
    async fn walk(&self, selection: &Selection, caller: &User) -> Result<Walk, StoreFault> {
        let limited = !selection.statuses.is_empty() && !selection.statuses.contains(&Rag::Green);
        let bound = match (selection.parent, selection.region) {
            (Some(parent), _) => Some(self.lineages(&[parent]).await?),
            (None, Some(region)) => Some(vec![Lineage::new(Vec::new(), region)]),
            (None, None) => None,
        };
        if selection.editable {
            let assigned = if caller.edit_capacity { caller.services.as_slice() } else { &[] };
            let assigned = self.lineages(assigned).await?;
            return Ok(Walk::Below(outermost(match bound {
                Some(bound) => within(&assigned, &bound),
                None => assigned,
            })));
        }
        Ok(match bound {
            Some(bound) if selection.parent.is_some() || !limited => Walk::Below(bound),
            _ if limited => Walk::Pending,
            _ => Walk::Table,
        })
    }

    /// The places of those services that there are.
    async fn lineages(&self, ids: &[ServiceId]) -> Result<Vec<Lineage>, StoreFault> {
        let mut lineages = Vec::with_capacity(ids.len());
        for ids in ids.chunks(MAX_IDS) {
            let services = services_by_id(&self.client, &self.table, ids).await?;
            lineages.extend(services.into_iter().map(|service| service.directory.lineage));
        }
        Ok(lineages)
    }
}

/// What two sets of services, each with everything below, have in common.
fn within(some: &[Lineage], others: &[Lineage]) -> Vec<Lineage> {
    let pairs = some.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
    let inner = pairs.filter_map(|(one, other)| {
        if one.is_within(other.own()) {
            Some(one)
        } else {
            Some(other).filter(|other| other.is_within(one.own()))
        }
    });
    inner.cloned().collect()
}

/// Those that do not lie below another, in the order of their paths.
fn outermost(mut lineages: Vec<Lineage>) -> Vec<Lineage> {
    lineages.sort_by_cached_key(Lineage::to_string);
    let mut outermost: Vec<Lineage> = Vec::new();
    for lineage in lineages {
        // A path comes after those above it, and nothing unrelated comes between.
        if !outermost.last().is_some_and(|last| lineage.is_within(last.own())) {
            outermost.push(lineage);
        }
    }
    outermost
}
