//! A world of updates on a store that fails at random, generated from one seed.

use fastrand::Rng;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    ledger::{Kind, Told, Update, Violation},
    others::Others,
    tables::check,
    tally::Tally,
};
use crate::harness::{
    App, World,
    faulty::{Fate, FaultyStore, Lie, Plan, StoreCall, Turn, with_others},
};

const SERVICES: [u64; 3] = [20, 30, 60];

/// How often a client retries an update before it gives up.
const RESENDINGS: u32 = 12;

/// Runs a world with that many updates.
///
/// # Errors
/// If the stored data disagrees with the answers.
pub(crate) async fn run(seed: u64, updates: u64, lie: Option<Lie>) -> Result<Tally, Violation> {
    let mut rng = Rng::with_seed(seed);
    let world = World::family().service(60, "Pharmacy, Low Street", Some(20));
    let world = world.editor("colleague", &[20]).start().await;
    let (faulty, store, turns) = FaultyStore::below(&world, lie, at_random(rng.fork()));
    let healthy = store.healthy(&world);
    let (ledger, tally) = (Ledger::new(seed), Tally::default());
    let mut run = Run { rng, healthy, faulty, store, turns, ledger, tally, seconds: 0 };
    while run.ledger.updates.len() < usize::try_from(updates).unwrap_or(usize::MAX) {
        // Boxed: in debug builds this future is too big for a test's stack.
        Box::pin(run.step()).await?;
    }
    run.store.release().await;
    for service in SERVICES {
        let late = check(&run.healthy, service, &run.ledger.updates).await?;
        *run.tally.counted.entry("landed after a refusal by a deadline").or_default() += late;
    }
    run.ledger.updates.iter().try_for_each(Update::had_no_fault)?;
    run.tally.count("worlds");
    run.tally.counted.insert("updates", run.ledger.updates.len().try_into().unwrap_or(u64::MAX));
    run.tally.faults = run.store.counts();
    Ok(run.tally)
}

/// Random fates: mostly none; sometimes a storm that lets hardly any call through, or a crowd that
/// acts before every transaction.
fn at_random(mut rng: Rng) -> impl FnMut(&StoreCall) -> Plan + Send {
    let (mut storm, mut crowd) = (0, 0);
    move |call| {
        let writes = call.operation == "TransactWriteItems";
        if writes {
            crowd = if rng.u32(..100) < 3 { 8 } else { u32::saturating_sub(crowd, 1) };
        }
        storm = if rng.u32(..100) < 2 { 8 } else { u32::saturating_sub(storm, 1) };
        let likely = match (storm, call.operation.as_str()) {
            (1.., _) => 90,
            (0, "TransactWriteItems" | "TransactGetItems") => 40,
            (0, _) => 15,
        };
        let fate = if writes && call.one_is_under_way && rng.bool() {
            Fate::Cancelled("TransactionConflict")
        } else if writes && rng.u32(..100) < 5 {
            Fate::HeldBack(rng.u32(1..5))
        } else if writes && rng.u32(..100) < 6 {
            Fate::HalfVisible(std::array::from_fn(|_| rng.u8(..8)))
        } else if rng.u32(..100) < likely {
            rng.choice(Fate::of(&call.operation)).unwrap_or(Fate::Passed)
        } else {
            Fate::Passed
        };
        let others_first = match (crowd, writes) {
            (1.., true) => true,
            (0, true) => rng.u32(..100) < 15,
            (_, false) => rng.u32(..100) < 3,
        };
        Plan { others_first, fate }
    }
}

/// All requested updates.
pub(super) struct Ledger {
    seed: u64,
    pub(super) updates: Vec<Update>,
    /// Whether the editor has lost the right.
    pub(super) revoked: bool,
}

impl Ledger {
    const fn new(seed: u64) -> Self {
        Self { seed, updates: Vec::new(), revoked: false }
    }

    /// A new update of that service, without conditions.
    pub(super) fn add(&mut self, rng: &mut Rng, service: u64) -> usize {
        let number = self.updates.len();
        let status = rng.choice(["RED", "AMBER", "GREEN"]).unwrap_or("RED");
        let notes = format!("world {} update {number} ends", self.seed);
        let minutes = rng.u32(1..=4);
        self.updates.push(Update { minutes, ..Update::new(service, status, notes) });
        number
    }
}

struct Run {
    rng: Rng,
    healthy: App,
    faulty: App,
    store: FaultyStore,
    turns: UnboundedReceiver<Turn>,
    ledger: Ledger,
    tally: Tally,
    /// The time on the clocks, in seconds since the world began.
    seconds: i64,
}

