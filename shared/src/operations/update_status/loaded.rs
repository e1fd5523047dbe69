//! The rows that an update starts from.

use crate::{
    domain::{Grant, Service, authorise_update},
    operations::{AccessError, active_user},
    store::{IdempotencyRecord, UpdateSnapshot},
};

/// How the rows of a snapshot relate to a transaction that is being applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolation {
    /// Some of its rows may be visible and others not.
    ReadCommitted,
    /// All of its rows are visible, or none.
    Serializable,
}

/// The service, the caller's right to update it, and what the idempotency key was used for.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) service: Service,
    pub(super) grant: Grant,
    pub(super) idempotency: Option<IdempotencyRecord>,
    pub(super) isolation: Isolation,
}

impl Loaded {
    pub(super) fn new(snapshot: UpdateSnapshot, isolation: Isolation) -> Result<Self, AccessError> {
        let user = active_user(snapshot.user)?;
        let service = snapshot.service.filter(|service| service.details.active);
        let service = service.ok_or(AccessError::ServiceNotFound)?;
        let grant = authorise_update(&user, &service).ok_or(AccessError::NotPermitted)?;
        Ok(Self { service, grant, idempotency: snapshot.idempotency, isolation })
    }
}
