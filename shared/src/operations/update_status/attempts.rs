//! Conflicts, retries and replays: the states of an update between two calls of the store.
//!
//! Of two writers the second one decides again on what the first one stored. With `If-Match` it then refuses its own
//! update (`functions/update-status`); without, the update is applied on the new version.

use std::time::Duration;

use super::{Cancellation, Isolation, Loaded, StatusUpdateCommand, UpdateError, Updated};
use crate::{
    domain::{Minutes, Service, ServiceDetails, StatusRecord, StatusTransition},
    store::{
        AfterCancellation, IdempotencyRecord, IdempotentRequest, StoreFault, Transaction,
        UpdateTables, WriteOutcome, pause,
    },
};

/// How often an update sends a transaction.
const MAX_ATTEMPTS: u32 = 5;
/// The longest pause after the first cancellation. It doubles with each one.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// A transaction, with the service that it was built from.
struct Attempt {
    service: ServiceDetails,
    /// The status that it leaves behind.
    after: StatusRecord,
    transaction: Transaction,
}

/// Where an update stands between two calls of the store.
enum State {
    /// No transaction of this update can be applied any more: decide on these rows, and build one.
    Decide(Loaded),
    /// Send this transaction, for the first time or again.
    Send(Attempt),
    /// This transaction was cancelled; an earlier sending of it may be applied, or still be on its way.
    Cancelled(Attempt),
    /// It is stored.
    Stored(Updated),
}

/// Sends an update until it is stored, or until another writer's change must not be overwritten.
pub(super) async fn run<R>(
    run: Run<'_>,
    loaded: Loaded,
    decide: impl Fn(&Loaded) -> Result<StatusTransition, R>,
    on_cancelled: impl Fn(Cancellation),
) -> Result<Updated, UpdateError<R>> {
    let mut sent = 0;
    let mut state = State::Decide(loaded);
    loop {
        state = match state {
            State::Decide(Loaded { service, idempotency: Some(record), .. }) => {
                State::Stored(run.replay(service, record).await?)
            }
            State::Decide(loaded) => match run.decide(&decide, &loaded) {
                // The rejection may be due to this very update, sent before under the same key: its
                // service row can be visible when the record of its key is not yet.
                Err(UpdateError::Rejected(_)) if run.may_be_half_visible(&loaded) => {
                    State::Decide(run.load_isolated().await?)
                }
                Err(error) => return Err(error),
                Ok(transition) => State::Send(run.attempt(loaded, transition)?),
            },
            State::Send(attempt) => {
                sent += 1;
                match run.tables.send(&attempt.transaction).await? {
                    WriteOutcome::Stored => State::Stored(attempt.stored(&run)),
                    WriteOutcome::Cancelled => State::Cancelled(attempt),
                }
            }
            State::Cancelled(attempt) => {
                let has_attempts_left = sent < MAX_ATTEMPTS;
                on_cancelled(Cancellation { has_attempts_left });
                pause(FIRST_PAUSE, sent).await;
                run.resolve(attempt, has_attempts_left).await?
            }
            State::Stored(updated) => return Ok(updated),
        };
    }
}

/// What stays the same however often an update is tried.
pub(super) struct Run<'a> {
    pub(super) tables: &'a UpdateTables,
    pub(super) command: StatusUpdateCommand<'a>,
    /// The idempotency key with the hash of the body.
    pub(super) request: Option<IdempotentRequest>,
}

impl Run<'_> {
    fn decide<R>(
        &self,
        decide: impl Fn(&Loaded) -> Result<StatusTransition, R>,
        loaded: &Loaded,
    ) -> Result<StatusTransition, UpdateError<R>> {
        let transition = decide(loaded).map_err(UpdateError::Rejected)?;
        Ok(match self.command.operator {
            Some(operator) => transition.by_operator(operator),
            None => transition,
        })
    }

    fn may_be_half_visible(&self, loaded: &Loaded) -> bool {
        self.request.is_some() && loaded.isolation == Isolation::ReadCommitted
    }

    async fn load_isolated<R>(&self) -> Result<Loaded, UpdateError<R>> {
        let keys = self.command.keys();
        let snapshot = self.tables.read_isolated(keys, self.command.audit.at).await?;
        Ok(Loaded::new(snapshot, Isolation::Serializable)?)
    }

    fn attempt(
        &self,
        Loaded { service, grant, .. }: Loaded,
        transition: StatusTransition,
    ) -> Result<Attempt, StoreFault> {
        let (details, request) = (&service.details, self.request.as_ref());
        let audit = self.command.audit;
        let transaction = self.tables.transaction(&grant, details, &transition, request, audit)?;
        Ok(Attempt { service: service.details, after: transition.after, transaction })
    }

    /// Finds out what became of a cancelled transaction.
    async fn resolve<R>(
        &self,
        attempt: Attempt,
        has_attempts_left: bool,
    ) -> Result<State, UpdateError<R>> {
        let (keys, transaction) = (self.command.keys(), &attempt.transaction);
        let now = self.command.audit.at;
        // That it was applied counts before the rights of the caller: they may have been withdrawn afterwards.
        let AfterCancellation::NotApplied(snapshot) =
            self.tables.read_after(transaction, keys, now).await?
        else {
            return Ok(State::Stored(attempt.stored(self)));
        };
        let stored_version = snapshot.service.as_ref().map_or(0, |now| now.record.version);
        let is_same_version = stored_version == transaction.from_version;
        // A service that was closed or moved can come back, and a user's right too; a version cannot.
        let may_be_stored = is_same_version || snapshot.idempotency.is_some();
        let loaded = match Loaded::new(*snapshot, Isolation::Serializable) {
            Ok(loaded) => loaded,
            // A refusal would say that the update is not stored.
            Err(_) if may_be_stored => return Err(StoreFault::Contended.into()),
            Err(error) => return Err(error.into()),
        };
        match loaded.idempotency {
            // An earlier request has used the key: for the same update, or for another.
            Some(_) => Ok(State::Decide(loaded)),
            // A sending of it may still be applied. So the same transaction is sent again, never another one
            // beside it.
            None if is_same_version && has_attempts_left => Ok(State::Send(attempt)),
            None if is_same_version => Err(StoreFault::Contended.into()),
            None if has_attempts_left => Ok(State::Decide(loaded)),
            None => Err(UpdateError::Conflict),
        }
    }

    /// The outcome of the first request with this key.
    async fn replay<R>(
        &self,
        service: Service,
        record: IdempotencyRecord,
    ) -> Result<Updated, UpdateError<R>> {
        let request = self.request.as_ref();
        let same = request.filter(|request| request.body_hash == record.body_hash);
        let Some(IdempotentRequest { key, .. }) = same else { return Err(UpdateError::KeyReused) };
        let (reset, update) = self.tables.recorded_changes(service.id(), key, &record).await?;
        let effective = StatusRecord::after(&update.change).effective_at(update.recorded_at);
        let service = ServiceDetails {
            name: record.service_name,
            review_after: record.review_after_minutes.map(Minutes),
            ..service.details
        };
        let changes = reset.into_iter().chain([update]).collect();
        Ok(Updated { service, changes, effective, replayed: true })
    }
}

impl Attempt {
    fn stored(self, run: &Run<'_>) -> Updated {
        let effective = self.after.effective_at(run.command.audit.at);
        let (service, changes) = (self.service, self.transaction.changes);
        Updated { service, changes, effective, replayed: false }
    }
}
