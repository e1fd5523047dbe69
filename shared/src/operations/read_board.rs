//! Reads a board: a service, and those at and below it in the directory's order, which no status changes.

use super::{AccessError, ReadError, list_services_of, read_user};
use crate::{
    domain::{HierarchyPath, NamePart, Service, ServiceId, Timestamp, User},
    store::{
        ListPosition, PageRequest, ServiceFilter, ServicePage, ServicesTable, StoreFault,
        UnreadableRow, UsersTable,
    },
};

/// The most services of one page of a list. A board has two of them.
const HALF: usize = 100;

/// The nearest ancestors that a board names. A directory has three or four levels.
const MAX_ANCESTORS: usize = 8;

/// What a board reads beside its lists, at most: the session, the service and its ancestors. A row of a service takes
/// two units at most.
const HEADING_UNITS: f64 = 1.0 + 2.0 + 2.0 * MAX_ANCESTORS as f64;

/// A board that is asked for. It has no filter that depends on a status: with one, a list could take another order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardRequest {
    /// The service.
    pub top: ServiceId,
    /// Only services of this type.
    pub type_id: Option<u64>,
    /// Only services with this in the name.
    pub name: Option<NamePart>,
    /// Where the page starts; `None` for the first one.
    pub position: Option<ListPosition>,
    /// The time of the request.
    pub now: Timestamp,
}

/// A board.
#[derive(Debug)]
pub struct Board {
    /// Who asked for it.
    pub user: User,
    /// The service. If its row cannot be read, services below it may be missing.
    pub top: Result<Service, UnreadableRow>,
    /// Its nearest ancestors, the highest first.
    pub ancestors: Vec<Result<Service, UnreadableRow>>,
    /// At most 200 services. All of it takes at most 500 read units.
    pub page: ServicePage,
}

impl BoardRequest {
    /// The list of its services.
    #[must_use]
    pub fn filter(&self) -> ServiceFilter {
        let (type_id, name) = (self.type_id, self.name.clone());
        ServiceFilter { parent: Some(self.top), type_id, name, ..ServiceFilter::default() }
    }

    fn half(&self, position: Option<ListPosition>) -> PageRequest {
        PageRequest { filter: self.filter(), position, limit: HALF, now: self.now }
    }
}

/// The board of a service, for the user of this subject. `None` if the page's position does not belong to it.
///
/// # Errors
/// The user is unknown or inactive, there is no such active service, or the store failed.
pub async fn read_board(
    users: &UsersTable,
    services: &ServicesTable,
    subject: &str,
    request: &BoardRequest,
) -> Result<Option<Board>, ReadError> {
    let list = request.half(request.position.clone());
    let Some(page) = services.page(&list) else {
        return read_user(users, subject).await.map(|_| None);
    };
    let mut page = page.reserving(HEADING_UNITS);
    let later_page = async {
        // The first page of a list reads this row itself.
        let ids = if request.position.is_some() { &[request.top][..] } else { &[] };
        services.services(ids).await
    };
    let (user, first, top) = tokio::join!(read_user(users, subject), page.first_read(), later_page);
    let (user, first) = (user?, first?);
    let top = top?.pop().or_else(|| first.parent()).ok_or(AccessError::ServiceNotFound)?;
    if top.as_ref().is_ok_and(|top| !top.details.active) {
        return Err(AccessError::ServiceNotFound.into());
    }
    let nearest = top.as_ref().map_or(&[][..], |top| nearest_ancestors(&top.details.path));
    let (ancestors, page) = tokio::join!(services.services(nearest), async {
        let half = page.finish(first, &user).await?;
        with_other_half(half, services, &user, request).await
    });
    let (ancestors, page) = (ancestors?, page?);
    Ok(Some(Board { user, top, ancestors, page }))
}

async fn with_other_half(
    mut half: ServicePage,
    services: &ServicesTable,
    user: &User,
    request: &BoardRequest,
) -> Result<ServicePage, StoreFault> {
    if half.next.is_none() {
        return Ok(half);
    }
    let list = request.half(half.next.clone());
    if let Some(other) = list_services_of(user, services, &list).await? {
        half.services.extend(other.services);
        half.unreadable.extend(other.unreadable);
        half.next = other.next;
    }
    Ok(half)
}

fn nearest_ancestors(path: &HierarchyPath) -> &[ServiceId] {
    let ancestors = path.ancestors();
    ancestors.get(ancestors.len().saturating_sub(MAX_ANCESTORS)..).unwrap_or_default()
}
