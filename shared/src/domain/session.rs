//! A person's session on the pages: who signed in, and for how long that holds.

use super::{Minutes, Timestamp};

/// How long a session lasts at most: a shift.
pub const SESSION_LIFETIME: Minutes = Minutes(10 * 60);

/// How long a session on a shared computer lasts without activity.
pub const SHARED_COMPUTER_IDLE: Minutes = Minutes(30);

/// How old the recorded activity may become before it is recorded again.
const ACTIVITY_PRECISION: Minutes = Minutes(5);

/// A session. It says who signed in; what they may do is in the users table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The `sub` of the tokens that the issuer gave at sign-in.
    pub subject: String,
    /// The granted scopes, separated by spaces.
    pub scope: String,
    /// When it ends, whatever happens.
    pub expires_at: Timestamp,
    /// When the person last did something.
    pub last_active: Timestamp,
    /// Whether the person said at sign-in that others use this computer too.
    pub shared_computer: bool,
}

impl Session {
    /// The session of a person who signs in now.
    #[must_use]
    pub fn begin(subject: String, scope: String, shared_computer: bool, now: Timestamp) -> Self {
        let expires_at = now.plus(SESSION_LIFETIME);
        Self { subject, scope, expires_at, last_active: now, shared_computer }
    }

    /// Whether it holds at `now`. DynamoDB deletes expired rows some time later, so each read is judged.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        let idle_until = self.last_active.plus(SHARED_COMPUTER_IDLE);
        now < self.expires_at && (!self.shared_computer || now < idle_until)
    }

    /// Whether activity at `now` is worth a write.
    #[must_use]
    pub fn is_activity_due(&self, now: Timestamp) -> bool {
        now >= self.last_active.plus(ACTIVITY_PRECISION)
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_epoch_seconds(seconds).expect("a time")
    }

    fn session(shared_computer: bool) -> Session {
        Session::begin("s1".to_owned(), "capacity/read".to_owned(), shared_computer, at(0))
    }

    #[test]
    fn a_session_ends_after_ten_hours_whatever_its_owner_does() {
        let busy = Session { last_active: at(35_999), ..session(false) };
        assert_eq!([35_999, 36_000].map(|now| busy.is_live(at(now))), [true, false]);
    }

    #[test]
    fn only_on_a_shared_computer_it_ends_after_half_an_hour_without_activity() {
        let ends = |shared| [1_799, 1_800].map(|now| session(shared).is_live(at(now)));
        assert_eq!(ends(true), [true, false]);
        assert_eq!(ends(false), [true, true]);
        let active = Session { last_active: at(1_000), ..session(true) };
        assert_eq!([2_799, 2_800].map(|now| active.is_live(at(now))), [true, false]);
    }

    #[test]
    fn activity_is_recorded_every_five_minutes_at_most() {
        let due = [299, 300].map(|now| session(false).is_activity_due(at(now)));
        assert_eq!(due, [false, true]);
    }
}
