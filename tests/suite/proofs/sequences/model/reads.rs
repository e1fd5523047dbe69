//! The answers to reads.

use serde_json::{Value, json};

use super::{Model, NOT_FOUND};
use crate::proofs::sequences::{
    operation::Place,
    representations::{Answer, Service, Tags, after},
};

const BAD_QUERY: Answer = Answer::Refused(400, "INVALID_QUERY");

impl Model {
    pub(in super::super) fn get(
        &self,
        place: Place,
        if_none_match: Option<&Tags>,
        now: i64,
    ) -> Answer {
        let Some(index) = self.index(place) else { return NOT_FOUND };
        let shown = self.shown(&self.services[index], now);
        if if_none_match.is_some_and(|tags| tags.name(&shown)) {
            Answer::NotModified(shown)
        } else {
            Answer::Status(shown)
        }
    }

    pub(in super::super) fn by_id(&self, asked: &[(Place, u64)], now: i64) -> Answer {
        let (found, missing): (Vec<_>, Vec<_>) =
            asked.iter().partition(|(place, _)| self.index(*place).is_some());
        let items = found.iter().filter_map(|(place, _)| self.service(*place));
        let items: Vec<_> = items.map(|service| self.listed(service, now)).collect();
        let missing: Vec<_> = missing.iter().map(|(_, id)| *id).collect();
        Answer::Plain(json!({"items": items, "missing": missing}))
    }

    /// The entries of all pages of a list, in any order.
    pub(in super::super) fn listing(
        &self,
        region: Option<u64>,
        statuses: &[&str],
        now: i64,
    ) -> Vec<Value> {
        let active = self.services.iter().filter(|service| service.place != Place::Closed);
        let within = active.filter(|service| region.is_none_or(|region| service.region == region));
        let entries = within.map(|service| self.listed(service, now));
        let any = statuses.is_empty();
        entries
            .filter(|entry| any || statuses.iter().any(|status| entry["status"] == *status))
            .collect()
    }

    fn listed(&self, service: &Service, now: i64) -> Value {
        let mut entry = self.shown(service, now).body;
        entry["typeId"] = 13.into();
        entry["region"] = service.region.into();
        entry["town"] = "Ambridge".into();
        entry["postcode"] = "ZZ99 1AA".into();
        entry["odsCode"] = format!("T{}", service.id).into();
        if let Some(parent) = service.parent {
            entry["parentId"] = parent.into();
        }
        entry
    }

    /// The changes in a time range, below a version, newest first.
    pub(in super::super) fn history(
        &self,
        place: Place,
        (from, to): (Option<i64>, Option<i64>),
        below: u64,
        now: i64,
    ) -> Answer {
        let Some(index) = self.index(place) else { return NOT_FOUND };
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return BAD_QUERY;
        }
        let known = self.known(&self.services[index], now).into_iter().rev();
        let within = known.filter(|change| {
            change.version < below
                && from.is_none_or(|from| change.date >= from)
                && to.is_none_or(|to| change.date <= to)
        });
        Answer::History(within.map(|change| change.entry()).collect())
    }

    /// What was shown at that time.
    pub(in super::super) fn at(&self, place: Place, at: i64, now: i64) -> Answer {
        let Some(index) = self.index(place) else { return NOT_FOUND };
        if at > now {
            return BAD_QUERY;
        }
        let service = &self.services[index];
        let known = self.known(service, at);
        let last = known.iter().rev().find(|change| change.date <= at);
        Answer::Plain(after(service, last).body)
    }
}
