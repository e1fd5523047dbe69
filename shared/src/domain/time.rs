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

    /// Reads any date-time of RFC 3339, which clients send as the bound of a range: with an offset, a fraction, a
    /// space or `t` for the `T`, a leap second.
    ///
    /// Fractions are cut, as the times of changes are: a change made at 09:05:00.7 is dated 09:05:00, so nothing
    /// made since 09:05:00.5 is left out. A leap second is the second before it. An instant before 1970 or after 9999
    /// becomes the nearest one, because no change is dated outside.
    ///
    /// # Errors
    /// The text is no date-time of RFC 3339; its date must be followed by `T`, `t` or a space.
    pub fn from_rfc3339(text: &str) -> Result<Self, InvalidTimestamp> {
        // The crate takes any character between date and time.
        if !matches!(text.as_bytes().get(10), Some(b'T' | b't' | b' ')) {
            return Err(InvalidTimestamp);
        }
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidTimestamp)?;
        Ok(Self::saturating_from_epoch_seconds(at.unix_timestamp()))
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

/// The text is not a time in the expected form.
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
    fn only_the_displayed_form_is_read_back() {
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

    /// Days from 1970-01-01 to a date, counted year by year and month by month.
    fn days(year: i64, month: usize, day: i64) -> i64 {
        let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = |year| 365 + i64::from(is_leap(year));
        let years: i64 =
            (1970..year).map(length).sum::<i64>() - (year..1970).map(length).sum::<i64>();
        let months = [31, 28 + i64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        years + months.iter().take(month - 1).sum::<i64>() + day - 1
    }

    /// Every form is written out from parts, and the instant that it means is computed from the same parts.
    #[test]
    fn every_form_of_rfc_3339_is_the_instant_that_its_parts_mean() {
        let mut rng = fastrand::Rng::with_seed(1);
        for _ in 0..2_000 {
            let (year, month, day) = (rng.i64(0..=9999), rng.usize(1..=12), rng.i64(1..=28));
            let (hour, minute, second) = (rng.i64(0..24), rng.i64(0..60), rng.i64(0..60));
            let digits: String = (0..rng.usize(1..40)).map(|_| rng.digit(10)).collect();
            let fraction = if rng.bool() { format!(".{digits}") } else { String::new() };
            let (ahead, minutes) = (rng.bool(), rng.i64(0..24 * 60));
            let sign = if ahead { '+' } else { '-' };
            let (offset, east) = match rng.u8(0..3) {
                0 => (rng.choice(["Z", "z", "+00:00", "-00:00"]).expect("one").to_owned(), 0),
                _ => (
                    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60),
                    if ahead { minutes } else { -minutes },
                ),
            };
            let separator = rng.choice(['T', 't', ' ']).expect("one");
            let text = format!(
                "{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}{fraction}{offset}"
            );
            let instant =
                (days(year, month, day) * 24 + hour) * 3600 + (minute - east) * 60 + second;
            let read = Timestamp::from_rfc3339(&text).map(Timestamp::epoch_seconds);
            assert_eq!(read, Ok(instant.clamp(0, LAST)), "{text}");
        }
    }

    #[test]
    fn a_bound_is_cut_to_the_second_and_to_the_years_from_1970() {
        for (text, same) in [
            ("2026-11-21T09:05:00.999999999999Z", "2026-11-21T09:05:00Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("2016-12-31T15:59:60.5-08:00", "2016-12-31T23:59:59Z"),
            ("0000-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("0001-01-01T00:00:00+23:59", "1970-01-01T00:00:00Z"),
            ("1969-12-31T23:59:59.9Z", "1970-01-01T00:00:00Z"),
            ("1969-12-31T23:59:59-00:01", "1970-01-01T00:00:59Z"),
            ("9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), same.parse(), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_of_rfc_3339_is_refused_as_a_bound() {
        for text in [
            "",
            "now",
            "1732179900",
            "2026-11-21",
            "2026-11-21T09:05:00",
            "2026-11-21T09:05:00+0000",
            "2026-11-21T09:05:00+00",
            "2026-11-21T09:05:00 01:00",
            "2026-11-21T09:05:00+24:00",
            "2026-11-21T09:05:00+01:60",
            "2026-11-21T09:05:00.Z",
            "2026-11-21T09:05:00,5Z",
            "2026-11-21T09:05Z",
            "2026-11-21_09:05:00Z",
            "2026-11-21T09:05:00ZZ",
            " 2026-11-21T09:05:00Z",
            "2026-11-21T24:00:00Z",
            "2026-11-21T09:05:60Z",
            "2026-11-20T23:59:60Z",
            "2027-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "+2026-11-21T09:05:00Z",
            "10000-01-01T00:00:00Z",
            "2026-11-2１T09:05:00Z",
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), Err(InvalidTimestamp), "{text}");
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
