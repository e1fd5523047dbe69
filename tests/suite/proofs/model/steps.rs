//! The steps that are possible, and what each does.

use shared::domain::{
    Grant, HierarchyPath, Service, ServiceDetails, ServiceId, StatusRecord, User, authorise_update,
};
use stateright::{Model, Property};

use super::{
    participants::{Phase, Reader, Scheduler, Writer},
    plan::red,
    properties,
    scenario::{Guard, Scenario, offsets},
    state::{Entry, Hidden, NOBODY, Origin, World},
    status::{Status, clock},
};

/// The model of one service's status.
#[derive(Clone, Debug)]
pub(super) struct Life {
    pub(super) scenario: Scenario,
    /// The guards that are removed.
    pub(super) without: Vec<Guard>,
    /// The writers' rights to update the service.
    pub(super) grants: Vec<Grant>,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The true time advances.
    Tick,
    /// The client is shown the status.
    Show(usize),
    /// The function reads the clock.
    Begin(usize),
    /// It reads the service, and sends a transaction if allowed.
    Read(usize, Consistency),
    /// The SDK stops waiting and retries; the first copy may still arrive.
    TimeOut(usize),
    /// The store cancels the transaction because of another in flight.
    Contend(usize),
    /// The function dies or gives up with 503; its transaction may still arrive.
    Crash(usize),
    /// The user loses the right.
    Revoke(usize),
    /// After a cancellation, the function reads the caller, the service and its own entry in history again.
    ReadAgain(usize),
    /// On a changed version, it looks for its own entry in a separate read.
    LookUp(usize, Consistency),
    /// A copy of a transaction reaches the store.
    Arrive(usize),
    /// The service becomes visible as the transaction in flight leaves it.
    ShowService,
    /// The history entries of the transaction become visible.
    ShowEntries,
    /// A scheduler finds an expired status: the stored one, or one that an index still has.
    Find(usize, Consistency),
    /// It stores the reset of what it found.
    StoreReset(usize),
    /// The reader reads.
    Look(Consistency),
}

/// Whether a read finds the newest status or may find the previous one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consistency {
    Strong,
    Stale,
}

impl Life {
    pub(super) fn new(scenario: Scenario, without: &[Guard]) -> Self {
        let writers = u8::try_from(scenario.plans.len()).expect("few writers");
        let grants = (0..writers).map(grant).collect();
        Self { scenario, without: without.to_vec(), grants }
    }

    pub(super) fn keeps(&self, guard: Guard) -> bool {
        !self.without.contains(&guard)
    }

    /// The initial state, apart from the clocks.
    fn beginning(&self) -> (Status, Vec<Entry>) {
        let never = Status::never_updated();
        let Some(minutes) = self.scenario.red_for else {
            return (never, Vec::new());
        };
        let transition = red(minutes).apply(NOBODY, &grant(NOBODY), &never, clock(0, 0));
        let changes = transition.expect("an update").changes;
        let entries: Vec<_> = changes.iter().map(|c| Entry::of(c, Origin::Beginning)).collect();
        (entries[0].status, entries)
    }

    fn world(&self, writers: &[i64], schedulers: &[i64], reader: i64) -> World {
        let (stored, history) = self.beginning();
        let runs = self.scenario.runs;
        World {
            tick: 0,
            stored,
            history,
            hidden: Hidden::default(),
            flights: Vec::new(),
            writers: writers.iter().map(|&fast| Writer::new(fast)).collect(),
            schedulers: schedulers
                .iter()
                .map(|&fast| Scheduler { fast, found: None, runs })
                .collect(),
            reader: Reader { fast: reader, version: 0 },
            early_in_update: false,
            faults: Vec::new(),
        }
    }

