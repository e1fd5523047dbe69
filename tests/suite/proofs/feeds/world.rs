//! Writers and followers of one region, on a store that fails at random.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use super::{
    Figures,
    follower::{Follower, Mistake, Step},
};
use crate::harness::{
    self, App, Reply,
    faulty::{Fate, FaultyStore, Lie, Plan, StoreCall},
};

/// The services of the region that are updated.
const SERVICES: [u64; 4] = [20, 30, 31, 32];

/// What happened in all worlds.
#[derive(Debug, Default)]
pub(super) struct Count(BTreeMap<&'static str, u64>);

impl Count {
    fn add(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(super) fn figures(&self) -> Figures {
        let all = [
            "updates acknowledged",
            "updates with an unknown outcome",
            "deadlines moved",
            "polls",
            "polls that failed",
            "polls whose answer was lost",
            "answers that came twice",
            "copies compared with a list",
        ];
        all.map(|what| (what, self.0.get(what).copied().unwrap_or(0))).to_vec()
    }
}

/// Writers and followers.
pub(super) struct World {
    rng: Rng,
    /// Real time, in seconds since the world began. Clocks are up to five minutes off.
    now: i64,
    /// When what was in flight was visible at last.
    settled: i64,
    writer: App,
    reader: App,
    store: FaultyStore,
    followers: Vec<Follower>,
    /// The last acknowledged answer of each service, with the number of its update.
    acknowledged: BTreeMap<u64, (u64, Value)>,
    updates: u64,
}

impl World {
    pub(super) async fn start(seed: u64, lie: Option<Lie>, mistake: Option<Mistake>) -> Self {
        let mut rng = Rng::with_seed(seed);
        let world = harness::World::family()
            .service(31, "Dentist", Some(20))
            .service(32, "Optician", Some(20))
            .start()
            .await;
        let (writes, reads) = (rng.fork(), rng.fork());
        let (writer, store, _) = FaultyStore::below(&world, lie, fates(writes, 30));
        let reader = store.beside(&world, lie, fates(reads, 6));
        let followers = vec![Follower::new(mistake); 3];
        Self {
            rng,
            now: 0,
            settled: 0,
            writer,
            reader,
            store,
            followers,
            acknowledged: BTreeMap::new(),
            updates: 0,
        }
    }

    /// A clock, up to five minutes off.
    fn clock(&mut self) -> i64 {
        let offset = [-300, -300, 0, 300, 300, self.rng.i64(-300..=300)];
        self.now + self.rng.choice(offset).unwrap_or_default()
    }

    /// Lets time pass. No transaction is in flight for longer than half a minute.
    async fn later(&mut self, seconds: i64) {
        if self.now + seconds - self.settled > 20 {
            self.store.release().await;
            self.settled = self.now + seconds;
        }
        self.now += seconds;
    }

    /// One event.
    pub(super) async fn happen(&mut self, count: &mut Count) -> Result<(), String> {
        let wait = self.rng.i64(0..3);
        self.later(wait).await;
        match self.rng.u32(0..100) {
            0..36 => self.update(count).await,
            36..42 => self.move_deadline(count).await,
            42..46 => {
                let begun = self.clock() - self.rng.i64(0..60);
                self.writer.at(begun);
                self.writer.run_schedule().await;
            }
            46..90 => return self.follow(count).await,
            _ => {
                let wait = *self.rng.choice(&[10, 60, 300, 700]).expect("one");
                self.later(wait).await;
            }
        }
        Ok(())
    }

    /// The time of the request is recorded, and the transaction is visible up to 10 seconds later.
    fn begin_request(&mut self) -> u64 {
        let begun = self.clock() - self.rng.i64(0..10);
        self.writer.at(begun);
        *self.rng.choice(&SERVICES).expect("one")
    }

    async fn update(&mut self, count: &mut Count) {
        let id = self.begin_request();
        self.updates += 1;
        let minutes = self.rng.u32(1..40);
        let status = *self.rng.choice(&["RED", "AMBER", "RED", "GREEN"]).expect("one");
        let mut body = json!({"status": status, "notes": format!("update {}", self.updates)});
        if status != "GREEN" {
            body["resetStatusIn"] = minutes.into();
        }
        let reply = self.writer.put(id, body).by("editor").send().await;
        self.hear(id, &reply, count, "updates acknowledged");
    }

    async fn move_deadline(&mut self, count: &mut Count) {
        let id = self.begin_request();
        let seen = self.writer.get(id).by("reader").send().await;
        if seen.status != 200 {
            return;
        }
        self.updates += 1;
        let body = json!({"resetStatusIn": self.rng.u32(1..40)});
        let put = self.writer.put_deadline(id, body).header("if-match", seen.header("etag"));
        let reply = put.by("editor").send().await;
        self.hear(id, &reply, count, "deadlines moved");
    }

    fn hear(&mut self, id: u64, reply: &Reply, count: &mut Count, done: &'static str) {
        if reply.status == 200 {
            count.add(done);
            self.acknowledged.insert(id, (self.updates, reply.body.clone()));
        } else if reply.status == 503 {
            count.add("updates with an unknown outcome");
        }
    }

    /// A follower's next request. Its answer can be lost, or come twice.
    async fn follow(&mut self, count: &mut Count) -> Result<(), String> {
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

    /// Whether a follower has each acknowledged update, or a later one.
    fn check(&self, follower: &Follower) -> Result<(), String> {
        for (id, (number, stored)) in &self.acknowledged {
            let own = follower.copy.get(id).ok_or(format!("no service {id}"))?;
            let date =
                |shown: &Value| shown["modifiedDate"].as_str().unwrap_or_default().to_owned();
            let is_same = ["status", "notes", "resetDateTime", "modifiedDate"]
                .iter()
                .all(|name| own[*name] == stored[*name]);
            let is_newer = date(own) > date(stored)
                || date(own) == date(stored) && noted(own).is_none_or(|own| own > *number);
            if !is_same && !is_newer {
                return Err(format!("{own} is older than update {number}, {stored}"));
            }
        }
        Ok(())
    }

    /// Long after the last event, every follower has what a list has.
    pub(super) async fn end(mut self, count: &mut Count) -> Result<(), String> {
        self.later(3 * 3600).await;
        self.store.direct(|_| Fate::Passed.into());
        self.writer.at(self.now);
        self.writer.run_schedule().await;
        self.later(60).await;
        self.reader.at(self.now);
        let query = "region=10&limit=100";
        let list = loop {
            let reply = self.reader.list(query).by("reader").send().await;
            if reply.status == 200 {
                break reply.body["items"].as_array().expect("items").clone();
            }
        };
        for follower in &mut self.followers {
            for request in 0.. {
                assert!(request < 100, "a follower without an end");
                if follower.go_on(&self.reader).await == Step::Polled(false) {
                    break;
                }
            }
            count.add("copies compared with a list");
            for item in &list {
                let id = item["id"].as_u64().expect("an id");
                let own = follower.copy.get(&id);
                if own != Some(item) {
                    return Err(format!("at the end {own:?} is not {item}"));
                }
            }
        }
        Ok(())
    }
}

/// The number of the update in the notes.
fn noted(shown: &Value) -> Option<u64> {
    shown["notes"].as_str()?.rsplit(' ').next()?.parse().ok()
}

/// A fate for each call: so many in a hundred fail. Of transactions that fail, half are applied and visible row by row.
fn fates(mut rng: Rng, percent: u32) -> impl FnMut(&StoreCall) -> Plan + Send {
    move |call| {
        if rng.u32(0..100) >= percent {
            return Fate::Passed.into();
        }
        if call.operation == "TransactWriteItems" && rng.bool() {
            return Fate::HalfVisible([(); 5].map(|()| rng.u8(0..20))).into();
        }
        let fates = Fate::of(&call.operation);
        rng.choice(&fates).copied().unwrap_or(Fate::Passed).into()
    }
}
