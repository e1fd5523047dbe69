//! Who may change what: one policy, and the grant that proves that it was asked.

use super::{HierarchyPath, Service, ServiceId};

/// A person or a system, as the users table knows it. Rights come from here, never from a token.
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
    /// The assigned services. Each assignment includes every service below it.
    pub services: Vec<ServiceId>,
}

/// Proof that a user may update one service. Only [`authorise_update`] creates one, and the store
/// writes no update without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    subject: String,
    username: String,
    path: HierarchyPath,
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

    /// The path of the service at the time of the check.
    #[must_use]
    pub const fn path(&self) -> &HierarchyPath {
        &self.path
    }
}

/// The policy: an active user with `editCapacity` may update an active service that is assigned to
/// them, or that is below an assigned service. `None` if they may not.
#[must_use]
pub fn authorise_update(user: &User, service: &Service) -> Option<Grant> {
    let path = &service.details.path;
    let assigned = user.services.iter().any(|&id| path.is_within(id));
    (user.active && user.edit_capacity && service.details.active && assigned).then(|| Grant {
        subject: user.subject.clone(),
        username: user.username.clone(),
        path: path.clone(),
    })
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::domain::{ServiceDetails, StatusRecord};

    fn user(services: &[u64]) -> User {
        User {
            subject: "s1".to_owned(),
            username: "ann".to_owned(),
            active: true,
            edit_capacity: true,
            services: services.iter().filter_map(|id| ServiceId::new(*id)).collect(),
        }
    }

    /// Service 30 below 20 below 10.
    fn service() -> Service {
        let details = ServiceDetails {
            name: "Pharmacy".to_owned(),
            type_id: 13,
            path: HierarchyPath::parse("/10/20/30/").expect("a path"),
            town: None,
            postcode: None,
            ods_code: None,
            phone: None,
            review_after: None,
            active: true,
        };
        Service { details, record: StatusRecord::never_updated() }
    }

    #[test]
    fn an_assignment_includes_every_service_below() {
        for assigned in [10, 20, 30] {
            let grant = authorise_update(&user(&[99, assigned]), &service()).expect("a right");
            assert_eq!((grant.subject(), grant.username()), ("s1", "ann"));
            assert_eq!(*grant.path(), service().details.path);
        }
        for elsewhere in [&[][..], &[40], &[1, 2, 3], &[300]] {
            assert_eq!(authorise_update(&user(elsewhere), &service()), None, "{elsewhere:?}");
        }
    }

    #[test]
    fn an_assignment_alone_is_not_enough() {
        let inactive = User { active: false, ..user(&[30]) };
        assert_eq!(authorise_update(&inactive, &service()), None);
        let reader = User { edit_capacity: false, ..user(&[30]) };
        assert_eq!(authorise_update(&reader, &service()), None);
        let mut closed = service();
        closed.details.active = false;
        assert_eq!(authorise_update(&user(&[30]), &closed), None);
    }
}
