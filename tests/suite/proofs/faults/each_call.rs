//! Every call of the store that an operation makes, failed in every way: that call alone, and that
//! call with all that follow. The answer is the right one or 503, the tables agree with it, and the
//! same request on a healthy store then brings about what was asked for.

use std::sync::{Arc, Mutex};

use shared::metrics::ResetRun;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    Size,
    ledger::{Kind, Told, Update, Violation, check, unless},
    report,
};
use crate::harness::{
    App, Call, Reply, World,
    faulty::{Fate, FaultyStore, Lie, Plan, StoreCall, Turn, with_others},
};

/// When a deadline of one minute is past, and when the schedule may settle it.
const PAST: i64 = 100;
const SETTLED: i64 = 400;

/// What fails: the call of that number, in that way.
#[derive(Clone, Copy, Debug)]
struct Failure {
    number: u64,
    fate: Fate,
    with_all_that_follow: bool,
}

impl Failure {
    /// The ways in which one of these calls can fail: every one, or those that the code or the SDK
    /// treats differently.
    fn of(calls: &[String], size: Size) -> Vec<Self> {
        let failure =
            |number, with_all_that_follow| move |fate| Self { number, fate, with_all_that_follow };
        let ways = |(number, operation): (u64, &String)| {
            let mut alone = Fate::of(operation);
            let mut together = alone.clone();
            if size == Size::Short {
                together.retain(|fate| LASTING.contains(fate));
                if operation != "TransactWriteItems" {
                    alone.retain(|fate| PASSING.contains(fate));
                }
            }
            let alone = alone.into_iter().map(failure(number, false));
            alone.chain(together.into_iter().map(failure(number, true))).collect::<Vec<_>>()
        };
        (0..).zip(calls).flat_map(ways).collect()
    }

    /// What becomes of a call, if the operation's first had that number.
    fn fate(self, first: u64, call: &StoreCall) -> Fate {
        let own = first + self.number;
        let fails = call.number == own || (self.with_all_that_follow && call.number > own);
        match fails {
            true if Fate::of(&call.operation).contains(&self.fate) => self.fate,
            true => Fate::Failed,
            false => Fate::Passed,
        }
    }
}

/// For the short proof: what makes a difference to a call that is not repeated.
const PASSING: [Fate; 4] =
    [Fate::Reset, Fate::Truncated, Fate::Unprocessed(0), Fate::Unprocessed(1)];
/// What makes one to a call that is repeated in vain.
const LASTING: [Fate; 5] = [
    Fate::AnswerLost,
    Fate::Failed,
    Fate::HeldBack(2),
    Fate::Cancelled("TransactionConflict"),
    Fate::InProgress,
];

/// A world, on a healthy store and on one that fails.
struct Bench {
    healthy: App,
    faulty: App,
    store: FaultyStore,
    turns: UnboundedReceiver<Turn>,
    /// Every update of service 30 so far.
    updates: Vec<Update>,
    /// What the clocks show.
    seconds: i64,
}

impl Bench {
    async fn new(lie: Option<Lie>) -> Self {
        let world = World::family().start().await;
        let (healthy, _, _) = FaultyStore::below(&world, None, |_| Fate::Passed.into());
        let (faulty, store, turns) = FaultyStore::below(&world, lie, |_| Fate::Passed.into());
        Self { healthy, faulty, store, turns, updates: Vec::new(), seconds: 0 }
    }

    fn later(&mut self, seconds: i64) {
        self.seconds += seconds;
        self.healthy.at(self.seconds);
        self.faulty.at(self.seconds);
    }

    /// Has all calls pass from now on, and gives the actions' names as they come.
    fn watch(&self) -> Arc<Mutex<Vec<String>>> {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        self.store.direct(move |call| {
            noted.lock().expect("no panic while held").push(call.operation.clone());
            Plan { others_first: is_first_write(&noted), fate: Fate::Passed }
        });
        seen
    }

    /// Has that fail from now on.
    fn fail(&self, failure: Failure) {
        let (first, seen) = (self.store.calls(), Mutex::new(Vec::new()));
        self.store.direct(move |call| {
            seen.lock().expect("no panic while held").push(call.operation.clone());
            Plan { others_first: is_first_write(&seen), fate: failure.fate(first, call) }
        });
    }
}

/// Others have their turn before the first transaction, where a test gives turns.
fn is_first_write(seen: &Mutex<Vec<String>>) -> bool {
    let seen = seen.lock().expect("no panic while held");
    let writes = seen.iter().filter(|operation| *operation == "TransactWriteItems").count();
    writes == 1 && seen.last().is_some_and(|operation| operation == "TransactWriteItems")
}

