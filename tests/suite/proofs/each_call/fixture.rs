//! The fixture: the same tables on a healthy store and on a failing one.

use std::sync::{Arc, Mutex};

use shared::domain::Reason;
use tokio::sync::mpsc::UnboundedReceiver;

use super::Failure;
use crate::{
    harness::{
        App, World,
        faulty::{Fate, FaultyStore, Lie, Plan, Turn},
    },
    proofs::faults::ledger::Update,
};

/// A world on a healthy store and on a failing one.
pub(super) struct Fixture {
    pub(super) healthy: App,
    pub(super) faulty: App,
    pub(super) store: FaultyStore,
    pub(super) turns: UnboundedReceiver<Turn>,
    /// Every update of service 30 so far.
    pub(super) updates: Vec<Update>,
    /// The time on the clocks.
    pub(super) seconds: i64,
}

impl Fixture {
    pub(super) async fn new(lie: Option<Lie>) -> Self {
        let world = World::family().editor("colleague", &[30]).start().await;
        let (faulty, store, turns) = FaultyStore::below(&world, lie, |_| Fate::Passed.into());
        let healthy = store.healthy(&world);
        Self { healthy, faulty, store, turns, updates: Vec::new(), seconds: 0 }
    }

    pub(super) fn later(&mut self, seconds: i64) {
        self.seconds += seconds;
        self.healthy.at(self.seconds);
        self.faulty.at(self.seconds);
    }

    /// Lets all calls pass from now on, and records their actions.
    pub(super) fn watch(&self) -> Arc<Mutex<Vec<String>>> {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        self.store.direct(move |call| {
            noted.lock().expect("no panic while held").push(call.operation.clone());
            Plan { others_first: is_first_write(&noted), fate: Fate::Passed }
        });
        seen
    }

    /// Injects this failure from now on.
    pub(super) fn fail(&self, failure: Failure) {
        let (first, seen) = (self.store.calls(), Mutex::new(Vec::new()));
        self.store.direct(move |call| {
            seen.lock().expect("no panic while held").push(call.operation.clone());
            Plan { others_first: is_first_write(&seen), fate: failure.fate(first, call) }
        });
    }
}

/// Other writers take their turn before the first transaction, if the test gives them one.
fn is_first_write(seen: &Mutex<Vec<String>>) -> bool {
    let seen = seen.lock().expect("no panic while held");
    let writes = seen.iter().filter(|operation| *operation == "TransactWriteItems").count();
    writes == 1 && seen.last().is_some_and(|operation| operation == "TransactWriteItems")
}

/// An update of service 30 with that number in its notes, and one of the reasons or none.
pub(super) fn update(status: &'static str, number: usize) -> Update {
    let reason = Reason::NAMES.get(number % (Reason::NAMES.len() + 1)).copied();
    Update::new(30, status, format!("update {number} ends")).because(reason)
}
