//! Transactions in flight: an update's first attempt gets no answer and is half visible for a
//! while. A retry, by the SDK or by the client, may find some of its rows and not others.
//!
//! Every update is then stored once and answered as stored, or answered 503. When an answer says
//! that it is stored, readers see it: no answer runs ahead of the service's own row.

use super::{
    ledger::{Kind, Told, Update, Violation, unless},
    tables::check,
};
use crate::{
    harness::{
        App, World,
        faulty::{Fate, FaultyStore, Hidden, Lie},
    },
    proofs::Size,
};

/// How often a client sends an update with a key before it gives up.
const SENDINGS: usize = 4;

/// A time after a one-minute deadline.
const PAST: i64 = 100;

/// An update: what it is sent with, and the state that it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) moves_deadline: bool,
    pub(super) with_key: bool,
    pub(super) with_if_match: bool,
    /// The update also stores the reset that is due.
    pub(super) after_deadline: bool,
    /// The fate of the SDK's retry.
    pub(super) resent: Fate,
}

impl Case {
    /// Every case; the short proof takes only those that the function treats differently.
    fn all(size: Size) -> Vec<Self> {
        let mut all = Vec::new();
        for number in 0..16 {
            let [with_key, with_if_match, after_deadline, moves_deadline] =
                [1, 2, 4, 8].map(|bit| number & bit > 0);
            for resent in [Fate::Passed, Fate::Cancelled("TransactionConflict")] {
                all.push(Self { moves_deadline, with_key, with_if_match, after_deadline, resent });
            }
        }
        // A deadline is moved with a condition, and before it has passed.
        all.retain(|case| !case.moves_deadline || case.with_if_match && !case.after_deadline);
        let plain = |case: &Self| !case.after_deadline && !case.moves_deadline;
        let both = |case: &Self| case.with_key && case.with_if_match;
        all.retain(|case| size == Size::Long || plain(case) || both(case));
        all
    }

    /// The rows of the transaction that an update reads: the service, its changes, and the record of the key. The row
    /// for followers is after the changes.
    fn rows(self) -> impl Iterator<Item = usize> {
        let followers = 2 + usize::from(self.after_deadline);
        let last = followers + usize::from(self.with_key);
        (0..=last).filter(move |row| *row != followers)
    }

    /// Every way to hide each row for one of these numbers of calls. This covers all orders in
    /// which the rows can become visible.
    fn ways(self, calls: &[u8]) -> Vec<Hidden> {
        let mut ways = vec![Hidden::default()];
        for row in self.rows() {
            let longer = |way: Hidden| {
                calls.iter().map(move |calls| {
                    let mut way = way;
                    way[row] = *calls;
                    way
                })
            };
            ways = ways.into_iter().flat_map(longer).collect();
        }
        ways
    }
}

/// For how many calls a row can be hidden. The SDK sends three times; the function then reads, and
/// either sends again or looks for its change.
const fn calls(size: Size) -> &'static [u8] {
    match size {
        Size::Short => &[0, 6],
        Size::Long => &[0, 2, 3, 4, 6],
    }
}

/// Service 30 in its own world, on a store whose faults a case decides.
pub(super) struct Bench {
    healthy: App,
    faulty: App,
    store: FaultyStore,
    updates: Vec<Update>,
    seconds: i64,
}

impl Bench {
    pub(super) async fn new(lie: Option<Lie>) -> Self {
        let world = World::family().start().await;
        let (faulty, store, _) = FaultyStore::below(&world, lie, |_| Fate::Passed.into());
        let healthy = store.healthy(&world);
        Self { healthy, faulty, store, updates: Vec::new(), seconds: 0 }
    }

    fn later(&mut self, seconds: i64) {
        self.seconds += seconds;
        self.healthy.at(self.seconds);
        self.faulty.at(self.seconds);
    }

    fn add(&mut self, status: &'static str) -> usize {
        let number = self.updates.len();
        self.updates.push(Update::new(30, status, format!("update {number} ends")));
        number
    }

    /// Makes the service RED. Returns the number of the next update.
    async fn prepare(&mut self, case: Case) -> Result<usize, Violation> {
        self.later(PAST);
        let red = self.add("RED");
        let reply = self.updates[red].call(&self.healthy).send().await;
        self.updates[red].hear(&reply)?;
        if case.after_deadline {
            self.later(PAST);
        }
        let get = self.healthy.get(30).by("reader").send().await;
        let tag = get.header("etag").to_owned();
        let number = if case.moves_deadline {
            self.updates.push(Update { minutes: 3, ..Update::deadline(30, &tag) });
            self.updates.len() - 1
        } else {
            self.add("AMBER")
        };
        self.updates[number].if_match = Some(tag).filter(|_| case.with_if_match);
        self.updates[number].key = Some(format!("key-{number}")).filter(|_| case.with_key);
        Ok(number)
    }

    /// Hides the rows of the next transaction. Its retry has the case's fate.
    fn direct(&self, case: Case, hidden: Hidden) {
        let mut sent = 0;
        self.store.direct(move |call| {
            sent += u32::from(call.operation == "TransactWriteItems");
            match (call.operation.as_str(), sent) {
                ("TransactWriteItems", 1) => Fate::HalfVisible(hidden).into(),
                ("TransactWriteItems", 2) => case.resent.into(),
                _ => Fate::Passed.into(),
            }
        });
    }

    async fn send(&mut self, number: usize) -> Result<Told, Violation> {
        let reply = self.updates[number].call(&self.faulty).send().await;
        self.updates[number].hear(&reply)
    }

    pub(super) async fn run(&mut self, case: Case, hidden: Hidden) -> Result<(), Violation> {
        let number = self.prepare(case).await?;
        self.direct(case, hidden);
        let sendings = if case.with_key { SENDINGS } else { 1 };
        for _ in 0..sendings {
            match self.send(number).await? {
                Told::Stored { .. } => {
                    let shown = self.faulty.get(30).by("reader").send().await;
                    let own = self.updates[number].is_shown_by(&shown);
                    unless(own, Kind::Shown, (case, hidden, &shown.body))?;
                    break;
                }
                Told::Unknown(_) => self.updates[number].had_no_fault()?,
                Told::Refused(_) | Told::NoDeadline => {
                    let own = &self.updates[number];
                    return Err(Violation::new(Kind::RefusedAndStored, (case, hidden, own)));
                }
            }
        }
        self.store.release().await;
        if case.with_key && !self.updates[number].is_acknowledged() {
            let told = self.send(number).await?;
            unless(matches!(told, Told::Stored { .. }), Kind::Lost, (case, hidden, told))?;
        }
        Ok(())
    }

    /// Compares the tables with what the client was told.
    pub(super) async fn check(&self) -> Result<(), Violation> {
        let late = check(&self.healthy, 30, &self.updates).await?;
        unless(late == 0, Kind::RefusedAndStored, late)
    }
}

/// Returns the number of half-visible transactions.
///
/// # Errors
/// If the tables and an answer disagree.
pub(super) async fn prove(size: Size) -> Result<u64, Violation> {
    let mut transactions = 0;
    for case in Case::all(size) {
        let mut bench = Bench::new(None).await;
        for hidden in case.ways(calls(size)) {
            bench.run(case, hidden).await?;
            transactions += 1;
        }
        bench.check().await?;
    }
    Ok(transactions)
}
