//! The names of keys and indexes, as in template.yaml, and of the attributes used in expressions.
//! `history_item.rs` and `idempotency_table.rs` have the other attributes of their rows. Times are numbers:
//! epoch seconds.

use crate::domain::{ServiceId, Timestamp};

/// The number of partitions in the index `pending-reset`, over which AMBER and RED services are spread.
pub const RESET_SHARDS: u64 = 8;

/// DynamoDB's maximum length of a sort key, in bytes. A service's path is the sort key of `hierarchy`.
pub const MAX_SORT_KEY_BYTES: usize = 1024;

/// The table of services: key `id`.
pub mod services {
    /// Partition key (N).
    pub const ID: &str = "id";
    /// S.
    pub const NAME: &str = "name";
    /// N.
    pub const TYPE_ID: &str = "typeId";
    /// N, absent for a root.
    pub const PARENT_ID: &str = "parentId";
    /// The root ancestor's id (N).
    pub const REGION: &str = "region";
    /// `/<root>/…/<id>/` (S).
    pub const PATH: &str = "path";
    /// S, optional.
    pub const TOWN: &str = "town";
    /// S, optional.
    pub const POSTCODE: &str = "postcode";
    /// S, optional.
    pub const ODS_CODE: &str = "odsCode";
    /// BOOL.
    pub const ACTIVE: &str = "active";
    /// Whom a professional rings when the status is not known (S), optional.
    pub const PHONE: &str = "phone";
    /// After how many minutes a status is due for review (N), optional.
    pub const REVIEW_AFTER_MINUTES: &str = "reviewAfterMinutes";
    /// The number of status changes (N), absent before the first.
    pub const VERSION: &str = "version";
    /// `RED`, `AMBER` or `GREEN` (S), present with VERSION.
    pub const STATUS: &str = "status";
    /// The deadline (N), only when AMBER or RED.
    pub const RESET_DATE_TIME: &str = "resetDateTime";
    /// The partition in `pending-reset` (N), only when AMBER or RED.
    pub const RESET_SHARD: &str = "resetShard";
    /// Stored notes (S), absent after a reset.
    pub const NOTES: &str = "notes";
    /// Why the service is AMBER or RED (S), optional, only then.
    pub const REASON: &str = "reason";
    /// The number of changes that the directory made to what readers are shown (N), absent before the first.
    pub const DIRECTORY_VERSION: &str = "directoryVersion";
    /// Username (S), present with VERSION.
    pub const MODIFIED_BY: &str = "modifiedBy";
    /// Date of the last change (N), present with VERSION.
    pub const MODIFIED_DATE: &str = "modifiedDate";

    /// Index by REGION and PATH: finds a region, or a subtree by the prefix of its path.
    pub const HIERARCHY: &str = "hierarchy";
    /// Sparse index by RESET_SHARD and RESET_DATE_TIME: AMBER and RED services only.
    pub const PENDING_RESET: &str = "pending-reset";
}

/// The table of users: key `subject`.
pub mod users {
    /// Partition key (S): the token's `sub`.
    pub const SUBJECT: &str = "subject";
    /// S.
    pub const USERNAME: &str = "username";
    /// BOOL.
    pub const ACTIVE: &str = "active";
    /// Set of strings; the only known one is [`EDIT_CAPACITY`].
    pub const PERMISSIONS: &str = "permissions";
    /// Set of numbers: the assigned services.
    pub const SERVICES: &str = "services";
    /// The permission to change statuses.
    pub const EDIT_CAPACITY: &str = "editCapacity";
}

/// The table of status changes: key `serviceId` and `at`.
pub mod history {
    /// Partition key (N).
    pub const SERVICE_ID: &str = "serviceId";
    /// Sort key (S): [`super::history_key`].
    pub const AT: &str = "at";
    /// S.
    pub const CHANGE_ID: &str = "changeId";
    /// The service's version after the change (N).
    pub const VERSION: &str = "version";
    /// How the status came to change (S).
    pub const CAUSE: &str = "cause";
    /// The status before the change (S).
    pub const PREVIOUS_STATUS: &str = "previousStatus";
    /// Stored notes (S), absent for a reset.
    pub const NOTES: &str = "notes";
    /// When an operator replaced the notes (N), else absent. Functions do not read it: the notes say so.
    pub const REDACTED_AT: &str = "redactedAt";
}

/// The table of recent changes: key `region` and `at`.
pub mod changes {
    use crate::domain::Timestamp;

    /// Partition key: the root ancestor's id (N). Under 0 `cargo ctl import` notes what it has not finished.
    pub const REGION: &str = "region";
    /// Sort key (S): when the change was recorded, in seconds of twelve digits; the service; its version since, after
    /// `d` if it is a directory version. Joined by `#`.
    pub const AT: &str = "at";
    /// When the row expires (N); DynamoDB deletes it some time later.
    pub const EXPIRES_AT: &str = "expiresAt";

    /// What all sort keys of this time, and of no time before, are not less than.
    #[must_use]
    pub fn first_key(at: Timestamp) -> String {
        format!("{:012}", at.epoch_seconds())
    }
}

/// The table of idempotency keys: key `key`.
pub mod idempotency {
    /// Partition key (S): service, idempotency key and subject, joined by `#`. In the idempotency key `#` is `%23`
    /// and `%` is `%25`.
    pub const KEY: &str = "key";
    /// When the record expires (N); DynamoDB deletes it some time later.
    pub const EXPIRES_AT: &str = "expiresAt";
}

/// The table of the pages' sessions: key `id`.
pub mod sessions {
    /// Partition key (S): the SHA-256 of the cookie's value, so that a reader of the table cannot be anybody.
    pub const ID: &str = "id";
    /// The token's `sub` (S).
    pub const SUBJECT: &str = "subject";
    /// The granted scopes, separated by spaces (S).
    pub const SCOPE: &str = "scope";
    /// When the session ends (N); DynamoDB deletes it some time later.
    pub const EXPIRES_AT: &str = "expiresAt";
    /// When the person last did something (N), to five minutes.
    pub const LAST_ACTIVE: &str = "lastActive";
    /// Whether others use the computer too (BOOL).
    pub const SHARED_COMPUTER: &str = "sharedComputer";
}

/// The partition of `pending-reset` that a service is in.
#[must_use]
pub const fn reset_shard(id: ServiceId) -> u64 {
    id.get() % RESET_SHARDS
}

/// The highest version in a sort key of history: twelve digits.
pub const MAX_VERSION: u64 = 999_999_999_999;

/// The sort key of a change: its date, then its version, zero-padded so that it sorts like numbers.
#[must_use]
pub fn history_key(at: Timestamp, version: u64) -> String {
    format!("{:012}#{version:012}", at.epoch_seconds())
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn history_sorts_by_date_and_then_by_version_as_numbers_do() {
        let key = |(at, version)| {
            history_key(Timestamp::from_epoch_seconds(at).expect("a time"), version)
        };
        let keys = [(9, 11), (10, 2), (10, 10), (11, 1)].map(key);
        assert!(keys.is_sorted(), "{keys:?}");
    }
}
