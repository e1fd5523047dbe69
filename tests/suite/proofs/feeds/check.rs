//! What followers ask, and whether they know what they have to know.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    count::Count,
    follower::{Follower, Step, list},
    world::{SERVICES, World, number_in},
};
use crate::harness::faulty::Fate;

/// A time at which no deadline has passed, so that a status is shown as it is stored.
const BEFORE_DEADLINES: i64 = -24 * 3600;

impl World {
    /// A follower's next request. Its answer can be lost, or come twice.
    pub(super) async fn follow(&mut self, count: &mut Count) -> Result<(), String> {
        let clock = self.clock();
        self.reader.at(clock);
        let number = self.rng.usize(0..self.followers.len());
        let mut follower = self.followers[number].clone();
        let mut step = follower.go_on(&self.reader).await;
        match self.rng.u32(0..10) {
            0 => {
                count.add("polls whose answer was lost");
                return Ok(());
            }
            1 if matches!(step, Step::Polled(false)) => {
                count.add("answers that came twice");
                let mut again = self.followers[number].clone();
                again.copy = follower.copy.clone();
                step = again.go_on(&self.reader).await;
                if matches!(step, Step::Polled(_)) {
                    follower = again;
                }
            }
            _ => {}
        }
        match step {
            Step::Polled(has_more) => {
                count.add("polls");
                let checked = if has_more { Ok(()) } else { self.check(&follower) };
                self.followers[number] = follower;
                checked
            }
            Step::Failed => {
                count.add("polls that failed");
                Ok(())
            }
            Step::Begun | Step::Listed | Step::Resync => {
                self.followers[number] = follower;
                Ok(())
            }
        }
    }

    /// The services that are open, as the API lists them at this time.
    pub(super) async fn listed(&self, at: i64) -> BTreeMap<u64, Value> {
        self.engine.at(at);
        let ids = SERVICES.map(|id| id.to_string()).join(",");
        let reply = self.engine.list(&format!("id={ids}")).by("reader").send().await;
        by_id(&reply.ok()["items"])
    }

    /// What is visible for everybody, whether it was acknowledged or not: followers have to know it from now on.
    pub(super) async fn observe(&mut self) {
        let items = self.listed(BEFORE_DEADLINES).await;
        self.maybe_moved.clear();
        for (id, item) in &items {
            self.acknowledged.insert(*id, (self.updates, item.clone()));
        }
        if !self.is_untold {
            for (id, entry) in &mut self.entries {
                *entry = entry.observed(items.get(id));
            }
        }
    }

    /// Whether a follower has each acknowledged change, or a later one.
    fn check(&self, follower: &Follower) -> Result<(), String> {
        for (id, entry) in &self.entries {
            entry.check(follower.region, follower.copy.get(id))?;
        }
        for (id, own) in &follower.copy {
            if let Some((number, stored)) = self.acknowledged.get(id)
                && stored["region"] == follower.region
                && !is_same(own, stored)
                && !is_newer(own, *number, stored)
                && !(self.maybe_moved.contains(id) && is_moved(own, stored))
            {
                return Err(format!("{own} is older than update {number}, {stored}"));
            }
            if self.redacted.get(id).is_some_and(|before| is_same(own, before)) {
                return Err(format!("{own} is not redacted"));
            }
        }
        Ok(())
    }

    /// Long after the last event, every follower has what a list has.
    pub(super) async fn end(mut self, count: &mut Count) -> Result<(), String> {
        count.add("worlds");
        self.later(3 * 3600).await;
        self.store.direct(|_| Fate::Passed.into());
        self.finish_imports().await;
        self.writer.at(self.now);
        self.writer.run_schedule().await;
        self.later(60).await;
        self.reader.at(self.now);
        self.engine.at(self.now);
        for follower in &mut self.followers {
            for request in 0.. {
                assert!(request < 100, "a follower without an end");
                if follower.go_on(&self.reader).await == Step::Polled(false) {
                    break;
                }
            }
            count.add("copies compared with a list");
            let list = list(&self.engine, follower.region).await.expect("a list");
            let list = by_id(&list);
            if follower.copy != list {
                return Err(format!("at the end {:?} is not {list:?}", follower.copy));
            }
        }
        Ok(())
    }
}

fn by_id(items: &Value) -> BTreeMap<u64, Value> {
    let items = items.as_array().expect("items").iter();
    items.map(|item| (item["id"].as_u64().expect("an id"), item.clone())).collect()
}

fn is_same(own: &Value, other: &Value) -> bool {
    ["status", "notes", "resetDateTime", "modifiedDate"]
        .iter()
        .all(|name| own[*name] == other[*name])
}

/// Whether a copy has the same status with another deadline. Its date can be the same, if one of two clocks is behind.
fn is_moved(own: &Value, stored: &Value) -> bool {
    ["status", "notes", "modifiedDate"].iter().all(|name| own[*name] == stored[*name])
}

/// Whether a copy is newer than the answer to the update with this number.
fn is_newer(own: &Value, number: u64, stored: &Value) -> bool {
    let date = |shown: &Value| shown["modifiedDate"].as_str().unwrap_or_default().to_owned();
    date(own) > date(stored)
        || date(own) == date(stored) && number_in(&own["notes"]).is_none_or(|own| own > number)
}
