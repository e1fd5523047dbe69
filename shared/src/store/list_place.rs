//! How a list finds its services: which part of the table or of which index it reads next.
//!
//! The place follows from the filters and the position alone, so a page goes on within itself as the next page does.

use super::{
    ListPosition, PageReader, ServiceFilter, StoreFault, UnreadableRow, attribute::Item,
    keys::services, list_caller::ListCaller, list_source::Source,
};
use crate::domain::{HierarchyPath, ServiceId};

/// How many assigned services are read at once to find their subtrees.
const ASSIGNED_AT_ONCE: usize = 25;

/// What a list reads next.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// The parent's row, which says where its subtree is.
    Parent(ServiceId),
    /// The subtrees of the assigned services, from this position on, or from the first one.
    Assigned(Option<ListPosition>),
    /// A part of the table or of an index.
    Source(Source),
    /// Nothing: the list has ended.
    End,
}

impl Place {
    /// Where a list goes on, or begins. `None` if the position does not belong to the filters.
    ///
    /// By parent, else by assignments if only editable services are listed (but not by many if only AMBER and RED are),
    /// else by AMBER and RED (that index has the region too), else by region, else the whole table.
    pub(super) fn of(filter: &ServiceFilter, position: Option<&ListPosition>) -> Option<Self> {
        let Some(position) = position else { return Some(Self::first(filter)) };
        let by_pending_reset = filter.is_pending_only();
        match position.clone() {
            ListPosition::Table(after) => {
                let is_first = matches!(Self::first(filter), Self::Source(Source::Table(_)));
                is_first.then_some(Self::Source(Source::Table(Some(after))))
            }
            ListPosition::Hierarchy(None, after) => {
                let top = match filter.parent {
                    Some(parent) => after.subtree(parent),
                    None => after.subtree(filter.region?).filter(|top| {
                        top.parent().is_none() && !by_pending_reset && !filter.editable
                    }),
                };
                let top = top.filter(|top| filter.region.is_none_or(|region| region == top.root()));
                Some(Self::Source(Source::Subtree {
                    top: top?,
                    assigned: None,
                    after: Some(after),
                }))
            }
            ListPosition::Hierarchy(Some(_), _) | ListPosition::Assigned(_) => {
                filter.editable.then(|| Self::Assigned(Some(position.clone())))
            }
            ListPosition::PendingResets { assigned, shard, after } => {
                let belongs = by_pending_reset && (assigned.is_none() || filter.editable);
                belongs.then_some(Self::Source(Source::Shard { shard, assigned, after }))
            }
        }
    }

    /// The part of the table or of an index, if it is one.
    fn source(&self) -> Option<Source> {
        match self {
            Self::Source(source) => Some(source.clone()),
            Self::Parent(_) | Self::Assigned(_) | Self::End => None,
        }
    }

    fn first(filter: &ServiceFilter) -> Self {
        let region = |id| HierarchyPath::new(Vec::new(), id);
        match filter.region {
            _ if let Some(parent) = filter.parent => Self::Parent(parent),
            _ if filter.editable => Self::Assigned(None),
            _ if filter.is_pending_only() => {
                Self::Source(Source::Shard { shard: 0, assigned: None, after: None })
            }
            Some(id) => {
                Self::Source(Source::Subtree { top: region(id), assigned: None, after: None })
            }
            None => Self::Source(Source::Table(None)),
        }
    }
}

