//! The environment variables that say where the tables are.

/// If any of these is set, the environment decides where the tables are.
pub const DECIDING_VARIABLES: [&str; 12] = [
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    SERVICES_TABLE,
    STATUS_HISTORY_TABLE,
    USERS_TABLE,
    CHANGES_TABLE,
    IDEMPOTENCY_TABLE,
    AUDIT_TABLE,
];
/// Names the table of services and their statuses.
pub const SERVICES_TABLE: &str = "SERVICES_TABLE";
/// Names the table of changes.
pub const STATUS_HISTORY_TABLE: &str = "STATUS_HISTORY_TABLE";
/// Names the table of users.
pub const USERS_TABLE: &str = "USERS_TABLE";
/// Names the table of recent changes.
pub const CHANGES_TABLE: &str = "CHANGES_TABLE";
/// Names the table of idempotency records.
pub const IDEMPOTENCY_TABLE: &str = "IDEMPOTENCY_TABLE";
/// Names the table of what operators did.
pub const AUDIT_TABLE: &str = "AUDIT_TABLE";
/// All of them.
pub(crate) const TABLES: [&str; 6] = [
    SERVICES_TABLE,
    STATUS_HISTORY_TABLE,
    USERS_TABLE,
    CHANGES_TABLE,
    IDEMPOTENCY_TABLE,
    AUDIT_TABLE,
];
/// The value of an environment variable, unless it is empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether an environment variable has a value.
#[must_use]
pub fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// The first variable, if any, that makes the environment decide where the tables are.
#[must_use]
pub fn deciding_variable(is_set: impl Fn(&str) -> bool) -> Option<&'static str> {
    DECIDING_VARIABLES.into_iter().find(|name| is_set(name))
}
