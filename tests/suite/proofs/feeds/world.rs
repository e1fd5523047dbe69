//! Writers, operators and followers of two regions, on a store that fails at random.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::{Value, json};

use super::{
    count::Count,
    directory::{self, Entry, REGIONS},
    follower::{Follower, Mistake},
};
use crate::harness::{
    self, App, Reply,
    faulty::{Fate, FaultyStore, Lie, Plan, StoreCall},
};

/// The services that are updated, in region 10 at first.
pub(super) const SERVICES: [u64; 4] = [20, 30, 31, 32];

/// Writers, operators and followers.
pub(super) struct World {
    pub(super) rng: Rng,
    /// Real time, in seconds since the world began. Clocks are up to five minutes off.
    pub(super) now: i64,
    /// When what was in flight was visible at last.
    settled: i64,
    /// What the tables hold, without faults.
    pub(super) engine: App,
    pub(super) writer: App,
    pub(super) reader: App,
    pub(super) store: FaultyStore,
    pub(super) followers: Vec<Follower>,
    /// What each service was when it was last acknowledged or observed, with the number of the last update. Who follows
    /// the region that it is in has to know it; in another one a move may be half visible.
    pub(super) acknowledged: BTreeMap<u64, (u64, Value)>,
    /// The services whose deadline may have been moved since then.
    pub(super) maybe_moved: BTreeSet<u64>,
    /// Each service as it was shown before its notes were redacted last.
    pub(super) redacted: BTreeMap<u64, Value>,
    pub(super) entries: BTreeMap<u64, Entry>,
    /// Whether an import wrote without rows and has not told the followers yet.
    pub(super) is_untold: bool,
    /// How many polls come next, while a change with an unknown outcome is half visible.
    pub(super) polls_next: u32,
    pub(super) updates: u64,
    pub(super) imports: u64,
}

impl World {
    pub(super) async fn start(seed: u64, lie: Option<Lie>, mistake: Option<Mistake>) -> Self {
        let mut rng = Rng::with_seed(seed);
        let engine = harness::World::family()
            .service(31, "Dentist", Some(20))
            .service(32, "Optician", Some(20))
            .editor("lead", &REGIONS)
            .start()
            .await;
        let (writes, reads) = (rng.fork(), rng.fork());
        let (writer, store, _) = FaultyStore::below(&engine, lie, fates(writes, 30));
        let reader = store.beside(&engine, lie, fates(reads, 6));
        let followers = [10, 10, 40].map(|region| Follower::new(region, mistake)).into();
        Self {
            rng,
            now: 0,
            settled: 0,
            engine,
            writer,
            reader,
            store,
            followers,
            acknowledged: BTreeMap::new(),
            maybe_moved: BTreeSet::new(),
            redacted: BTreeMap::new(),
            entries: directory::entries(),
            is_untold: false,
            polls_next: 0,
            updates: 0,
            imports: 0,
        }
    }

    /// A clock, up to five minutes off.
    pub(super) fn clock(&mut self) -> i64 {
        let offset = [-300, -300, 0, 300, 300, self.rng.i64(-300..=300)];
        self.now + self.rng.choice(offset).unwrap_or_default()
    }

    /// Lets time pass. No transaction is in flight for longer than half a minute.
    pub(super) async fn later(&mut self, seconds: i64) {
        if self.now + seconds - self.settled > 20 {
            self.store.release().await;
            self.observe().await;
            self.settled = self.now + seconds;
        }
        self.now += seconds;
    }

    /// One event.
    pub(super) async fn happen(&mut self, count: &mut Count) -> Result<(), String> {
        if self.polls_next > 0 {
            self.polls_next -= 1;
            return self.follow(count).await;
        }
        let wait = self.rng.i64(0..3);
        self.later(wait).await;
        match self.rng.u32(0..100) {
            0..30 => self.update(count).await,
            30..35 => self.move_deadline(count).await,
            35..39 => self.import_one(count).await,
            39..41 => self.import_move(count).await,
            41..43 => self.import_many(count).await,
            43..46 => self.command(count).await,
            46..50 => self.redact(count).await,
            50..53 => {
                let begun = self.clock() - self.rng.i64(0..60);
                self.writer.at(begun);
                self.writer.run_schedule().await;
            }
            53..92 => return self.follow(count).await,
            _ => {
                let wait = *self.rng.choice(&[10, 60, 300, 700]).expect("one");
                self.later(wait).await;
            }
        }
        Ok(())
    }

    pub(super) fn any_service(&mut self) -> u64 {
        *self.rng.choice(&SERVICES).expect("one")
    }

    /// The time of the request is recorded, and the transaction is visible up to 10 seconds later.
    fn begin_request(&mut self) -> u64 {
        let begun = self.clock() - self.rng.i64(0..10);
        self.writer.at(begun);
        self.any_service()
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
        let reply = self.writer.put(id, body).by("lead").send().await;
        self.hear(id, &reply, count, "updates acknowledged").await;
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
        let reply = put.by("lead").send().await;
        if reply.status == 503 {
            self.maybe_moved.insert(id);
        }
        self.hear(id, &reply, count, "deadlines moved").await;
    }

    async fn hear(&mut self, id: u64, reply: &Reply, count: &mut Count, done: &'static str) {
        if reply.status == 200 {
            count.add(done);
            self.maybe_moved.remove(&id);
            let mut known = reply.body.clone();
            known["region"] = self.region(id).await.into();
            self.acknowledged.insert(id, (self.updates, known));
        } else if reply.status == 503 {
            count.add("updates with an unknown outcome");
            self.polls_next = 3;
        }
    }
}

/// The number at the end of a text: of the update in the notes, of the import in the name.
pub(super) fn number_in(text: &Value) -> Option<u64> {
    text.as_str()?.rsplit(' ').next()?.parse().ok()
}

/// A fate for each call: so many in a hundred fail. Of transactions that fail, half are applied and visible row by row.
fn fates(mut rng: Rng, percent: u32) -> impl FnMut(&StoreCall) -> Plan + Send {
    move |call| {
        if rng.u32(0..100) >= percent {
            return Fate::Passed.into();
        }
        if call.operation == "TransactWriteItems" && rng.bool() {
            return Fate::HalfVisible([(); 5].map(|()| rng.u8(0..60))).into();
        }
        let fates = Fate::of(&call.operation);
        rng.choice(&fates).copied().unwrap_or(Fate::Passed).into()
    }
}