impl PageReader<'_> {
    /// Goes on at this position, or ends the list.
    pub(super) fn go_on(&mut self, position: Option<ListPosition>) -> Result<(), StoreFault> {
        self.place = match &position {
            None => Place::End,
            Some(next) => Place::of(&self.request.filter, Some(next))
                .ok_or_else(|| StoreFault::Unreadable(format!("the position {next} of a list")))?,
        };
        self.page.next = position;
        Ok(())
    }

    /// Goes to the parent's subtree. If only editable services are listed, and the parent is not one of them, goes to
    /// the assigned subtrees within it.
    pub(super) fn find_parent(&mut self, row: Option<Item>, caller: &ListCaller<'_>) {
        self.place = Place::End;
        let Some(row) = row else { return };
        let filter = &self.request.filter;
        let Some(top) = path(&row) else {
            self.page.unreadable.push(UnreadableRow::of_item(&row));
            return;
        };
        if filter.region.is_some_and(|region| region != top.root()) {
            return;
        }
        self.place = if filter.editable && caller.outermost_assigned(&top).is_none() {
            Place::Assigned(None)
        } else {
            self.tops.insert(top.id(), Some(row));
            Place::Source(Source::Subtree { top, assigned: None, after: None })
        };
    }

    /// The next subtree of an assigned service; `None` if there is none left, or no units to find it.
    ///
    /// # Errors
    /// The store failed.
    pub(super) async fn next_assigned(
        &mut self,
        from: Option<ListPosition>,
        caller: &ListCaller<'_>,
    ) -> Result<Option<Source>, StoreFault> {
        if from.is_none() && self.is_cheaper_by_status(caller) {
            self.go_on(Some(ListPosition::pending_resets(None)))?;
            return Ok(self.place.source());
        }
        let mut next = match from {
            Some(ListPosition::Hierarchy(Some(id), after)) => {
                // The assignment may have been taken away since the last page, or another one given.
                if let Some(top) = after.subtree(id).filter(|top| self.lists_below(top, caller)) {
                    return Ok(Some(Source::Subtree {
                        top,
                        assigned: Some(id),
                        after: Some(after),
                    }));
                }
                caller.assigned_after(id)
            }
            Some(ListPosition::Assigned(id)) => caller.assigned_from(Some(id)).first().copied(),
            _ => caller.assigned_from(None).first().copied(),
        };
        while let Some(id) = next {
            self.go_on(Some(ListPosition::Assigned(id)))?;
            if !self.tops.contains_key(&id) && !self.read_assigned(id, caller).await? {
                return Ok(None);
            }
            if let Some(top) = self.assigned_path(id).filter(|top| self.lists_below(top, caller)) {
                return Ok(Some(Source::Subtree { top, assigned: Some(id), after: None }));
            }
            next = caller.assigned_after(id);
        }
        self.go_on(None)?;
        Ok(None)
    }

    /// Whether the list is of AMBER and RED, and going through the caller's assignments one by one would take more than
    /// a page.
    fn is_cheaper_by_status(&self, caller: &ListCaller<'_>) -> bool {
        let assigned = caller.assigned_from(None);
        self.request.filter.is_pending_only() && assigned.len() > ASSIGNED_AT_ONCE
    }

    /// Reads the rows of the assigned services from this one on. `false` if there are not enough units.
    async fn read_assigned(
        &mut self,
        first: ServiceId,
        caller: &ListCaller<'_>,
    ) -> Result<bool, StoreFault> {
        let ids = caller.assigned_from(Some(first));
        let count = self.units.rows(ids.len().min(ASSIGNED_AT_ONCE));
        let ids = ids.get(..count).unwrap_or_default();
        let mut rows = self.rows(ids).await?;
        self.tops.extend(ids.iter().map(|id| (*id, rows.remove(id))));
        Ok(count > 0)
    }

    /// The path of an assigned service, if it exists and its row says where it is.
    fn assigned_path(&mut self, id: ServiceId) -> Option<HierarchyPath> {
        let row = self.tops.get(&id)?.as_ref()?;
        let path = path(row);
        if path.is_none() {
            self.page.unreadable.push(UnreadableRow::of_item(row));
        }
        path
    }

    /// Whether the list has the subtree of this assigned service: it is still assigned, not within another one, and
    /// within the region and the parent.
    fn lists_below(&self, top: &HierarchyPath, caller: &ListCaller<'_>) -> bool {
        let filter = &self.request.filter;
        caller.outermost_assigned(top) == Some(top.id())
            && filter.region.is_none_or(|region| region == top.root())
            && filter.parent.is_none_or(|parent| top.is_within(parent))
    }
}

/// Where a row says that its service is, even if the rest of the row cannot be read.
fn path(row: &Item) -> Option<HierarchyPath> {
    let path = HierarchyPath::parse(row.get(services::PATH)?.as_s().ok()?)?;
    let id: u64 = row.get(services::ID)?.as_n().ok()?.parse().ok()?;
    Some(path).filter(|path| path.id().get() == id)
}
