//! Counts the services at and below one by their status, as a whole and for each child.

use super::{ReadError, SubtreeSummary, read_user_and_service, subtree::Subtree};
use crate::{
    domain::{Service, ServiceId, Timestamp, User},
    store::{ServicesTable, StoreFault, UnreadableRow, UsersTable},
};

/// The most services whose status is read.
const MAX_READ: usize = 3 * BATCH;

/// The most services of one `BatchGetItem`.
const BATCH: usize = 100;

/// The user of this subject, a service, and its summary; `None` if it has too many services below it to count them.
///
/// At most 300 services are read, strongly consistently. Children take their turns in the order of lists; one with more
/// services than are left is incomplete, and so is the whole.
///
/// # Errors
/// The user is unknown or inactive, there is no such active service, or the store failed.
pub async fn read_summary(
    users: &UsersTable,
    services: &ServicesTable,
    subject: &str,
    id: Option<ServiceId>,
    now: Timestamp,
) -> Result<(User, Service, Option<SubtreeSummary>), ReadError> {
    let (user, top) = read_user_and_service(users, services, subject, id).await?;
    let Some(entries) = services.hierarchy_entries(&top.details.path).await? else {
        return Ok((user, top, None));
    };
    let mut subtree = Subtree::new(&top, entries, MAX_READ, now);
    for row in read_rows(services, &subtree.wanted()).await? {
        subtree.add(row);
    }
    let summary = subtree.summary();
    Ok((user, top, Some(summary)))
}

async fn read_rows(
    services: &ServicesTable,
    ids: &[ServiceId],
) -> Result<Vec<Result<Service, UnreadableRow>>, StoreFault> {
    let batch = |number: usize| ids.chunks(BATCH).nth(number).unwrap_or_default();
    let (first, second, third) = tokio::join!(
        services.services(batch(0)),
        services.services(batch(1)),
        services.services(batch(2)),
    );
    let mut rows = first?;
    rows.extend(second?);
    rows.extend(third?);
    Ok(rows)
}
