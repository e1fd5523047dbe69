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
    /// Idempotency keys.
    pub idempotency: String,
}

impl TableNames {
    /// The environment variables that name the tables, with their values.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, &str); 4] {
        [
            ("SERVICES_TABLE", &self.services),
            ("STATUS_HISTORY_TABLE", &self.status_history),
            ("USERS_TABLE", &self.users),
            ("IDEMPOTENCY_TABLE", &self.idempotency),
        ]
    }
}
