//! Who a list is for, and the services that they are assigned to.

use crate::domain::{HierarchyPath, ServiceId, User};

/// A list's caller.
pub(super) struct ListCaller<'a> {
    pub(super) user: &'a User,
    /// The assigned services, ordered by id; none if the caller may not update anything.
    assigned: Vec<ServiceId>,
}

impl<'a> ListCaller<'a> {
    pub(super) fn new(user: &'a User) -> Self {
        let may_update = user.active && user.edit_capacity;
        let mut assigned = if may_update { user.services.clone() } else { Vec::new() };
        assigned.sort_unstable();
        Self { user, assigned }
    }

    /// The assigned services from this one on, or from the first one.
    pub(super) fn assigned_from(&self, first: Option<ServiceId>) -> &[ServiceId] {
        let before = self.assigned.partition_point(|id| Some(*id) < first);
        self.assigned.get(before..).unwrap_or_default()
    }

    /// The first assigned service after this one.
    pub(super) fn assigned_after(&self, id: ServiceId) -> Option<ServiceId> {
        self.assigned_from(Some(id)).iter().copied().find(|next| *next != id)
    }

    /// The outermost assigned service that a service is within. Of the subtrees that the caller is assigned to, the
    /// list has the service in this one only, so it has it once.
    pub(super) fn outermost_assigned(&self, path: &HierarchyPath) -> Option<ServiceId> {
        let own = path.id();
        let mut ids = path.ancestors().iter().copied().chain([own]);
        ids.find(|id| self.assigned.binary_search(id).is_ok())
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn id(number: u64) -> ServiceId {
        ServiceId::new(number).expect("an id")
    }

    fn user(edit_capacity: bool) -> User {
        let (subject, username) = ("s1".to_owned(), "ann".to_owned());
        let services = [30, 10, 20].map(id).to_vec();
        User { subject, username, active: true, edit_capacity, services }
    }

    #[test]
    fn a_service_is_listed_below_its_outermost_assigned_ancestor() {
        let user = user(true);
        let caller = ListCaller::new(&user);
        for (path, expected) in
            [("/5/20/10/7/", Some(20)), ("/30/20/", Some(30)), ("/10/", Some(10)), ("/5/1/", None)]
        {
            let path = HierarchyPath::parse(path).expect("a path");
            assert_eq!(caller.outermost_assigned(&path), expected.map(id), "{path}");
        }
    }

    #[test]
    fn a_list_goes_through_assigned_services_by_their_ids() {
        let user = user(true);
        let caller = ListCaller::new(&user);
        assert_eq!(caller.assigned_from(None), [10, 20, 30].map(id));
        assert_eq!(caller.assigned_from(Some(id(11))), [20, 30].map(id));
        let after = [9, 10, 29, 30].map(|before| caller.assigned_after(id(before)));
        assert_eq!(after, [Some(10), Some(20), Some(30), None].map(|next| next.map(id)));
    }

    #[test]
    fn nothing_is_assigned_to_a_caller_without_the_permission() {
        assert_eq!(ListCaller::new(&user(false)).assigned_from(None), []);
    }
}
