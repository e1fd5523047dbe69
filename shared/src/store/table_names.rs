//! The names of the tables.

/// The names of all tables.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableNames {
    /// Services with their current status.
    pub services: String,
    /// One item for each change of a status.
    pub status_history: String,
    /// Users and their rights.
    pub users: String,
    /// One item for each recent change, by region.
    pub changes: String,
    /// Idempotency records: which change a client's key was used for.
    pub idempotency: String,
}
