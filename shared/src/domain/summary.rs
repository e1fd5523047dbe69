//! How many services have which status: counts, never the worst of them.

use super::{CapacityStatus, Level, Service, Timestamp};

/// The counts of some services, as readers see them at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// GREEN.
    pub green: u64,
    /// Of these, the ones that no person set: a reset made them GREEN, or they were never set.
    pub green_unconfirmed: u64,
    /// AMBER.
    pub amber: u64,
    /// RED.
    pub red: u64,
    /// Of any status, due for review, or never set although they have reviews.
    pub overdue: u64,
    /// Those whose row cannot be read. They have no status: none of them counts as GREEN.
    pub unreadable: u64,
    /// When the first of AMBER and RED ends.
    pub next_reset: Option<Timestamp>,
}

impl Summary {
    /// All services, readable or not.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.green + self.amber + self.red + self.unreadable
    }

    /// Adds a service, as readers see it at `now`.
    pub fn add(&mut self, service: &Service, now: Timestamp) {
        let effective = service.record.clone().effective_at(now);
        match effective.status {
            CapacityStatus::Green => {
                self.green += 1;
                let confirmed = effective.modified.is_some() && !effective.is_automatic();
                self.green_unconfirmed += u64::from(!confirmed);
            }
            CapacityStatus::Limited { level, reset_at } => {
                match level {
                    Level::Amber => self.amber += 1,
                    Level::Red => self.red += 1,
                }
                self.next_reset = earlier(self.next_reset, Some(reset_at));
            }
        }
        let review_after = service.details.review_after;
        let overdue = review_after.is_some_and(|after| effective.is_overdue(after, now));
        self.overdue += u64::from(overdue);
    }

    /// Adds a service whose row cannot be read.
    pub const fn add_unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// Adds the services of another summary.
    pub fn add_all(&mut self, other: &Self) {
        self.green += other.green;
        self.green_unconfirmed += other.green_unconfirmed;
        self.amber += other.amber;
        self.red += other.red;
        self.overdue += other.overdue;
        self.unreadable += other.unreadable;
        self.next_reset = earlier(self.next_reset, other.next_reset);
    }
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::domain::{
        AUTOMATIC_RESET, HierarchyPath, Minutes, Modified, ServiceDetails, StatusRecord,
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_epoch_seconds(seconds).expect("a time")
    }

    fn service(review_after: Option<Minutes>, record: StatusRecord) -> Service {
        let details = ServiceDetails {
            name: "Ward".to_owned(),
            type_id: 1,
            path: HierarchyPath::parse("/1/").expect("a path"),
            town: None,
            postcode: None,
            ods_code: None,
            phone: None,
            review_after,
            active: true,
        };
        Service { details, record }
    }

    /// Set at second 1,000.
    fn set(status: CapacityStatus, by: &str) -> StatusRecord {
        let modified = Modified { at: at(1_000), by: by.to_owned(), notes: None, reason: None };
        StatusRecord { version: 1, status, modified: Some(modified) }
    }

    fn limited(level: Level, deadline: i64) -> StatusRecord {
        set(CapacityStatus::Limited { level, reset_at: at(deadline) }, "ann")
    }

    fn of(services: &[Service], now: i64) -> Summary {
        let mut summary = Summary::default();
        for service in services {
            summary.add(service, at(now));
        }
        summary
    }

    #[test]
    fn each_service_counts_under_the_status_that_readers_see() {
        let services = [
            service(None, limited(Level::Red, 4_000)),
            service(None, limited(Level::Amber, 3_000)),
            service(None, limited(Level::Amber, 2_000)),
            service(None, set(CapacityStatus::Green, "ann")),
        ];
        let expected = Summary { green: 1, amber: 2, red: 1, ..Summary::default() };
        assert_eq!(of(&services, 1_999), Summary { next_reset: Some(at(2_000)), ..expected });
        // From the second of its deadline on, one more is GREEN, and nobody confirmed it.
        let expected = Summary { green: 2, green_unconfirmed: 1, amber: 1, ..expected };
        assert_eq!(of(&services, 2_000), Summary { next_reset: Some(at(3_000)), ..expected });
        let expected = Summary { green: 4, green_unconfirmed: 3, ..Summary::default() };
        assert_eq!(of(&services, 4_000), expected);
    }

    #[test]
    fn a_green_is_confirmed_only_by_a_person_who_set_it() {
        for (record, unconfirmed) in [
            (set(CapacityStatus::Green, "ann"), 0),
            (set(CapacityStatus::Green, AUTOMATIC_RESET), 1),
            (StatusRecord::never_updated(), 1),
        ] {
            let summary = of(&[service(None, record)], 5_000);
            assert_eq!((summary.green, summary.green_unconfirmed), (1, unconfirmed));
        }
    }

    #[test]
    fn a_service_of_any_status_can_be_overdue() {
        let hour = Some(Minutes(60));
        let overdue = |review_after, record: StatusRecord, now| {
            of(&[service(review_after, record)], now).overdue
        };
        assert_eq!(overdue(hour, limited(Level::Red, 99_999), 4_599), 0);
        assert_eq!(overdue(hour, limited(Level::Red, 99_999), 4_600), 1);
        assert_eq!(overdue(None, limited(Level::Red, 99_999), 4_600), 0);
        assert_eq!(overdue(hour, StatusRecord::never_updated(), 0), 1);
    }

    #[test]
    fn what_cannot_be_read_counts_and_is_never_green() {
        let mut summary = of(&[service(None, limited(Level::Red, 4_000))], 1_000);
        summary.add_unreadable();
        assert_eq!((summary.total(), summary.green, summary.unreadable), (2, 0, 1));
    }

    #[test]
    fn summaries_add_up_with_the_earliest_reset_of_all() {
        let [red, amber] = [(Level::Red, 4_000), (Level::Amber, 3_000)]
            .map(|(level, deadline)| service(None, limited(level, deadline)));
        let green = service(Some(Minutes(1)), StatusRecord::never_updated());
        let mut sum = of(std::slice::from_ref(&red), 1_000);
        sum.add_all(&of(&[amber.clone(), green.clone()], 1_000));
        sum.add_all(&Summary::default());
        assert_eq!(sum, of(&[red, amber, green], 1_000));
        assert_eq!((sum.total(), sum.next_reset), (3, Some(at(3_000))));
    }
}
