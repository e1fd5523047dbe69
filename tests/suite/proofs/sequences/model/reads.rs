//! The answers to reads.

use serde_json::{Value, json};

use super::{Model, NOT_FOUND};
use crate::proofs::sequences::{
    operation::Place,
    representations::{Answer, Change, PHONE, Service, Tags, after},
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
        (overdue, reset_before): (bool, Option<i64>),
        now: i64,
    ) -> Vec<Value> {
        let active = self.services.iter().filter(|service| service.place != Place::Closed);
        let selected = active.filter(|service| {
            let known = self.known(service, now);
            let last = known.last();
            let status = last.map_or("GREEN", |last| last.status);
            let deadline = last.and_then(|last| last.deadline);
            region.is_none_or(|region| service.region == region)
                && (statuses.is_empty() || statuses.contains(&status))
                && (!overdue || is_overdue(service, last, now))
                && reset_before.is_none_or(|by| deadline.is_some_and(|deadline| deadline <= by))
        });
        selected.map(|service| self.listed(service, now)).collect()
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
        if service.review.has_phone {
            entry["phone"] = PHONE.into();
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

/// Never set, or due for review.
fn is_overdue(service: &Service, last: Option<&Change>, now: i64) -> bool {
    let due = last.map(|last| service.review_due(last).is_some_and(|due| now >= due));
    service.review.after.is_some() && due.unwrap_or(true)
}