/// An update of service 30 under notes of that number.
fn update(status: &'static str, number: usize) -> Update {
    Update {
        service: 30,
        status,
        minutes: 1,
        notes: format!("update {number} ends"),
        key: None,
        if_match: None,
        told: Vec::new(),
        refused_on: None,
    }
}

type Read = fn(&App) -> Call<'_>;

const READS: [Read; 8] = [
    |app| app.get(30),
    |app| app.list("id=30,40"),
    |app| app.list("region=10"),
    |app| app.list("parentId=20&status=RED"),
    |app| app.list("status=RED"),
    |app| app.list(""),
    |app| app.past(30, ""),
    |app| app.past(30, "at=2026-11-21T09:00:00Z"),
];

/// Answers how often something was made to fail.
async fn prove_read(bench: &Bench, read: Read) -> Result<u64, Violation> {
    let right = read(&bench.healthy).by("editor").send().await;
    let seen = bench.watch();
    answers_right(&read(&bench.faulty).by("editor").send().await, &right)?;
    let calls = seen.lock().expect("no panic while held").clone();
    let failures = Failure::of(&calls, Size::Short);
    for failure in &failures {
        bench.fail(*failure);
        let reply = read(&bench.faulty).by("editor").send().await;
        let unread = matches!(failure.fate, Fate::Unprocessed(_));
        unless(!unread || reply.status == 503, Kind::Shown, (failure, &reply.body))?;
        if reply.status != 503 {
            answers_right(&reply, &right)?;
        }
    }
    bench.watch();
    answers_right(&read(&bench.faulty).by("editor").send().await, &right)?;
    Ok(failures.len().try_into().unwrap_or(u64::MAX))
}

fn answers_right(reply: &Reply, right: &Reply) -> Result<(), Violation> {
    let same = (&reply.body, reply.header("etag")) == (right.ok(), right.header("etag"));
    unless(same, Kind::Shown, (&reply.body, &right.body))
}

async fn prove_reads(lie: Option<Lie>) -> Result<u64, Violation> {
    let bench = Bench::new(lie).await;
    update("RED", 0).call(&bench.healthy).send().await.ok();
    let mut failures = 0;
    for read in READS {
        failures += prove_read(&bench, read).await?;
    }
    Ok(failures)
}

/// An update, and what has come before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Write {
    Plain,
    OnACondition,
    AfterTheDeadline,
    Named,
    Repeated,
    Contended,
}

impl Bench {
    /// Has a healthy store take an update.
    async fn update(&mut self, status: &'static str) {
        let mut update = update(status, self.updates.len());
        let heard = update.hear(&update.call(&self.healthy).send().await);
        assert!(matches!(heard, Ok(Told::Stored { .. })), "{heard:?}");
        self.updates.push(update);
    }

    /// Makes the service RED, and gives the number of the update that is to be made of it.
    async fn prepare(&mut self, write: Write) -> usize {
        self.later(PAST);
        self.update("RED").await;
        let number = self.updates.len();
        let mut own = update("AMBER", number);
        match write {
            Write::Plain | Write::Contended => {}
            Write::OnACondition => {
                let get = self.healthy.get(30).by("reader").send().await;
                own.if_match = Some(get.header("etag").to_owned());
            }
            Write::AfterTheDeadline => self.later(PAST),
            Write::Named | Write::Repeated => own.key = Some(format!("key-{number}")),
        }
        if write == Write::Repeated {
            own.hear(&own.call(&self.healthy).send().await).expect("an answer");
        }
        self.updates.push(own);
        number
    }

    /// Has the store that fails take that update; others may get in between.
    async fn send(&mut self, write: Write, number: usize) -> Result<Told, Violation> {
        let (own, mut other) = (self.updates[number].clone(), update("RED", number + 1));
        let meanwhile = async || {
            if write == Write::Contended {
                other.hear(&other.call(&self.healthy).send().await).expect("an answer");
            }
        };
        let asked = own.call(&self.faulty).send();
        let reply = with_others(asked, &mut self.turns, meanwhile).await;
        self.updates.push(other);
        self.store.release().await;
        self.updates[number].hear(&reply)
    }

    /// The same request on a healthy store brings about what it asks for, if that is not so already.
    async fn repeat(&mut self, number: usize) -> Result<(), Violation> {
        let mut number = number;
        if self.updates[number].key.is_none() {
            // It is another update, and so has other notes.
            let if_match = self.updates[number].if_match.clone();
            number = self.updates.len();
            self.updates.push(Update { if_match, ..update("AMBER", number) });
        }
        let reply = self.updates[number].call(&self.healthy).send().await;
        let told = self.updates[number].hear(&reply)?;
        let own = &self.updates[number];
        let refused = told == Told::Refused(412) && own.if_match.is_some();
        unless(refused || matches!(told, Told::Stored { .. }), Kind::Lost, (own, told))?;
        let shown = self.healthy.get(30).by("reader").send().await;
        unless(shown.ok()["status"] == "AMBER", Kind::Shown, (own, &shown.body))
    }

