//! Reads a page of a list.

use std::collections::HashMap;

use super::{
    FirstRead, ListPosition, PageReader, PageRequest, ServicePage, StoreFault, UnreadableRow,
    attribute::Item,
    list_caller::ListCaller,
    list_place::Place,
    list_source::{Batch, Deadlines, Source},
    service_item::{parse_service, service_id},
};
use crate::domain::{ServiceId, User};

/// The most calls of the table and its indexes for one page. After them it is returned even if it is less than half
/// full. If the last one is a query, one more reads the rows that it names.
const MAX_CALLS: u32 = 25;

/// A page with a small limit reads more at once than it has room for, up to this, so that it does not take many calls
/// to find what matches. It reads the rest again for the next page.
const AT_ONCE: usize = 25;

/// How many entries a page's first call takes from an index if the filter excludes some by what the index projects.
/// Later ones take more, doubled with each call.
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
                let row = self.rows(&[parent]).await?.remove(&parent);
                Ok(FirstRead::Parent(row))
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
        if self.is_half_full() || self.is_spent() {
            return Ok(None);
        }
        let source = match self.place.clone() {
            Place::Assigned(from) => self.next_assigned(from, caller).await?,
            Place::Source(source) => Some(source),
            Place::Parent(_) | Place::End => None,
        };
        // Finding the source can take what was left.
        Ok(source.filter(|_| !self.is_spent()))
    }

    async fn read(&mut self, source: Source) -> Result<Batch, StoreFault> {
        let filter = &self.request.filter;
        // Entries are cheap, so a query reads more of them if the filter excludes some.
        let many = INDEX_LIMIT << self.calls.min(MAX_DOUBLINGS);
        let count = match &source {
            Source::Table(_) => self.units.scanned_rows(self.rows_at_once()),
            Source::Subtree { .. } if filter.is_pending_only() => self.units.entries(INDEX_LIMIT),
            Source::Subtree { .. } if filter.excludes_in_subtree() => self.units.entries(many),
            Source::Shard { .. } if filter.excludes_in_shard() => self.units.entries(many),
            // One more than there is room for: without it, a page that is just full would not know that it is the last.
            Source::Subtree { .. } | Source::Shard { .. } => {
                self.units.entries(self.missing().max(AT_ONCE) + 1)
            }
        };
        let deadlines = Deadlines::of(filter, self.request.now);
        let batch = self.table.read(source, count, deadlines).await?;
        self.units.spend(batch.units);
        self.calls += 1;
        Ok(batch)
    }

    /// Reads the rows of these services.
    pub(super) async fn rows(
        &mut self,
        ids: &[ServiceId],
    ) -> Result<HashMap<ServiceId, Item>, StoreFault> {
        let (rows, units) = self.table.rows(ids).await?;
        self.units.spend(units);
        self.calls += u32::from(!ids.is_empty());
        Ok(rows)
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
        let left_at = match source {
            Source::Table(_) => self.take_rows(items, &source, caller)?,
            Source::Subtree { .. } | Source::Shard { .. } => {
                self.take_entries(&items, &source, caller).await?
            }
        };
        self.go_on(left_at.or(end))
    }

    /// Adds rows of the table. If the page is full before them, returns the position of the last one that was used: the
    /// next page reads the rest again.
    fn take_rows(
        &mut self,
        rows: Vec<Item>,
        source: &Source,
        caller: &ListCaller<'_>,
    ) -> Result<Option<ListPosition>, StoreFault> {
        let (mut rest, mut last) = (rows.into_iter(), None);
        while self.missing() > 0
            && let Some(row) = rest.next()
        {
            last = Some(source.after(&row)?);
            self.add(row, source, caller);
        }
        Ok(last.filter(|_| rest.len() > 0))
    }

    /// Reads from the table the services of the entries that the filter does not exclude. If the page ends before them,
    /// returns the position of the last one that was used: the next page queries the rest again.
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
        while !rest.is_empty() && self.missing() > 0 {
            let wanted = self.rows_at_once().min(rest.len());
            // At least one, so that every page gets further.
            let count = self.units.rows(wanted).max(usize::from(last.is_none()));
            let used = self.add_services(rest.get(..count).unwrap_or_default(), source, caller);
            let (used, later) = rest.split_at(used.await?);
            let Some(taken) = used.last() else { break };
            (rest, last) = (later, Some(*taken));
            if self.calls >= MAX_CALLS || (self.is_half_full() && count == wanted) {
                break;
            }
        }
        last.filter(|_| !rest.is_empty()).map(|last| source.after(last)).transpose()
    }

    /// Adds the services of these entries, unless the filter excludes them, until the page is full. Returns how many
    /// entries it used.
    async fn add_services(
        &mut self,
        entries: &[&Item],
        source: &Source,
        caller: &ListCaller<'_>,
    ) -> Result<usize, StoreFault> {
        let ids = entries.iter().filter_map(|entry| service_id(entry));
        let unread = ids.filter(|id| !matches!(self.tops.get(id), Some(Some(_))));
        let mut rows = self.rows(&unread.collect::<Vec<_>>()).await?;
        let mut used = 0;
        for entry in entries {
            if self.missing() == 0 {
                break;
            }
            used += 1;
            let Some(id) = service_id(entry) else {
                self.page.unreadable.push(UnreadableRow::of_item(entry));
                continue;
            };
            if let Some(row) = rows.remove(&id).or_else(|| self.tops.remove(&id)?) {
                self.add(row, source, caller);
            }
        }
        Ok(used)
    }

    fn add(&mut self, row: Item, source: &Source, caller: &ListCaller<'_>) {
        self.rows_seen += 1;
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

    /// How many rows to read at once: what is missing, or as many as the page has seen, up to [`AT_ONCE`]. So a page
    /// never reads more than twice what it has to.
    fn rows_at_once(&self) -> usize {
        self.missing().max(self.rows_seen.min(AT_ONCE))
    }

    /// Whether the page may not read any more.
    fn is_spent(&self) -> bool {
        self.calls >= MAX_CALLS || self.units.is_spent()
    }

    fn missing(&self) -> usize {
        self.request.limit.saturating_sub(self.page.services.len())
    }

    fn is_half_full(&self) -> bool {
        2 * self.page.services.len() >= self.request.limit
    }
}
