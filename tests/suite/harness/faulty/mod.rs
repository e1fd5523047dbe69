//! A store that fails as a script has it, below the real SDK: at the connector, where a request has
//! been built and signed and an answer has not been read. What it lets through reaches the engine.

mod fate;
mod lie;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    config::{
        AsyncSleep, BehaviorVersion, Sleep, StalledStreamProtectionConfig,
        retry::{RetryPartition, TokenBucket},
        timeout::TimeoutConfig,
    },
};
use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::byte_stream::ByteStream;
use tokio::sync::{mpsc, oneshot};

use super::{App, gateway_settings};

use fate::Answer;
pub(crate) use fate::Fate;
pub(crate) use lie::Lie;

/// A call of the store, as it is about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoreCall {
    /// The action's name.
    pub(crate) operation: String,
    /// How many calls there have been before.
    pub(crate) number: u64,
    /// Whether an earlier request is still under way that has been answered by a timeout.
    pub(crate) one_is_held_back: bool,
}

/// What becomes of a call.
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

/// The turn of others: it lasts until it is answered or dropped.
pub(crate) type Turn = oneshot::Sender<()>;

/// What was done to calls: the action and the fate, how often.
pub(crate) type Counts = BTreeMap<(String, &'static str), u64>;

/// The store's faults, as its test directs them.
#[derive(Clone)]
pub(crate) struct FaultyStore(Arc<Shared>);

struct Shared {
    script: Mutex<Script>,
    lie: Option<Lie>,
    calls: AtomicU64,
    counts: Mutex<Counts>,
    held_back: Mutex<Vec<HeldBack>>,
    turns: mpsc::UnboundedSender<Turn>,
}

/// A request that is applied after so many further calls.
struct HeldBack {
    calls: u32,
    request: HttpRequest,
    connector: SharedHttpConnector,
}

impl FaultyStore {
    /// The functions of that app, on the same tables, on a store that fails as that script has it;
    /// and the turns of others that the script gives.
    pub(crate) fn below(
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
            turns,
        }));
        let connection =
            Connection { shared: Arc::clone(&store.0), real: Builder::new().build_http() };
        let client = client(app, connection);
        let settings = gateway_settings(&app.tables);
        (App::new(client, app.tables.clone(), &settings), store, taken)
    }

    /// Has another script decide from now on.
    pub(crate) fn direct(&self, script: impl FnMut(&StoreCall) -> Plan + Send + 'static) {
        *self.0.script.lock().expect("no panic while held") = Box::new(script);
    }

    /// How many calls there have been.
    pub(crate) fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::SeqCst)
    }

    /// What has been done to them.
    pub(crate) fn counts(&self) -> Counts {
        self.0.counts.lock().expect("no panic while held").clone()
    }

    /// Applies what is still held back.
    pub(crate) async fn release(&self) {
        self.0.release(|_| true).await;
    }
}

/// Runs something while others have their turns whenever it asks for that.
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

/// The app's client, but for the connection, and with nothing in it that depends on time.
fn client(app: &App, connection: Connection) -> Client {
    // A partition of its own, so that this store's faults use up no other test's retries.
    let partition = RetryPartition::custom("faulty").token_bucket(TokenBucket::unlimited()).build();
    let config = app.client.config().to_builder();
    let config = config
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(connection)
        .retry_partition(partition)
        .sleep_impl(NoWait)
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    Client::from_conf(config.build())
}

/// Does not wait: the SDK's pauses between its attempts cost no time.
#[derive(Debug)]
struct NoWait;

impl AsyncSleep for NoWait {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(std::future::ready(()))
    }
}

/// The real connection, and what stands between it and the SDK.
#[derive(Clone)]
struct Connection {
    shared: Arc<Shared>,
    real: SharedHttpClient,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

impl HttpClient for Connection {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let real = self.real.http_connector(settings, components);
        SharedHttpConnector::new(Faulty { shared: Arc::clone(&self.shared), real })
    }
}

/// What the SDK hands its requests to.
#[derive(Clone)]
struct Faulty {
    shared: Arc<Shared>,
    real: SharedHttpConnector,
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

impl HttpConnector for Faulty {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let faulty = self.clone();
        HttpConnectorFuture::new(async move { faulty.answer(request).await })
    }
}

impl Faulty {
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        self.shared.release(HeldBack::is_due).await;
        let operation = operation(&request);
        let plan = self.shared.plan(&operation);
        if plan.others_first {
            self.shared.others().await;
        }
        self.shared.count(operation, plan.fate);
        let request = match self.shared.lie {
            Some(lie) => lie.told_in(request),
            None => request,
        };
        let body = request.body().bytes().unwrap_or_default().to_vec();
        if plan.fate.is_applied() {
            let answer = match self.shared.lie {
                Some(lie) if lie.is_unsent(&body) => fate::success("{}"),
                _ => read(self.real.call(request).await?).await?,
            };
            let answer = plan.fate.after(answer, &body)?;
            return Ok(match self.shared.lie {
                Some(lie) => lie.told_of(answer),
                None => answer,
            });
        }
        if let Fate::HeldBack(calls) = plan.fate {
            let connector = self.real.clone();
            self.shared.hold_back(HeldBack { calls, request, connector });
        }
        plan.fate.instead(&body)
    }
}

/// The action that a request asks for.
fn operation(request: &HttpRequest) -> String {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

/// The answer with its whole body in memory.
async fn read(answer: HttpResponse) -> Result<Answer, ConnectorError> {
    let status = answer.status();
    let read = ByteStream::new(answer.into_body()).collect().await;
    let body = read.map_err(|error| ConnectorError::io(error.into()))?.to_vec();
    Ok(Answer { status, body })
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
            one_is_held_back: !self.held_back.lock().expect("no panic while held").is_empty(),
        };
        (self.script.lock().expect("no panic while held"))(&call)
    }

    fn count(&self, operation: String, fate: Fate) {
        let mut counts = self.counts.lock().expect("no panic while held");
        *counts.entry((operation, fate.name())).or_default() += 1;
    }

    /// Gives others their turn. Where nobody takes turns it is over at once.
    async fn others(&self) {
        let (turn, over) = oneshot::channel();
        if self.turns.send(turn).is_ok() {
            let _ = over.await;
        }
    }

    fn hold_back(&self, request: HeldBack) {
        self.held_back.lock().expect("no panic while held").push(request);
    }

    /// Applies those requests of the ones held back; nobody waits for their answers.
    async fn release(&self, mut which: impl FnMut(&mut HeldBack) -> bool) {
        let due: Vec<_> = {
            let mut held_back = self.held_back.lock().expect("no panic while held");
            held_back.extract_if(.., &mut which).collect()
        };
        for HeldBack { request, connector, .. } in due {
            let answer = connector.call(request).await.expect("the engine answers");
            read(answer).await.expect("an answer");
        }
    }
}
