//! The filters of lists: which services a list shows.
//!
//! `functions/list-services` parses them from the query (`query.rs`); `http/list_cursor.rs` keeps them in cursors.

use super::{attribute::Item, keys::services, list_caller::ListCaller, list_source::Source};
use crate::domain::{
    HierarchyPath, NamePart, Rag, Service, ServiceDetails, ServiceId, Timestamp, User,
    authorise_update,
};

/// The filters of a list. A service must be active and pass all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceFilter {
    /// Only below this root.
    pub region: Option<ServiceId>,
    /// Only this service and those below it.
    pub parent: Option<ServiceId>,
    /// Only of this type.
    pub type_id: Option<u64>,
    /// Only with this in the name.
    pub name: Option<NamePart>,
    /// Only with one of these effective statuses; empty for any.
    pub statuses: Vec<Rag>,
    /// Only with an effective status set at or after this time.
    pub changed_since: Option<Timestamp>,
    /// Only those that the caller may update.
    pub editable: bool,
    /// Only with reviews, and with an effective status that is due for one or was never set.
    pub overdue: bool,
    /// Only AMBER and RED that end at or before this time.
    pub reset_before: Option<Timestamp>,
}

impl ServiceFilter {
    /// Whether the list can show a service with this place, type and name, whatever its status.
    #[must_use]
    pub fn admits(&self, details: &ServiceDetails) -> bool {
        details.active
            && self.region.is_none_or(|region| details.path.root() == region)
            && self.parent.is_none_or(|parent| details.path.is_within(parent))
            && self.type_id.is_none_or(|type_id| details.type_id == type_id)
            && self.matches_name(&details.name)
    }

    /// Whether the list shows this service to this caller at `now`.
    pub(super) fn matches(&self, service: &Service, caller: &User, now: Timestamp) -> bool {
        let details = &service.details;
        let effective = service.record.clone().effective_at(now);
        let modified = effective.modified.as_ref().map(|last| last.at);
        let deadline = effective.status.reset_at();
        let is_overdue = |review_after| effective.is_overdue(review_after, now);
        self.admits(details)
            && (self.statuses.is_empty() || self.statuses.contains(&effective.status.rag()))
            && self.changed_since.is_none_or(|since| modified.is_some_and(|at| at >= since))
            && self.reset_before.is_none_or(|by| deadline.is_some_and(|deadline| deadline <= by))
            && (!self.overdue || details.review_after.is_some_and(is_overdue))
            && (!self.editable || authorise_update(caller, service).is_some())
    }

    /// Whether this part of the list can have a service, by an index's item or by a row that need not be readable. An
    /// attribute that is missing or has another type excludes nothing, but a service without a review interval is never
    /// overdue.
    pub(super) fn may_match(&self, item: &Item, source: &Source, caller: &ListCaller<'_>) -> bool {
        let number = |name| item.get(name)?.as_n().ok()?.parse().ok();
        let is = |name, wanted: Option<u64>| {
            wanted.is_none_or(|wanted| number(name).is_none_or(|own: u64| own == wanted))
        };
        let text = |name| item.get(name)?.as_s().ok();
        let active = item.get(services::ACTIVE).and_then(|active| active.as_bool().ok());
        let by_name = self.name.is_some();
        let by_path = self.parent.is_some() || self.editable;
        active != Some(&false)
            && (!self.overdue || item.contains_key(services::REVIEW_AFTER_MINUTES))
            && is(services::REGION, self.region.map(ServiceId::get))
            && is(services::TYPE_ID, self.type_id)
            && (!by_name || text(services::NAME).is_none_or(|name| self.matches_name(name)))
            && (!by_path
                || text(services::PATH).is_none_or(|path| self.may_be_at(path, source, caller)))
    }

    fn may_be_at(&self, path: &str, source: &Source, caller: &ListCaller<'_>) -> bool {
        HierarchyPath::parse(path).is_none_or(|path| {
            self.parent.is_none_or(|parent| path.is_within(parent))
                && (!self.editable || caller.outermost_assigned(&path).is_some())
                && !source.comes_after(&path, caller)
        })
    }

    /// Whether it lists AMBER and RED alone.
    pub(super) fn is_pending_only(&self) -> bool {
        self.reset_before.is_some()
            || (!self.statuses.is_empty() && !self.statuses.contains(&Rag::Green))
    }

    /// Whether no service can match at `now`: GREEN has no deadline, and at its deadline a status is GREEN.
    pub(super) fn matches_nothing(&self, now: Timestamp) -> bool {
        self.reset_before.is_some_and(|by| by <= now || self.statuses == [Rag::Green])
    }

    /// Whether it excludes entries of a subtree by what the index `hierarchy` projects.
    pub(super) const fn excludes_in_subtree(&self) -> bool {
        self.type_id.is_some() || self.name.is_some() || self.overdue
    }

    /// Whether it excludes entries of a shard by what the index `pending-reset` projects.
    pub(super) const fn excludes_in_shard(&self) -> bool {
        self.excludes_in_subtree()
            || self.region.is_some()
            || self.parent.is_some()
            || self.editable
    }

    fn matches_name(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|part| part.is_in(name))
    }
}