    fn of_writer(&self, world: &World, index: usize, steps: &mut Vec<Step>) {
        let (writer, scenario) = (&world.writers[index], &self.scenario);
        match writer.phase {
            Phase::Waiting if scenario.plans[index].if_match => steps.push(Step::Show(index)),
            Phase::Waiting | Phase::Shown => steps.push(Step::Begin(index)),
            Phase::Begun => self.with_stale(Guard::StrongRead, steps, |how| Step::Read(index, how)),
            Phase::Sent => {
                if writer.timeouts < scenario.timeouts {
                    steps.push(Step::TimeOut(index));
                }
                if writer.conflicts < scenario.conflicts {
                    steps.push(Step::Contend(index));
                }
                if scenario.crashes {
                    steps.push(Step::Crash(index));
                }
            }
            // A transaction in flight cancels a transactional read, which is then retried.
            Phase::Cancelled if world.is_in_flight() && self.keeps(Guard::Snapshot) => {}
            Phase::Cancelled => steps.push(Step::ReadAgain(index)),
            Phase::Superseded(_) => {
                self.with_stale(Guard::StrongEntry, steps, |how| Step::LookUp(index, how));
            }
            Phase::Answered(_) => {}
        }
        let is_between = matches!(writer.phase, Phase::Sent | Phase::Cancelled);
        if scenario.revocations && is_between && !writer.revoked {
            steps.push(Step::Revoke(index));
        }
    }

    /// A strongly consistent read; without the guard, also an eventually consistent one.
    fn with_stale(&self, guard: Guard, steps: &mut Vec<Step>, read: impl Fn(Consistency) -> Step) {
        steps.push(read(Consistency::Strong));
        if !self.keeps(guard) {
            steps.push(read(Consistency::Stale));
        }
    }

    fn of_scheduler(&self, world: &World, index: usize, steps: &mut Vec<Step>) {
        let scheduler = &world.schedulers[index];
        if scheduler.found.is_some() {
            if !world.is_in_flight() {
                steps.push(Step::StoreReset(index));
            }
        } else if scheduler.runs > 0 {
            // The scheduler's index is eventually consistent, with or without guards.
            let finds = [Consistency::Strong, Consistency::Stale].into_iter();
            let due = finds.filter(|how| self.due(world, index, *how).is_some());
            steps.extend(due.map(|how| Step::Find(index, how)));
        }
    }
}

/// A writer's right to update the service, as the policy grants it.
fn grant(writer: u8) -> Grant {
    let id = ServiceId::new(1).expect("an id");
    let user = User {
        subject: writer.to_string(),
        username: writer.to_string(),
        active: true,
        edit_capacity: true,
        services: vec![id],
    };
    let details = ServiceDetails {
        name: "Pharmacy".to_owned(),
        type_id: 13,
        path: HierarchyPath::new(Vec::new(), id),
        town: None,
        postcode: None,
        ods_code: None,
        phone: None,
        review_after: None,
        active: true,
    };
    let service = Service { details, record: StatusRecord::never_updated() };
    authorise_update(&user, &service).expect("a right")
}

impl Model for Life {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let scenario = &self.scenario;
        let mut worlds = Vec::new();
        for writers in offsets(scenario.writers_clocks, scenario.plans.len()) {
            for schedulers in offsets(scenario.schedulers_clocks, scenario.schedulers) {
                // Schedulers are alike: which of them is slower makes no difference.
                if schedulers.is_sorted() {
                    let readers = scenario.readers_clocks.iter();
                    worlds.extend(readers.map(|&fast| self.world(&writers, &schedulers, fast)));
                }
            }
        }
        worlds
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        if world.tick < self.scenario.last_tick {
            steps.push(Step::Tick);
        }
        (0..world.writers.len()).for_each(|index| self.of_writer(world, index, steps));
        Self::of_store(world, steps);
        (0..world.schedulers.len()).for_each(|index| self.of_scheduler(world, index, steps));
        self.with_stale(Guard::StrongRead, steps, Step::Look);
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let mut next = world.clone();
        match step {
            Step::Tick => next.tick += 1,
            Step::Show(index) => self.show(&mut next, index),
            Step::Begin(index) => self.begin(&mut next, index),
            Step::Read(index, how) => self.read(&mut next, index, how),
            Step::TimeOut(index) => self.time_out(&mut next, index),
            Step::Contend(index) => self.contend(&mut next, index),
            Step::Crash(index) => self.crash(&mut next, index),
            Step::Revoke(index) => next.writers[index].revoked = true,
            Step::ReadAgain(index) => self.read_again(&mut next, index),
            Step::LookUp(index, how) => self.look_up(&mut next, index, how),
            Step::Arrive(index) => self.arrive(&mut next, index),
            Step::ShowService => next.hidden.service = false,
            Step::ShowEntries => next.hidden.entries = false,
            Step::Find(index, how) => next.schedulers[index].found = self.due(world, index, how),
            Step::StoreReset(index) => self.store_reset(&mut next, index),
            Step::Look(how) => self.look(&mut next, how),
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
