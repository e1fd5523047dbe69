//! Lists and histories, page by page, and statuses in the past.

use serde_json::Value;

use super::{
    calendar::text,
    check::{Outcome, same},
    operation::{Filters, Moment, Place},
    representations::Answer,
    run::Run,
};
use crate::harness::{App, Call, Reply};

/// A history that has been read in part.
pub(super) struct Bookmark {
    pub(super) place: Place,
    pub(super) cursor: String,
    pub(super) below: u64,
    pub(super) limit: u8,
}

impl Run<'_> {
    pub(super) async fn by_id(&mut self, places: &[Place]) -> Outcome {
        let mut asked: Vec<(Place, u64)> = Vec::new();
        for place in places {
            if !asked.iter().any(|(known, _)| known == place) {
                asked.push((*place, self.family.id(*place)));
            }
        }
        let ids: Vec<_> = places.iter().map(|place| self.family.id(*place).to_string()).collect();
        let reply = self.read(|app| app.list(&format!("id={}", ids.join(",")))).await;
        self.count("lists by id");
        let expected = self.family.model.by_id(&asked, self.now);
        self.check(&reply, &expected)
    }

    /// All pages of a list. Their order is not specified.
    pub(super) async fn list(&mut self, filters: Filters, limit: u8) -> Outcome {
        let Filters { in_region, statuses, overdue, reset_before } = filters;
        let region = in_region.then(|| self.family.id(Place::Region));
        let reset_before = reset_before
            .map(|(place, after)| self.last_deadline(place).unwrap_or(self.now) + after);
        let parameters = [
            region.map(|region| format!("region={region}")),
            (!statuses.is_empty()).then(|| format!("status={}", statuses.join(","))),
            overdue.then(|| "overdue=true".to_owned()),
            reset_before.map(|at| format!("resetBefore={}", text(at))),
        ];
        let filter: Vec<_> = parameters.into_iter().flatten().collect();
        let (mut met, mut query) = (Vec::new(), format!("{}&limit={limit}", filter.join("&")));
        loop {
            let reply = self.read(|app| app.list(&query)).await;
            let page = reply.ok()["items"].as_array().expect("items");
            same("fits its page", &(page.len() <= usize::from(limit)), &true)?;
            met.extend(page.iter().cloned());
            let Some(next) = reply.body["next"].as_str() else { break };
            query = format!("limit={limit}&cursor={next}");
        }
        self.count(match (overdue, reset_before) {
            (true, _) => "lists of what is due for review",
            (false, Some(_)) => "lists of what ends soon",
            (false, None) => "lists by region or status",
        });
        let model = &self.family.model;
        let mut expected = model.listing(region, statuses, (overdue, reset_before), self.now);
        met.sort_by_key(|entry| entry["id"].as_u64());
        expected.sort_by_key(|entry| entry["id"].as_u64());
        same("a list", &met, &expected)
    }

    async fn read<'b>(&'b self, call: impl FnOnce(&'b App) -> Call<'b>) -> Reply {
        call(&self.fixture.app).by("reader").send().await
    }

    /// A moment in epoch seconds.
    fn moment(&self, place: Place, moment: Moment) -> i64 {
        match moment {
            Moment::Ago(seconds) => self.now - seconds,
            Moment::Change(which, after) => {
                let service = self.family.model.service(place);
                let known = service.map(|service| self.family.model.known(service, self.now));
                let known = known.unwrap_or_default();
                let change = known.get(which % known.len().max(1));
                change.map_or(self.now, |change| change.date) + after
            }
        }
    }

    pub(super) async fn history(
        &mut self,
        place: Place,
        (from, to): (Option<Moment>, Option<Moment>),
        limit: u8,
    ) -> Outcome {
        let window @ (from, to) = (
            from.map(|moment| self.moment(place, moment)),
            to.map(|moment| self.moment(place, moment)),
        );
        let mut query = format!("limit={limit}");
        for (name, at) in [("from", from), ("to", to)] {
            query += &at.map_or(String::new(), |at| format!("&{name}={}", text(at)));
        }
        self.count("histories");
        let expected = self.family.model.history(place, window, u64::MAX, self.now);
        let (mut met, mut pages) = (Vec::new(), 0);
        loop {
            let reply = self.read(|app| app.past(self.family.id(place), &query)).await;
            if matches!(expected, Answer::Refused(..)) {
                return self.check(&reply, &expected);
            }
            met.extend(entries(&reply));
            pages += 1;
            let Some(next) = reply.body["next"].as_str() else { break };
            query = format!("limit={limit}&cursor={next}");
        }
        let needed = met.len().div_ceil(usize::from(limit)).max(1);
        same("a history", &Answer::History(met), &expected)?;
        same("its pages", &pages, &needed)
    }

    /// The page of a history that a cursor leads to, whatever has happened since.
    pub(super) async fn page(&mut self, bookmark: Bookmark) -> Outcome {
        let Bookmark { place, cursor, below, limit } = bookmark;
        let start = if cursor.is_empty() { cursor } else { format!("&cursor={cursor}") };
        let query = format!("limit={limit}{start}");
        let reply = self.read(|app| app.past(self.family.id(place), &query)).await;
        let Answer::History(mut expected) =
            self.family.model.history(place, (None, None), below, self.now)
        else {
            return Err("a place without a history".to_owned());
        };
        let more = expected.len() > usize::from(limit);
        expected.truncate(usize::from(limit));
        let below = expected.last().and_then(|entry| entry["version"].as_u64()).unwrap_or(below);
        let next = reply.ok()["next"].as_str().map(str::to_owned);
        same("whether there are more", &next.is_some(), &more)?;
        self.bookmark = next.map(|cursor| Bookmark { place, cursor, below, limit });
        self.count("pages of histories");
        same("a page", &Answer::History(entries(&reply)), &Answer::History(expected))
    }

    pub(super) async fn at(&mut self, place: Place, moment: Moment) -> Outcome {
        let at = self.moment(place, moment);
        let query = format!("at={}", text(at));
        let reply = self.read(|app| app.past(self.family.id(place), &query)).await;
        self.count("moments");
        let expected = self.family.model.at(place, at, self.now);
        self.check(&reply, &expected)
    }
}

fn entries(reply: &Reply) -> Vec<Value> {
    reply.ok()["items"].as_array().expect("items").clone()
}
