//! The simulation: events in order of true time, each handled by a machine with its own clock.

use std::collections::{BTreeMap, BTreeSet};

use capacityctl::services;
use fastrand::Rng;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    final_checks,
    machines::{Agenda, Event, offset},
    parameters::{Plan, SETTLE_SECONDS, Wrong, review_after},
};
use crate::{
    harness::{App, NOW, World, gateway_settings},
    proofs::sequences::calendar::{seconds, text},
};

/// The root of all services, which the editor is assigned to.
const ROOT: u64 = 1_000_000;

/// The result of a simulation.
#[derive(Debug)]
pub(super) struct Trace {
    /// A digest of all answers and of everything stored, except random ids.
    pub(super) digest: String,
    pub(super) counts: BTreeMap<&'static str, u64>,
}

/// What a reader was shown at one moment.
pub(super) struct Sight {
    pub(super) service: u64,
    pub(super) step: u64,
    pub(super) clock: i64,
    pub(super) body: Value,
}

/// The error says what is wrong.
pub(super) type Outcome<T = ()> = Result<T, String>;

/// Runs the simulation of that plan. The error names the first step that broke a rule.
pub(super) async fn simulate(plan: Plan) -> Outcome<Trace> {
    let mut simulation = Simulation::new(plan).await;
    let failed = |step, why| format!("seed {}, step {step}: {why}", plan.seed);
    while let Some((at, event)) = simulation.agenda.next() {
        if at >= plan.until {
            break;
        }
        (simulation.now, simulation.step) = (at, simulation.step + 1);
        let happened = simulation.happen(event).await;
        happened
            .map_err(|why| failed(simulation.step, format!("{event:?} at {}: {why}", text(at))))?;
    }
    let end = simulation.step + 1;
    simulation.set_clock(plan.until + SETTLE_SECONDS);
    final_checks::check(&mut simulation).await.map_err(|why| failed(end, why))?;
    let digest = simulation.digest.finalize();
    let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Trace { digest, counts: simulation.counts })
}

/// A simulation in progress.
pub(super) struct Simulation {
    pub(super) plan: Plan,
    pub(super) app: App,
    pub(super) random: Rng,
    pub(super) agenda: Agenda,
    /// The true time.
    pub(super) now: i64,
    pub(super) step: u64,
    /// The deadlines whose resets are not stored yet, by service.
    pub(super) pending: BTreeMap<u64, i64>,
    pub(super) by_deadline: BTreeSet<(i64, u64)>,
    /// The next planned minute of the schedule.
    pub(super) minute: Option<i64>,
    pub(super) outage_until: i64,
    pub(super) sights: Vec<Sight>,
    /// The answers to updates and moved deadlines, by service.
    pub(super) answers: BTreeMap<u64, Vec<Value>>,
    digest: Sha256,
    counts: BTreeMap<&'static str, u64>,
}

impl Simulation {
    async fn new(plan: Plan) -> Self {
        let mut world = World::default().service(ROOT, "Region", None);
        for service in 1..=plan.services {
            world = world.service(service, &format!("Service {service}"), Some(ROOT));
        }
        let app = world.user("reader", &[]).editor("editor", &[ROOT]).start().await;
        review(&app, plan.services).await;
        let mut settings = gateway_settings(&app.tables);
        settings.insert("RESET_SETTLE_SECONDS".to_owned(), plan.settle_seconds().to_string());
        let app = App::new(app.client, app.tables, &settings);
        let (mut random, mut agenda) = (Rng::with_seed(plan.seed), Agenda::default());
        for service in 1..=plan.services {
            agenda.plan(plan.from + random.i64(0..plan.gap), Event::Update(service));
        }
        Self {
            plan,
            app,
            random,
            agenda,
            now: plan.from,
            step: 0,
            pending: BTreeMap::new(),
            by_deadline: BTreeSet::new(),
            minute: None,
            outage_until: 0,
            sights: Vec::new(),
            answers: BTreeMap::new(),
            digest: Sha256::new(),
            counts: BTreeMap::from([("services", plan.services)]),
        }
    }

