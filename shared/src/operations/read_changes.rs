//! Reads what has changed in a region since an earlier poll, so that a follower which began with a list always knows
//! what a new list would say.
//!
//! A poll looks back from the time of its cursor: rows are recorded by other clocks than the poll's, and become visible
//! later than they are recorded. So it finds rows again whose changes were delivered. The cursor says how many of the
//! first ones these are, with a digest of them: if one has come between them since, the poll delivers all again.
//!
//! A row counts as delivered only if its service was read at least at the row's version. DynamoDB can show one row of a
//! transaction before another.

use std::collections::HashMap;

use super::{ChangesCursor, KnownRows, ReadError, read_user};
use crate::{
    domain::{Service, ServiceId, Timestamp},
    store::{
        ChangeRow, Changed, ChangesTable, RecentChanges, ServicesTable, StoreFault, UnreadableRow,
        UsersTable, VersionedService,
    },
};

/// How far a poll looks back from the time of its cursor, in seconds: the clocks of a writer and of a reader are each
/// five minutes off, a run of `reset-expired` records all its resets at the time at which it began, and a transaction is
/// visible 30 seconds after it was sent.
const LOOK_BACK_SECONDS: u32 = 2 * 300 + 60 + 30;

/// The most services of one answer. If there are more, the next one has them.
const MAX_SERVICES: usize = 200;

/// What a poll asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangesRequest {
    /// The region.
    pub region: ServiceId,
    /// The cursor of the last answer; `None` to begin.
    pub cursor: Option<ChangesCursor>,
    /// The time of the request.
    pub now: Timestamp,
}

/// What has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The services as they are now.
    pub services: Vec<Service>,
    /// Those that are closed, or not in the region.
    pub removed: Vec<ServiceId>,
    /// The rows that cannot be read.
    pub unreadable: Vec<UnreadableRow>,
    /// Whether the next poll has more to say already.
    pub has_more: bool,
    /// Whether too much has changed to say it: the follower has to read the list, after this answer.
    pub resync: bool,
    /// For the next poll.
    pub cursor: ChangesCursor,
}

/// What has changed in a region, for the user of this subject. Without a cursor: only where a follower begins, who reads
/// the list next.
///
/// Takes at most 250 read units.
///
/// # Errors
/// The user is unknown or inactive, or the store failed.
pub async fn read_changes(
    users: &UsersTable,
    services: &ServicesTable,
    changes: &ChangesTable,
    subject: &str,
    request: &ChangesRequest,
) -> Result<Changes, ReadError> {
    let recent = changes.since(request.region, looked_back(request.start()));
    let (user, recent) = tokio::join!(read_user(users, subject), recent);
    user?;
    Ok(poll(services, request, recent?).await?)
}

/// As [`read_changes`], for somebody who may read without being a user.
///
/// # Errors
/// The store failed.
pub async fn read_changes_as_operator(
    services: &ServicesTable,
    changes: &ChangesTable,
    request: &ChangesRequest,
) -> Result<Changes, StoreFault> {
    let recent = changes.since(request.region, looked_back(request.start())).await?;
    poll(services, request, recent).await
}

impl ChangesRequest {
    fn start(&self) -> Timestamp {
        self.cursor.as_ref().map_or(self.now, |cursor| cursor.time)
    }
}

async fn poll(
    services: &ServicesTable,
    request: &ChangesRequest,
    RecentChanges { rows, units }: RecentChanges,
) -> Result<Changes, StoreFault> {
    let (many, single): (Vec<_>, Vec<_>) =
        rows.iter().flatten().partition(|row| row.changed == Changed::Many);
    let poll =
        Poll { region: request.region, time: request.start().max(request.now), many, single };
    let Some(cursor) = &request.cursor else { return Ok(poll.begin()) };
    if rows.is_none() || KnownRows::of(&poll.many) != cursor.many {
        return Ok(Changes { resync: true, ..poll.begin() });
    }
    let delivered = poll.single.get(..cursor.delivered.count);
    let delivered = delivered.filter(|rows| KnownRows::of(rows) == cursor.delivered);
    poll.go_on(services, request.start(), delivered.map_or(0, <[_]>::len), units).await
}

/// A poll, with the rows that it found.
struct Poll<'a> {
    region: ServiceId,
    /// The time of the next cursor if everything is delivered. It never goes back, whatever the clock.
    time: Timestamp,
    /// Those that stand for many changes.
    many: Vec<&'a ChangeRow>,
    /// The others.
    single: Vec<&'a ChangeRow>,
}

impl Poll<'_> {
    /// The follower reads the list next. What the rows say is not delivered: the list may be older than they are.
    fn begin(&self) -> Changes {
        self.answer(self.time, 0)
    }

    /// Delivers what the rows say after the first ones, which are delivered. If not all of it can be read at once, the
    /// next poll looks back from the same time, `from`.
    async fn go_on(
        &self,
        services: &ServicesTable,
        from: Timestamp,
        delivered: usize,
        units: f64,
    ) -> Result<Changes, StoreFault> {
        let new = self.single.get(delivered..).unwrap_or_default();
        let ids = services_of(new);
        let wanted = ids.get(..MAX_SERVICES).unwrap_or(&ids);
        let (count, mut found) = match wanted {
            [] => (0, HashMap::new()),
            wanted => services.versioned(wanted, units).await?,
        };
        let settled = new.iter().take_while(|row| is_settled(&found, row.changed)).count();
        let has_more = count < ids.len();
        if has_more && settled == 0 {
            return Ok(Changes { resync: true, ..self.begin() });
        }
        let time = if has_more { from } else { self.time };
        let mut changes = Changes { has_more, ..self.answer(time, delivered + settled) };
        for id in wanted.iter().take(count) {
            match found.remove(id).map(|row| row.service) {
                Some(Ok(service)) if self.shows(&service) => changes.services.push(service),
                Some(Err(row)) => changes.unreadable.push(row),
                Some(Ok(_)) | None => changes.removed.push(*id),
            }
        }
        Ok(changes)
    }

    fn shows(&self, service: &Service) -> bool {
        service.details.active && service.details.path.root() == self.region
    }

    /// An answer without services, whose cursor knows what the next poll finds again of the first rows, which are
    /// delivered.
    fn answer(&self, time: Timestamp, delivered: usize) -> Changes {
        let since = looked_back(time);
        let found_again = |rows: &[&ChangeRow]| {
            let first = rows.iter().position(|row| row.is_since(since)).unwrap_or(rows.len());
            KnownRows::of(rows.get(first..).unwrap_or_default())
        };
        let delivered = found_again(self.single.get(..delivered).unwrap_or_default());
        let many = found_again(&self.many);
        let cursor = ChangesCursor { region: self.region, time, delivered, many };
        Changes {
            services: Vec::new(),
            removed: Vec::new(),
            unreadable: Vec::new(),
            has_more: false,
            resync: false,
            cursor,
        }
    }
}

/// The services of these rows, each once, in the order of the rows.
fn services_of(rows: &[&ChangeRow]) -> Vec<ServiceId> {
    let mut ids = Vec::new();
    for id in rows.iter().filter_map(|row| row.changed.service()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// Whether the services were read with this change.
fn is_settled(found: &HashMap<ServiceId, VersionedService>, changed: Changed) -> bool {
    let row = changed.service().and_then(|id| found.get(&id));
    row.is_some_and(|row| row.has(changed))
}

fn looked_back(time: Timestamp) -> Timestamp {
    time.minus_seconds(LOOK_BACK_SECONDS)
}
