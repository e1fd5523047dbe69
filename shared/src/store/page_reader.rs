//! Reads a page of a list.

use super::{
    FirstRead, ListPosition, PageReader, PageRequest, ServicePage, StoreFault, UnreadableRow,
    attribute::Item,
    list_caller::ListCaller,
    list_place::Place,
    list_source::{Batch, Source},
    service_item::{parse_service, service_id},
};
use crate::domain::User;

/// The most reads of the table or an index for one page. After them it is returned even if it is less than half full.
const MAX_READS: u32 = 25;

/// How many entries the first read of an index takes if the filter excludes some by what the index projects. Each
/// further read for the page takes twice as many.
const INDEX_LIMIT: usize = 100;

/// How often the number of entries doubles.
const MAX_DOUBLINGS: u32 = 4;

impl PageReader<'_> {
    /// Makes the page's first read, unless that depends on the caller.
    ///
    /// # Errors
    /// The store failed.
    pub async fn first_read(&mut self) -> Result<FirstRead, StoreFault> {
        match self.place.clone() {
            Place::Parent(parent) => {
                let (mut rows, units) = self.table.rows(&[parent]).await?;
                self.units.spend(units);
                Ok(FirstRead::Parent(rows.remove(&parent)))
            }
            Place::Source(source) => self.read(source).await.map(FirstRead::Batch),
            Place::Assigned(_) | Place::End => Ok(FirstRead::Nothing),
        }
    }

    /// Reads the rest of the page, for this caller.
    ///
    /// # Errors
    /// The store failed.
    pub async fn finish(
        mut self,
        first: FirstRead,
        caller: &User,
    ) -> Result<ServicePage, StoreFault> {
        let caller = ListCaller::new(caller);
        match first {
            FirstRead::Nothing => {}
            FirstRead::Parent(row) => self.find_parent(row, &caller),
            FirstRead::Batch(batch) => self.take(batch, &caller).await?,
        }
        while let Some(source) = self.next_source(&caller).await? {
            let batch = self.read(source).await?;
            self.take(batch, &caller).await?;
        }
        Ok(self.page)
    }

    /// What to read next; `None` if the page is complete. A few closed services are not worth another round trip, so
    /// half a page is enough.
    async fn next_source(&mut self, caller: &ListCaller<'_>) -> Result<Option<Source>, StoreFault> {
        if self.is_half_full() || self.reads >= MAX_READS || self.units.is_spent() {
            return Ok(None);
        }
        let source = match self.place.clone() {
            Place::Assigned(from) => self.next_assigned(from, caller).await?,
            Place::Source(source) => Some(source),
            Place::Parent(_) | Place::End => None,
        };
        // Finding the source can take what was left.
        Ok(source.filter(|_| !self.units.is_spent()))
    }

    async fn read(&mut self, source: Source) -> Result<Batch, StoreFault> {
        let (filter, missing) = (&self.request.filter, self.missing());
        // Entries are cheap, so a query reads more of them if the filter excludes some.
        let many = INDEX_LIMIT << self.reads.min(MAX_DOUBLINGS);
        let count = match &source {
            Source::Table(_) => self.units.scanned_rows(missing),
            Source::Subtree { .. } if filter.is_pending_only() => self.units.entries(INDEX_LIMIT),
            Source::Subtree { .. } if filter.excludes_in_subtree() => self.units.entries(many),
            Source::Shard { .. } if filter.excludes_in_shard() => self.units.entries(many),
            Source::Subtree { .. } | Source::Shard { .. } => self.units.entries(missing),
        };
        let batch = self.table.read(source, count, self.request.now).await?;
        self.units.spend(batch.units);
        self.reads += 1;
        Ok(batch)
    }

    async fn take(&mut self, batch: Batch, caller: &ListCaller<'_>) -> Result<(), StoreFault> {
        let Batch { source, items, last_key, .. } = batch;
        if last_key.is_some() && self.request.filter.is_pending_only() {
            // The subtree is large. What is AMBER or RED in it is fewer.
            if let Source::Subtree { assigned, after: None, .. } = source {
                return self.go_on(Some(ListPosition::pending_resets(assigned)));
            }
        }
        let end = match &last_key {
            Some(last) => Some(source.after(last)?),
            None => source.next(caller),
        };
        if let Source::Table(_) = source {
            for row in items {
                self.add(row, &source, caller);
            }
            return self.go_on(end);
        }
        let left_at = self.take_entries(&items, &source, caller).await?;
        self.go_on(left_at.or(end))
    }

    /// Reads from the table the services of the entries that the filter does not exclude. If the page or its units end
    /// before them, returns the position of the last one: the next page queries the rest again.
    async fn take_entries(
        &mut self,
        entries: &[Item],
        source: &Source,
        caller: &ListCaller<'_>,
    ) -> Result<Option<ListPosition>, StoreFault> {
        let filter = &self.request.filter;
        let candidates = entries.iter().filter(|entry| filter.may_match(entry, source, caller));
        let candidates: Vec<&Item> = candidates.collect();
        let (mut rest, mut last) = (candidates.as_slice(), None);
        while !rest.is_empty() {
            let wanted = self.missing().min(rest.len());
            // At least one, so that every page gets further.
            let count = self.units.rows(wanted).max(usize::from(last.is_none()));
            let (now, later) = rest.split_at(count);
            let Some(taken) = now.last() else { break };
            self.add_services(now, source, caller).await?;
            (rest, last) = (later, Some(*taken));
            if self.is_half_full() && count == wanted {
                break;
            }
        }
        last.filter(|_| !rest.is_empty()).map(|last| source.after(last)).transpose()
    }

    /// Adds the services of these entries, unless the filter excludes them.
    async fn add_services(
        &mut self,
        entries: &[&Item],
        source: &Source,
        caller: &ListCaller<'_>,
    ) -> Result<(), StoreFault> {
        let ids = entries.iter().filter_map(|entry| service_id(entry));
        let unread = ids.filter(|id| !matches!(self.rows.get(id), Some(Some(_))));
        let (mut rows, units) = self.table.rows(&unread.collect::<Vec<_>>()).await?;
        self.units.spend(units);
        for entry in entries {
            let Some(id) = service_id(entry) else {
                self.page.unreadable.push(UnreadableRow::of_item(entry));
                continue;
            };
            if let Some(row) = rows.remove(&id).or_else(|| self.rows.remove(&id)?) {
                self.add(row, source, caller);
            }
        }
        Ok(())
    }

    fn add(&mut self, row: Item, source: &Source, caller: &ListCaller<'_>) {
        let PageRequest { filter, now, .. } = self.request;
        if !filter.may_match(&row, source, caller) {
            return;
        }
        match parse_service(row) {
            Ok(service) if filter.matches(&service, caller.user, *now) => {
                self.page.services.push(service);
            }
            Ok(_) => {}
            Err(row) => self.page.unreadable.push(row),
        }
    }

    fn missing(&self) -> usize {
        self.request.limit.saturating_sub(self.page.services.len())
    }

    fn is_half_full(&self) -> bool {
        2 * self.page.services.len() >= self.request.limit
    }
}