    pub(super) fn count(&mut self, what: &'static str, count: u64) {
        *self.counts.entry(what).or_default() += count;
    }

    /// Adds to the digest.
    pub(super) fn note(&mut self, line: &str) {
        self.digest.update(line);
        self.digest.update("\n");
    }

    pub(super) fn set_clock(&self, clock: i64) {
        self.app.at(clock - NOW);
    }

    async fn happen(&mut self, event: Event) -> Outcome {
        match event {
            Event::Update(service) => self.update(service).await,
            Event::Extend(service) => self.extend(service).await,
            Event::Read(service, offset) => self.read(service, offset).await,
            Event::Minute => {
                self.minute();
                Ok(())
            }
            Event::Run => self.run().await,
        }
    }

    /// Records how long a status lasts, and plans reads around its end and a scheduled run.
    pub(super) fn await_deadline(&mut self, service: u64, shown: &Value) {
        if let Some(former) = self.pending.remove(&service) {
            self.by_deadline.remove(&(former, service));
        }
        let Some(deadline) = deadline_of(shown) else { return };
        self.pending.insert(service, deadline);
        self.by_deadline.insert((deadline, service));
        self.plan_extension(service, deadline);
        for after in [-1, 0, 1] {
            let reader = self.readers_offset();
            let at = deadline + after - reader;
            if at > self.now && self.random.bool() {
                self.agenda.plan(at, Event::Read(service, reader));
            }
        }
        self.plan_minute(self.now);
    }

    /// How fast the next reader's clock is.
    pub(super) fn readers_offset(&mut self) -> i64 {
        match self.plan.wrong {
            Some(Wrong::ReadersClockFast) => self.plan.skew + 100,
            Some(Wrong::ReadersClockSlow) => -self.plan.skew - 100,
            _ => offset(&mut self.random, self.plan.skew),
        }
    }

    async fn read(&mut self, service: u64, offset: i64) -> Outcome {
        let clock = self.now + offset;
        self.set_clock(clock);
        let reply = self.app.get(service).by("reader").send().await;
        self.note(&format!("{clock} {} {}", reply.header("etag"), reply.body));
        self.count("reads", 1);
        self.judge(reply.ok(), clock)?;
        if self.random.u8(0..5) == 0 {
            self.listed(service, &reply.body).await?;
        }
        if self.random.bool() {
            let (step, body) = (self.step, reply.body);
            self.sights.push(Sight { service, step, clock, body });
        }
        Ok(())
    }

    /// Checks that a list by the same clock agrees.
    async fn listed(&mut self, service: u64, shown: &Value) -> Outcome {
        let list = self.app.list(&format!("id={service}")).by("reader").send().await;
        let entry = &list.ok()["items"][0];
        let shown = shown.as_object().into_iter().flatten();
        let differs = shown.filter(|(name, value)| entry[name.as_str()] != **value).count();
        self.count("lists", 1);
        if differs > 0 { Err(format!("the list differs: {entry}")) } else { Ok(()) }
    }
}

/// Imports the review intervals.
async fn review(app: &App, services: u64) {
    let header = "id,name,typeId,parentId,town,postcode,odsCode,active,reviewAfterMinutes";
    let mut csv = format!("{header}\n");
    for service in 1..=services {
        let after = review_after(service).map(|minutes| minutes.to_string()).unwrap_or_default();
        csv += &format!("{service},Service {service},13,{ROOT},,,,true,{after}\n");
    }
    let imported = services::import(&app.directory(), csv.as_bytes()).await;
    imported.expect("the review intervals are imported");
}

/// When the status of an update ends, or ended.
fn deadline_of(shown: &Value) -> Option<i64> {
    let reset = shown["modifiedBy"] == "automatic reset";
    let member = if reset { "modifiedDate" } else { "resetDateTime" };
    shown[member].as_str().map(seconds)
}
