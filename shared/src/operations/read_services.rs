//! Reads services for an active user. Every active user may read every active service.

use super::{AccessError, ReadError, active_user};
use crate::{
    domain::{Service, ServiceId, User},
    store::{ServicesTable, StoreFault, UsersTable},
};

/// The active service of this id, for the user of this subject: one round trip to the store.
///
/// # Errors
/// The user is unknown or inactive, there is no such active service, or the store failed.
pub async fn read_service(
    users: &UsersTable,
    services: &ServicesTable,
    subject: &str,
    id: Option<ServiceId>,
) -> Result<Service, ReadError> {
    let (user, service) = users.user_and_service(subject, services, id).await?;
    active_user(user)?;
    let service = service.filter(|service| service.details.active);
    Ok(service.ok_or(AccessError::ServiceNotFound)?)
}

/// The active user of this subject.
///
/// # Errors
/// The user is unknown or inactive, or the store failed.
pub async fn read_user(users: &UsersTable, subject: &str) -> Result<User, ReadError> {
    Ok(active_user(users.user(subject).await?)?)
}

/// What was found of a list of ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundServices {
    /// The active services, in the order of the ids.
    pub services: Vec<Service>,
    /// The ids of which there is no active service.
    pub missing: Vec<ServiceId>,
}

/// The active services of at most 100 ids, by one strongly consistent read.
///
/// # Errors
/// The store failed.
pub async fn services_by_id(
    table: &ServicesTable,
    ids: &[ServiceId],
) -> Result<FoundServices, StoreFault> {
    let mut services = table.services(ids).await?;
    services.retain(|service| service.details.active);
    let found: Vec<_> = services.iter().map(Service::id).collect();
    let missing = ids.iter().copied().filter(|id| !found.contains(id)).collect();
    Ok(FoundServices { services, missing })
}
