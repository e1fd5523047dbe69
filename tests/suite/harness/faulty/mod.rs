//! A store that fails by script, below the real SDK: at the connector, where a request has been
//! built and signed and the answer has not been read. The calls that pass reach the engine.

mod answer;
mod connector;
mod fate;
mod in_flight;
mod lie;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use tokio::sync::{mpsc, oneshot};

use super::App;
use in_flight::InFlight;

pub(crate) use answer::Unprocessed;
pub(crate) use connector::{NoWait, RuntimeTime};
pub(crate) use fate::Fate;
pub(crate) use in_flight::Hidden;
pub(crate) use lie::Lie;

/// A call of the store, as it is about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoreCall {
    /// The action's name.
    pub(crate) operation: String,
    /// How many calls there were before.
    pub(crate) number: u64,
    /// Whether an earlier request that had no answer in time is held back or in flight.
    pub(crate) one_is_under_way: bool,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Whether others have their turn before the call is sent.
    pub(crate) others_first: bool,
    pub(crate) fate: Fate,
}

impl From<Fate> for Plan {
    fn from(fate: Fate) -> Self {
        Self { others_first: false, fate }
    }
}

type Script = Box<dyn FnMut(&StoreCall) -> Plan + Send>;

/// The turn of others. It ends when it is answered or dropped.
pub(crate) type Turn = oneshot::Sender<()>;

/// What happened to calls: the count of each action and fate.
pub(crate) type Counts = BTreeMap<(String, &'static str), u64>;

/// The store's faults, as the test directs them.
#[derive(Clone)]
pub(crate) struct FaultyStore(Arc<Shared>);

struct Shared {
    script: Mutex<Script>,
    lie: Option<Lie>,
    calls: AtomicU64,
    counts: Mutex<Counts>,
    held_back: Mutex<Vec<HeldBack>>,
    in_flight: Arc<InFlight>,
    turns: mpsc::UnboundedSender<Turn>,
}

/// A request that is applied after that many further calls.
struct HeldBack {
    calls: u32,
    request: HttpRequest,
    connector: SharedHttpConnector,
}

impl FaultyStore {
    /// The functions of that app on the same tables, on a store that fails as the script says. Also
    /// returns the turns of others that the script gives.
    pub(crate) fn below(
        app: &App,
        lie: Option<Lie>,
        script: impl FnMut(&StoreCall) -> Plan + Send + 'static,
    ) -> (App, Self, mpsc::UnboundedReceiver<Turn>) {
        Self::sharing(Arc::default(), app, lie, script)
    }

    /// The functions of that app on the same tables, on a store that never fails. Transactions in
    /// flight on this store are in flight there too.
    pub(crate) fn healthy(&self, app: &App) -> App {
        self.beside(app, None, |_| Fate::Passed.into())
    }

    /// The functions of that app on the same tables, on a store that fails as that script says. Transactions in flight
    /// on this store are in flight there too.
    pub(crate) fn beside(
        &self,
        app: &App,
        lie: Option<Lie>,
        script: impl FnMut(&StoreCall) -> Plan + Send + 'static,
    ) -> App {
        Self::sharing(Arc::clone(&self.0.in_flight), app, lie, script).0
    }

    fn sharing(
        in_flight: Arc<InFlight>,
        app: &App,
        lie: Option<Lie>,
        script: impl FnMut(&StoreCall) -> Plan + Send + 'static,
    ) -> (App, Self, mpsc::UnboundedReceiver<Turn>) {
        let (turns, taken) = mpsc::unbounded_channel();
        let store = Self(Arc::new(Shared {
            script: Mutex::new(Box::new(script)),
            lie,
            calls: AtomicU64::new(0),
            counts: Mutex::default(),
            held_back: Mutex::default(),
            in_flight,
            turns,
        }));
        let client = connector::client(app, Arc::clone(&store.0));
        (app.with_client(client), store, taken)
    }

    /// Replaces the script.
    pub(crate) fn direct(&self, script: impl FnMut(&StoreCall) -> Plan + Send + 'static) {
        *self.0.script.lock().expect("no panic while held") = Box::new(script);
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::SeqCst)
    }

    /// What happened to them.
    pub(crate) fn counts(&self) -> Counts {
        self.0.counts.lock().expect("no panic while held").clone()
    }

    /// Applies everything that is held back, and makes visible what is in flight.
    pub(crate) async fn release(&self) {
        self.0.in_flight.finish();
        self.0.release(|_| true).await;
    }
}

/// Runs `asked`, and `others` whenever it gives them a turn.
pub(crate) async fn with_others<T>(
    asked: impl Future<Output = T>,
    turns: &mut mpsc::UnboundedReceiver<Turn>,
    mut others: impl AsyncFnMut(),
) -> T {
    let mut asked = std::pin::pin!(asked);
    loop {
        tokio::select! {
            answer = &mut asked => return answer,
            Some(turn) = turns.recv() => {
                others().await;
                drop(turn);
            }
        }
    }
}

impl HeldBack {
    /// Counts a further call.
    fn is_due(&mut self) -> bool {
        self.calls = self.calls.saturating_sub(1);
        self.calls == 0
    }
}

impl Shared {
    fn plan(&self, operation: &str) -> Plan {
        let call = StoreCall {
            operation: operation.to_owned(),
            number: self.calls.fetch_add(1, Ordering::SeqCst),
            one_is_under_way: !self.held_back.lock().expect("no panic while held").is_empty()
                || !self.in_flight.is_empty(),
        };
        (self.script.lock().expect("no panic while held"))(&call)
    }

    fn count(&self, operation: String, fate: Fate) {
        let mut counts = self.counts.lock().expect("no panic while held");
        *counts.entry((operation, fate.name())).or_default() += 1;
    }

    /// Gives others their turn. If nobody takes turns, it ends at once.
    async fn others(&self) {
        let (turn, over) = oneshot::channel();
        if self.turns.send(turn).is_ok() {
            let _ = over.await;
        }
    }

    fn hold_back(&self, request: HeldBack) {
        self.held_back.lock().expect("no panic while held").push(request);
    }

    /// Applies the selected requests of those held back, unless a transaction in flight prevents
    /// it. Nobody waits for their answers.
    async fn release(&self, mut which: impl FnMut(&mut HeldBack) -> bool) {
        let due: Vec<_> = {
            let mut held_back = self.held_back.lock().expect("no panic while held");
            held_back.extract_if(.., &mut which).collect()
        };
        for HeldBack { request, connector, .. } in due {
            let body = request.body().bytes().unwrap_or_default();
            let body = serde_json::from_slice(body).unwrap_or_default();
            if self.in_flight.refusal("TransactWriteItems", &body).is_some() {
                continue;
            }
            let answer = connector.call(request).await.expect("the engine answers");
            connector::read(answer).await.expect("an answer");
        }
    }
}