impl Run {
    async fn step(&mut self) -> Result<(), Violation> {
        self.pass_time();
        if std::mem::take(&mut self.ledger.revoked) {
            self.healthy.permit("editor", true).await;
        }
        let service = self.rng.choice(SERVICES).unwrap_or(30);
        match self.rng.u32(..100) {
            0..8 => self.schedule().await,
            8..16 => self.read(service).await,
            _ => self.update(service).await,
        }
    }

    fn pass_time(&mut self) {
        self.seconds += match self.rng.u32(..100) {
            0..5 => 700,
            5..40 => self.rng.i64(0..90),
            _ => self.rng.i64(0..6),
        };
        self.healthy.at(self.seconds);
        self.faulty.at(self.seconds);
    }

    async fn schedule(&mut self) -> Result<(), Violation> {
        let Self { rng, healthy, faulty, turns, ledger, tally, seconds, .. } = self;
        let service = rng.choice(SERVICES).unwrap_or(30);
        let mut outcome = Ok(());
        let others = async || {
            let mut others = Others { rng, healthy, ledger, tally, seconds: *seconds };
            let had = others.have_their_turn(service, None).await;
            outcome = outcome.clone().and(had);
        };
        let ran = with_others(faulty.run_schedule(), turns, others).await;
        tally.count("runs of the schedule");
        *tally.counted.entry("resets stored by it").or_default() += ran.done;
        outcome
    }

    /// A reader of a failing store sees the same as a reader of a healthy one, or nothing.
    async fn read(&mut self, service: u64) -> Result<(), Violation> {
        // This compares two reads, so other clients and transactions in flight are left out.
        self.store.release().await;
        let reading =
            with_others(self.faulty.get(service).by("reader").send(), &mut self.turns, async || {});
        let seen = reading.await;
        self.tally.count("reads");
        if seen.status.as_u16() == 503 {
            self.tally.count("reads answered 503");
            return Ok(());
        }
        let right = self.healthy.get(service).by("reader").send().await;
        if (seen.ok(), seen.header("etag")) == (right.ok(), right.header("etag")) {
            Ok(())
        } else {
            Err(Violation::new(Kind::Shown, (&seen.body, &right.body)))
        }
    }

    async fn update(&mut self, service: u64) -> Result<(), Violation> {
        let number = self.ledger.add(&mut self.rng, service);
        if self.rng.u32(..100) < 40 {
            let current = self.healthy.get(service).by("reader").send().await;
            let update = &mut self.ledger.updates[number];
            update.if_match = Some(current.header("etag").to_owned());
            if self.rng.u32(..100) < 25 {
                let mut others = self.others();
                others.have_their_turn(service, None).await?;
            }
        }
        if self.rng.u32(..100) < 60 {
            self.ledger.updates[number].key = Some(format!("key-{number}"));
            return self.insist(number).await;
        }
        self.send(number).await.map(drop)
    }

    /// Sends an update with a key until it is answered, as a client does.
    async fn insist(&mut self, number: usize) -> Result<(), Violation> {
        for resent in 0..=RESENDINGS {
            if resent > 0 {
                self.tally.count("resendings by clients");
                self.pass_time();
            }
            match self.send(number).await? {
                Told::Unknown(_) | Told::Refused(409) => {}
                // Some clients ask once more although they have their answer.
                Told::Stored { .. } if resent == 0 && self.rng.u32(..100) < 10 => {}
                Told::Stored { .. } | Told::Refused(_) => break,
            }
        }
        Ok(())
    }

    async fn send(&mut self, number: usize) -> Result<Told, Violation> {
        let Self { rng, healthy, faulty, turns, ledger, tally, seconds, .. } = self;
        let update = ledger.updates[number].clone();
        let mut outcome = Ok(());
        let others = async || {
            let mut others = Others { rng, healthy, ledger, tally, seconds: *seconds };
            let had = others.have_their_turn(update.service, Some(number)).await;
            outcome = outcome.clone().and(had);
        };
        let reply = with_others(update.call(faulty).send(), turns, others).await;
        outcome?;
        let told = ledger.updates[number].hear(&reply)?;
        tally.heard(told);
        Ok(told)
    }

    const fn others(&mut self) -> Others<'_> {
        let Self { rng, healthy, ledger, tally, seconds, .. } = self;
        Others { rng, healthy, ledger, tally, seconds: *seconds }
    }
}
