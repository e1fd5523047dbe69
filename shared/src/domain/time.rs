//! Instants and durations of the domain: whole seconds in UTC, whole minutes.

use std::{fmt, str::FromStr};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The last second of the year 9999: RFC 3339 has no later one.
const LAST: i64 = 253_402_300_799;

/// An instant in UTC, in whole seconds since the Unix epoch, from 1970 to 9999.
///
/// Displayed as RFC 3339 with `Z`: `2026-11-21T09:05:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant this many seconds after the epoch; `None` outside 1970 to 9999.
    #[must_use]
    pub const fn from_epoch_seconds(seconds: i64) -> Option<Self> {
        if seconds >= 0 && seconds <= LAST { Some(Self(seconds)) } else { None }
    }

    /// The instant this many seconds after the epoch, or the nearest one from 1970 to 9999.
    #[must_use]
    pub const fn saturating_from_epoch_seconds(seconds: i64) -> Self {
        if seconds < 0 {
            Self(0)
        } else if seconds > LAST {
            Self(LAST)
        } else {
            Self(seconds)
        }
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub const fn epoch_seconds(self) -> i64 {
        self.0
    }

    /// The instant this many seconds earlier.
    #[must_use]
    pub const fn minus_seconds(self, seconds: u32) -> Self {
        Self::saturating_from_epoch_seconds(self.0 - seconds as i64)
    }

    /// The seconds that have passed since an earlier instant; 0 if it is a later one.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> u64 {
        let passed = self.0 - earlier.0;
        if passed > 0 { passed.unsigned_abs() } else { 0 }
    }

    /// The instant this many minutes later.
    #[must_use]
    pub const fn plus(self, minutes: Minutes) -> Self {
        Self::saturating_from_epoch_seconds(self.0 + minutes.0 as i64 * 60)
    }
}

/// The text does not have the form `2026-11-21T09:05:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp;

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    /// Reads the displayed form: UTC with `Z`, whole seconds.
    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let written = text.len() == 20 && text.ends_with('Z') && text.get(10..11) == Some("T");
        let at = OffsetDateTime::parse(text, &Rfc3339).ok().filter(|_| written);
        at.and_then(|at| Self::from_epoch_seconds(at.unix_timestamp())).ok_or(InvalidTimestamp)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = OffsetDateTime::from_unix_timestamp(self.0).map_err(|_| fmt::Error)?;
        let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// A duration in whole minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minutes(pub u32);

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_it_is_displayed() {
        for text in ["1970-01-01T00:00:00Z", "2028-02-29T23:59:59Z", "9999-12-31T23:59:59Z"] {
            let read: Timestamp = text.parse().expect("a time");
            assert_eq!(read.to_string(), text);
            assert_eq!(Timestamp::from_epoch_seconds(read.epoch_seconds()), Some(read));
        }
    }

    #[test]
    fn other_ways_to_write_a_time_are_refused() {
        for text in [
            "",
            "2026-11-21",
            "2026-11-21T09:05:00",
            "2026-11-21 09:05:00Z",
            "2026-11-21t09:05:00Z",
            "2026-11-21T09:05:00z",
            "2026-11-21T09:05:00.5Z",
            "2026-11-21T09:05:00+00:00",
            "2027-02-29T00:00:00Z",
            "2026-11-21T24:00:00Z",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(InvalidTimestamp), "{text}");
        }
    }

    #[test]
    fn sums_stay_between_1970_and_9999() {
        let (first, last) = (Timestamp(0), Timestamp(LAST));
        assert_eq!(first.minus_seconds(1), first);
        assert_eq!(last.plus(Minutes(1)), last);
        assert_eq!(Timestamp::from_epoch_seconds(-1), None);
        assert_eq!(Timestamp::from_epoch_seconds(LAST + 1), None);
        assert_eq!(first.plus(Minutes(2)).minus_seconds(20), Timestamp(100));
        assert_eq!((last.seconds_since(last), first.seconds_since(last)), (0, 0));
        assert_eq!(Timestamp(70).seconds_since(first), 70);
    }
}
