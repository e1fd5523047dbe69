//! A world of updates on a store that fails at random, generated from one seed.

use fastrand::Rng;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    fates::at_random,
    ledger::{Kind, Told, Update, Violation},
    others::Others,
    tables::check,
    tally::Tally,
};
use crate::harness::{
    App, Reply, World,
    faulty::{FaultyStore, Lie, Turn, with_others},
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
    let moved = run.ledger.updates.iter().filter(|update| update.has_moved_a_deadline());
    let moved = moved.count().try_into().unwrap_or(u64::MAX);
    run.tally.counted.insert("deadlines moved", moved);
    run.tally.count("worlds");
    run.tally.counted.insert("updates", run.ledger.updates.len().try_into().unwrap_or(u64::MAX));
    run.tally.faults = run.store.counts();
    Ok(run.tally)
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

    /// A new update of that service. If the client has seen it, the update is on that condition, and may move the
    /// deadline: rarely of a GREEN.
    pub(super) fn add(&mut self, rng: &mut Rng, service: u64, seen: Option<&Reply>) -> usize {
        let number = self.updates.len();
        let moves = |seen: &Reply| {
            let likely = if seen.ok()["resetDateTime"].is_null() { 10 } else { 50 };
            rng.u32(..100) < likely
        };
        let is_move = seen.is_some_and(moves);
        let if_match = seen.map(|seen| seen.header("etag").to_owned());
        let update = match if_match {
            Some(tag) if is_move => Update::deadline(service, &tag),
            if_match => {
                let status = rng.choice(["RED", "AMBER", "GREEN"]).unwrap_or("RED");
                let notes = format!("world {} update {number} ends", self.seed);
                let reason = rng.choice([Some("IT"), Some("STAFFING"), None]).flatten();
                Update { if_match, ..Update::new(service, status, notes).because(reason) }
            }
        };
        let minutes = rng.u32(1..=4);
        self.updates.push(Update { minutes, ..update });
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
        let seen = match self.rng.u32(..100) {
            0..60 => Some(self.others().see(service).await),
            _ => None,
        };
        let number = self.ledger.add(&mut self.rng, service, seen.as_ref());
        if seen.is_some() && self.rng.u32(..100) < 25 {
            self.others().have_their_turn(service, None).await?;
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
                Told::Stored { .. } | Told::Refused(_) | Told::NoDeadline => break,
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
