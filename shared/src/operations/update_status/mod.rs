//! Updates a status, or moves its deadline: applies a request exactly once, even if it is sent twice or others write at
//! the same time.
//!
//! An update is one transaction. DynamoDB can cancel it because another transaction writes to the same rows.
//! A cancellation does not say that the update is not stored: an earlier sending whose answer was lost may
//! have been applied, or may still arrive. So after a cancellation the update reads everything again as of
//! one moment, including its own history entry, and continues from what it finds (docs/adr/0005).

mod attempts;
mod loaded;

use self::{
    attempts::Run,
    loaded::{Isolation, Loaded},
};
use super::AccessError;
use crate::{
    domain::{
        DeadlineUpdate, NoDeadline, Service, ServiceDetails, ServiceId, StatusRecord,
        StatusTransition, StatusUpdate,
    },
    store::{
        AuditContext, IdempotencyKey, IdempotentRequest, RecordedChange, SnapshotKeys, StoreFault,
        UpdateTables,
    },
};

/// Who updates the status of which service.
#[derive(Clone, Debug)]
pub struct StatusUpdateCommand<'a> {
    /// The subject of the caller.
    pub subject: &'a str,
    /// The operator who updates in the caller's name, if it is not the caller.
    pub operator: Option<&'a str>,
    /// The service; `None` if the id in the request cannot be one.
    pub service: Option<ServiceId>,
    /// The client's idempotency key, if it gave one.
    pub key: Option<IdempotencyKey>,
    /// The time of the request, and its id.
    pub audit: AuditContext<'a>,
}

/// An update is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Updated {
    /// The service, with the name and the review interval that it had when the update was stored.
    pub service: ServiceDetails,
    /// The changes, oldest first: the update, after the reset that was due if any.
    pub changes: Vec<RecordedChange>,
    /// What readers saw right after the update.
    pub effective: StatusRecord,
    /// Whether an earlier request with the same idempotency key stored it.
    pub replayed: bool,
}

/// Why an update is not stored. `R` is the caller's own reason.
#[derive(Debug)]
pub enum UpdateError<R> {
    /// The caller may not update this service.
    Access(AccessError),
    /// The idempotency key was used for another body.
    KeyReused,
    /// The caller's decision refused the update.
    Rejected(R),
    /// Others kept changing the status first.
    Conflict,
    /// The store failed: the update may or may not be stored.
    Store(StoreFault),
}

/// A transaction was cancelled because of another writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// Whether the update may send another one.
    pub has_attempts_left: bool,
}

/// An update whose caller has the right to make it.
#[derive(Debug)]
pub struct AuthorisedUpdate<'a> {
    tables: &'a UpdateTables,
    command: StatusUpdateCommand<'a>,
    loaded: Loaded,
}

/// Checks that the caller may update the service. One read.
///
/// # Errors
/// [`UpdateError::Access`] and [`UpdateError::Store`].
pub async fn authorise_status_update<'a, R>(
    tables: &'a UpdateTables,
    command: StatusUpdateCommand<'a>,
) -> Result<AuthorisedUpdate<'a>, UpdateError<R>> {
    let snapshot = tables.read(command.keys(), command.audit.at).await?;
    let loaded = Loaded::new(snapshot, Isolation::ReadCommitted)?;
    Ok(AuthorisedUpdate { tables, command, loaded })
}

impl StatusUpdateCommand<'_> {
    fn keys(&self) -> SnapshotKeys<'_> {
        SnapshotKeys {
            subject: self.subject,
            service: self.service,
            idempotency: self.key.as_ref(),
        }
    }
}

impl AuthorisedUpdate<'_> {
    /// The service that the caller may update, with its stored status.
    #[must_use]
    pub const fn service(&self) -> &Service {
        &self.loaded.service
    }

    /// The username of the caller.
    #[must_use]
    pub fn username(&self) -> &str {
        self.loaded.grant.username()
    }

    /// Applies the update.
    ///
    /// `decide` gets the service and what readers see now, and returns the update or refuses it. It is asked
    /// again whenever another writer came first. `body_hash` tells requests under the same idempotency key apart;
    /// it is called only if there is a key.
    ///
    /// # Errors
    /// The update is not stored; after [`UpdateError::Store`] it may be.
    pub async fn apply<R>(
        self,
        body_hash: impl FnOnce() -> String,
        decide: impl Fn(&Service, StatusRecord) -> Result<StatusUpdate, R>,
        on_cancelled: impl Fn(Cancellation),
    ) -> Result<Updated, UpdateError<R>> {
        let now = self.command.audit.at;
        let decide = |Loaded { service, grant, .. }: &Loaded| {
            let update = decide(service, service.record.clone().effective_at(now))?;
            Ok(update.apply(&service.record, grant, now))
        };
        self.run(body_hash, decide, on_cancelled).await
    }

    /// Moves the deadline; as [`apply`](Self::apply). If readers are shown GREEN, the update is rejected with
    /// [`NoDeadline`], after `decide` has taken it.
    ///
    /// # Errors
    /// The update is not stored; after [`UpdateError::Store`] it may be.
    pub async fn move_deadline<R: From<NoDeadline>>(
        self,
        body_hash: impl FnOnce() -> String,
        decide: impl Fn(&Service, StatusRecord) -> Result<DeadlineUpdate, R>,
        on_cancelled: impl Fn(Cancellation),
    ) -> Result<Updated, UpdateError<R>> {
        let now = self.command.audit.at;
        let decide = |Loaded { service, grant, .. }: &Loaded| {
            let update = decide(service, service.record.clone().effective_at(now))?;
            Ok(update.apply(&service.record, grant, now)?)
        };
        self.run(body_hash, decide, on_cancelled).await
    }

    async fn run<R>(
        self,
        body_hash: impl FnOnce() -> String,
        decide: impl Fn(&Loaded) -> Result<StatusTransition, R>,
        on_cancelled: impl Fn(Cancellation),
    ) -> Result<Updated, UpdateError<R>> {
        let Self { tables, command, loaded } = self;
        let key = command.key.clone();
        let request = key.map(|key| IdempotentRequest { key, body_hash: body_hash() });
        attempts::run(Run { tables, command, request }, loaded, decide, on_cancelled).await
    }
}

impl<R> From<AccessError> for UpdateError<R> {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

impl<R> From<StoreFault> for UpdateError<R> {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}
