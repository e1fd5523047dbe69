//! Reads services for an active user. Every active user may read every active service.

use super::{AccessError, ReadError, active_user};
use crate::{
    domain::{Service, ServiceId, User},
    store::{PageRequest, ServicePage, ServicesTable, StoreFault, UnreadableRow, UsersTable},
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
    Ok(read_user_and_service(users, services, subject, id).await?.1)
}

/// As [`read_service`], with the user.
///
/// # Errors
/// As [`read_service`].
pub async fn read_user_and_service(
    users: &UsersTable,
    services: &ServicesTable,
    subject: &str,
    id: Option<ServiceId>,
) -> Result<(User, Service), ReadError> {
    let (user, service) = users.user_and_service(subject, services, id).await?;
    let user = active_user(user)?;
    let service = service.filter(|service| service.details.active);
    Ok((user, service.ok_or(AccessError::ServiceNotFound)?))
}

/// The active user of this subject.
///
/// # Errors
/// The user is unknown or inactive, or the store failed.
pub async fn read_user(users: &UsersTable, subject: &str) -> Result<User, ReadError> {
    Ok(active_user(users.user(subject).await?)?)
}

/// What was found of a list of ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundServices {
    /// The active services, in the order of the ids.
    pub services: Vec<Service>,
    /// The ids of which there is no active service.
    pub missing: Vec<ServiceId>,
    /// The rows that cannot be read.
    pub unreadable: Vec<UnreadableRow>,
}

/// The active services of at most 100 ids, for the user of this subject: one round trip to the store.
///
/// # Errors
/// The user is unknown or inactive, or the store failed.
pub async fn services_by_id(
    users: &UsersTable,
    services: &ServicesTable,
    subject: &str,
    ids: &[ServiceId],
) -> Result<FoundServices, ReadError> {
    let (user, found) = tokio::join!(read_user(users, subject), find_services(services, ids));
    user?;
    Ok(found?)
}

/// As [`services_by_id`], for a user who is read elsewhere.
///
/// # Errors
/// The store failed.
pub async fn find_services(
    services: &ServicesTable,
    ids: &[ServiceId],
) -> Result<FoundServices, StoreFault> {
    let mut found = FoundServices::default();
    for row in services.services(ids).await? {
        match row {
            Ok(service) if service.details.active => found.services.push(service),
            Ok(_) => {}
            Err(row) => found.unreadable.push(row),
        }
    }
    let is_known = |id: ServiceId| {
        found.services.iter().any(|service| service.id() == id)
            || found.unreadable.iter().any(|row| row.service() == Some(id))
    };
    found.missing = ids.iter().copied().filter(|id| !is_known(*id)).collect();
    Ok(found)
}

/// A page of a list, for the user of this subject. The user's row and the page's first read are read side by side.
/// `None` if the page's position does not belong to the list.
///
/// # Errors
/// The user is unknown or inactive, or the store failed.
pub async fn list_services(
    users: &UsersTable,
    services: &ServicesTable,
    subject: &str,
    request: &PageRequest,
) -> Result<Option<ServicePage>, ReadError> {
    let Some(mut page) = services.page(request) else {
        return read_user(users, subject).await.map(|_| None);
    };
    let (user, first) = tokio::join!(read_user(users, subject), page.first_read());
    let user = user?;
    Ok(Some(page.finish(first?, &user).await?))
}

/// As [`list_services`], for this user.
///
/// # Errors
/// The store failed.
pub async fn list_services_of(
    user: &User,
    services: &ServicesTable,
    request: &PageRequest,
) -> Result<Option<ServicePage>, StoreFault> {
    let Some(mut page) = services.page(request) else { return Ok(None) };
    let first = page.first_read().await?;
    page.finish(first, user).await.map(Some)
}