    /// Has the schedule's function run on the store that fails.
    async fn run_schedule(&mut self) -> ResetRun {
        let asked = self.faulty.run_schedule();
        let run = with_others(asked, &mut self.turns, async || {}).await;
        self.store.release().await;
        run
    }
}

/// Answers how often something was made to fail.
async fn prove_write(write: Write) -> Result<u64, Violation> {
    let mut bench = Bench::new(None).await;
    let number = bench.prepare(write).await;
    let seen = bench.watch();
    let told = bench.send(write, number).await?;
    unless(matches!(told, Told::Stored { .. }), Kind::Lost, told)?;
    let calls = seen.lock().expect("no panic while held").clone();
    let failures = Failure::of(&calls, Size::Short);
    for failure in &failures {
        let number = bench.prepare(write).await;
        bench.fail(*failure);
        let told = bench.send(write, number).await?;
        let unread = matches!(failure.fate, Fate::Unprocessed(_));
        let fine = match told {
            Told::Stored { .. } => !unread,
            Told::Unknown(status) => status == 503,
            Told::Refused(_) => false,
        };
        unless(fine, Kind::Misquoted, (failure, told))?;
        bench.repeat(number).await?;
    }
    let late = check(&bench.healthy, 30, &bench.updates).await?;
    unless(late == 0, Kind::RefusedAndStored, late)?;
    Ok(failures.len().try_into().unwrap_or(u64::MAX))
}

/// Answers how often something was made to fail.
async fn prove_schedule() -> Result<u64, Violation> {
    let mut bench = Bench::new(None).await;
    bench.update("RED").await;
    bench.later(SETTLED);
    let seen = bench.watch();
    let run = bench.run_schedule().await;
    unless(run.done == 1, Kind::Lost, run)?;
    let calls = seen.lock().expect("no panic while held").clone();
    let failures = Failure::of(&calls, Size::Short);
    for failure in &failures {
        bench.update("RED").await;
        bench.later(SETTLED);
        let right = bench.healthy.get(30).by("reader").send().await;
        bench.fail(*failure);
        let run = bench.run_schedule().await;
        let mut durable =
            bench.healthy.row(30).await["status"].as_s().is_ok_and(|is| is == "GREEN");
        unless(run.complete && (run.done == 0 || durable), Kind::Lost, (failure, run))?;
        if !durable {
            durable = bench.healthy.run_schedule().await.done == 1;
        }
        unless(durable, Kind::Lost, (failure, run))?;
        answers_right(&bench.healthy.get(30).by("reader").send().await, &right)?;
    }
    let late = check(&bench.healthy, 30, &bench.updates).await?;
    unless(late == 0, Kind::RefusedAndStored, late)?;
    Ok(failures.len().try_into().unwrap_or(u64::MAX))
}

fn passed(proof: Result<u64, Violation>) {
    match proof {
        Ok(failures) => report(&vec![("calls made to fail", failures)]),
        Err(violation) => panic!("{violation}"),
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_of_a_read_its_answer_is_right_or_503() {
    passed(prove_reads(None).await);
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_of_an_update_the_tables_agree_with_its_answer() {
    passed(prove_write(Write::Plain).await);
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_of_an_update_on_a_condition_the_tables_agree_with_its_answer() {
    passed(prove_write(Write::OnACondition).await);
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_of_an_update_after_a_deadline_the_tables_agree_with_its_answer() {
    passed(prove_write(Write::AfterTheDeadline).await);
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_of_a_named_update_it_can_be_sent_again() {
    passed(prove_write(Write::Named).await);
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_of_a_repeat_it_is_no_second_update() {
    passed(prove_write(Write::Repeated).await);
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_of_a_contended_update_the_tables_agree_with_its_answer() {
    passed(prove_write(Write::Contended).await);
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_of_a_run_of_the_schedule_the_next_one_makes_up_for_it() {
    passed(prove_schedule().await);
}

/// Safety: what could not be read is not taken for absent. A store that does not name the keys that
/// it left unprocessed makes services disappear.
#[tokio::test(start_paused = true)]
async fn unprocessed_keys_taken_for_absent_are_noticed() {
    let violation = prove_reads(Some(Lie::UnprocessedUnnamed)).await.expect_err("a violation");
    assert_eq!(violation.kind, Kind::Shown);
}
