//! Who may change what: one policy, and the grant that proves it was asked.

use super::{Lineage, Service, ServiceId};

/// A person or system as the users table knows it. Rights come from here, never from a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The token's `sub`.
    pub subject: String,
    /// The name shown with the changes that the user makes.
    pub username: String,
    /// Whether the user may use the API at all.
    pub active: bool,
    /// Whether the user has the permission `editCapacity`.
    pub edit_capacity: bool,
    /// The services assigned; each assignment covers everything below it.
    pub services: Vec<ServiceId>,
}

/// Proof that a user may update one service. Only [`authorise_update`] makes one, and the store
/// writes no status without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    subject: String,
    username: String,
    lineage: Lineage,
}

impl Grant {
    /// The token's `sub`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The username from the users table.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The service, and the place in the hierarchy that the right was judged by.
    #[must_use]
    pub const fn lineage(&self) -> &Lineage {
        &self.lineage
    }
}

/// The policy: an active user with `editCapacity` may update an active service that is assigned to
/// them, or that lies below one that is. `None` is a refusal.
#[must_use]
pub fn authorise_update(user: &User, service: &Service) -> Option<Grant> {
    let lineage = &service.directory.lineage;
    let assigned = user.services.iter().any(|&id| lineage.is_within(id));
    (user.active && user.edit_capacity && service.directory.active && assigned).then(|| Grant {
        subject: user.subject.clone(),
        username: user.username.clone(),
        lineage: lineage.clone(),
    })
}
