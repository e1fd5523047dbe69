//! The filters of lists: which services a list shows.
//!
//! `functions/list-services` parses them from the query (`query.rs`) and keeps them in cursors (`cursor.rs`).

use super::{attribute::Item, keys::services};
use crate::domain::{Rag, Service, ServiceId, Timestamp, User, authorise_update};

/// The filters of a list. A service must be active and pass all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceFilter {
    /// Only below this root.
    pub region: Option<ServiceId>,
    /// Only this service and those below it.
    pub parent: Option<ServiceId>,
    /// Only of this type.
    pub type_id: Option<u64>,
    /// Only with this text in the name. The text is in lower case; the name may be in any case.
    pub name: Option<String>,
    /// Only with one of these effective statuses; empty for any.
    pub statuses: Vec<Rag>,
    /// Only with an effective status set at or after this time.
    pub changed_since: Option<Timestamp>,
    /// Only those that the caller may update.
    pub editable: bool,
}

impl ServiceFilter {
    /// Whether the list shows this service to this caller at `now`.
    pub(super) fn matches(&self, service: &Service, caller: &User, now: Timestamp) -> bool {
        let details = &service.details;
        let effective = service.record.clone().effective_at(now);
        let modified = effective.modified.map(|last| last.at);
        details.active
            && self.region.is_none_or(|region| details.path.root() == region)
            && self.parent.is_none_or(|parent| details.path.is_within(parent))
            && self.type_id.is_none_or(|type_id| details.type_id == type_id)
            && self.matches_name(&details.name)
            && (self.statuses.is_empty() || self.statuses.contains(&effective.status.rag()))
            && self.changed_since.is_none_or(|since| modified.is_some_and(|at| at >= since))
            && (!self.editable || authorise_update(caller, service).is_some())
    }

    /// Whether the service of an index item can match. The item may lack attributes.
    pub(super) fn may_match(&self, item: &Item) -> bool {
        let number = |name| item.get(name)?.as_n().ok()?.parse().ok();
        let is = |name, wanted: Option<u64>| {
            wanted.is_none_or(|wanted| number(name).is_none_or(|own: u64| own == wanted))
        };
        let name = item.get(services::NAME).and_then(|name| name.as_s().ok());
        let active = item.get(services::ACTIVE).and_then(|active| active.as_bool().ok());
        active != Some(&false)
            && is(services::REGION, self.region.map(ServiceId::get))
            && is(services::TYPE_ID, self.type_id)
            && name.is_none_or(|name| self.matches_name(name))
    }

    /// Whether it filters by attributes that indexes project but are not sorted by.
    pub(super) const fn has_projected_filter(&self) -> bool {
        self.type_id.is_some() || self.name.is_some()
    }

    fn matches_name(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|part| name.to_lowercase().contains(part))
    }
}
