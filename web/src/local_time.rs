//! Times as people in England read them: Europe/London, with the zone named.

use jiff::{Timestamp as Instant, ZonedDateTime, tz::TimeZone};
use shared::domain::{Minutes, Timestamp};

static LONDON: TimeZone = jiff::tz::get!("Europe/London");

// jiff's own formatting would add 60 KB to a function's archive.
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// An instant by the clocks of England.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalTime(ZonedDateTime);

impl LocalTime {
    /// This instant.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        // The domain's times, 1970 to 9999, are within jiff's, but for the last hours of 9999.
        let instant = Instant::from_second(at.epoch_seconds()).unwrap_or(Instant::MAX);
        Self(instant.to_zoned_datetime(LONDON.clone()))
    }

    /// `18:05 GMT`, and with the day if that is not today's: `18:05 GMT on Friday 27 November`. An hour that clocks show twice
    /// in October is told by its zone.
    #[must_use]
    pub fn seen_at(&self, now: Timestamp) -> String {
        let (own, today) = (self.0.date(), Self::of(now).0.date());
        if own == today {
            self.time()
        } else if own.year() == today.year() {
            self.with_day()
        } else {
            format!("{} {}", self.with_day(), own.year())
        }
    }

    /// The time with its day: `18:05 GMT on Friday 27 November`.
    #[must_use]
    pub fn with_day(&self) -> String {
        let date = self.0.date();
        let name = |names: &'static [&str], number: i8| {
            usize::try_from(number - 1).ok().and_then(|index| names.get(index)).unwrap_or(&"")
        };
        let weekday = name(&WEEKDAYS, date.weekday().to_monday_one_offset());
        let (day, month) = (date.day(), name(&MONTHS, date.month()));
        format!("{} on {weekday} {day} {month}", self.time())
    }

    fn time(&self) -> String {
        let (hour, minute) = (self.0.hour(), self.0.minute());
        format!("{hour:02}:{minute:02} {}", self.zone())
    }

    /// The time to the second: `18:05:09 GMT`.
    #[must_use]
    pub fn to_the_second(&self) -> String {
        let (hour, minute, second) = (self.0.hour(), self.0.minute(), self.0.second());
        format!("{hour:02}:{minute:02}:{second:02} {}", self.zone())
    }

    /// Since 1970 there are two.
    fn zone(&self) -> &'static str {
        if self.0.offset().is_zero() { "GMT" } else { "BST" }
    }
}

/// How long ago that was: `just now`, `1 minute ago`, `3 hours ago`, `2 days ago`. Rounded down.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let minutes = now.seconds_since(at) / 60;
    let (count, unit) = match minutes {
        0 => return "just now".to_owned(),
        1..60 => (minutes, "minute"),
        60..2_880 => (minutes / 60, "hour"),
        _ => (minutes / 1_440, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// A length of time: `30 minutes`, `1 hour`, `1 hour 30 minutes`, `24 hours`.
#[must_use]
pub fn length(minutes: Minutes) -> String {
    let count = |count: u32, unit| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match (minutes.0 / 60, minutes.0 % 60) {
        (0, minutes) => count(minutes, "minute"),
        (hours, 0) => count(hours, "hour"),
        (hours, minutes) => format!("{} {}", count(hours, "hour"), count(minutes, "minute")),
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// The instant of an RFC 3339 date-time.
    fn at(time: &str) -> Timestamp {
        Timestamp::from_rfc3339(time).expect("a time")
    }

    /// What a page of the second time shows for the first.
    fn seen(time: &str, now: &str) -> String {
        LocalTime::of(at(time)).seen_at(at(now))
    }

    #[test]
    fn times_of_today_are_in_24_hours_with_their_zone() {
        assert_eq!(seen("2026-11-26T18:05:59Z", "2026-11-26T09:00:00Z"), "18:05 GMT");
        assert_eq!(seen("2026-07-01T18:05:00Z", "2026-07-01T09:00:00Z"), "19:05 BST");
        assert_eq!(seen("2026-11-26T00:00:00Z", "2026-11-26T23:59:59Z"), "00:00 GMT");
    }

    #[test]
    fn times_of_another_day_name_it() {
        let now = "2026-11-26T23:59:59Z";
        assert_eq!(seen("2026-11-27T00:00:00Z", now), "00:00 GMT on Friday 27 November");
        assert_eq!(seen("2026-11-25T18:05:00Z", now), "18:05 GMT on Wednesday 25 November");
        assert_eq!(seen("2027-01-01T00:30:00Z", now), "00:30 GMT on Friday 1 January 2027");
        assert_eq!(seen("2025-12-31T12:00:00Z", now), "12:00 GMT on Wednesday 31 December 2025");
    }

    /// In summer, days begin an hour before UTC's.
    #[test]
    fn days_and_years_are_those_of_england() {
        let now = "2026-06-30T22:59:59Z";
        assert_eq!(seen("2026-06-30T00:00:00Z", now), "01:00 BST");
        assert_eq!(seen("2026-06-30T23:00:00Z", now), "00:00 BST on Wednesday 1 July");
        assert_eq!(seen("2026-06-30T23:00:00Z", "2026-06-30T23:00:00Z"), "00:00 BST");
    }

    #[test]
    fn the_hour_that_clocks_show_twice_is_told_by_its_zone() {
        let now = "2026-10-25T00:10:00Z";
        assert_eq!(seen("2026-10-25T00:30:00Z", now), "01:30 BST");
        assert_eq!(seen("2026-10-25T00:59:59Z", now), "01:59 BST");
        assert_eq!(seen("2026-10-25T01:00:00Z", now), "01:00 GMT");
        assert_eq!(seen("2026-10-25T01:30:00Z", now), "01:30 GMT");
    }

    #[test]
    fn the_hour_that_clocks_leave_out_is_never_shown() {
        let now = "2026-03-29T00:10:00Z";
        assert_eq!(seen("2026-03-29T00:59:59Z", now), "00:59 GMT");
        assert_eq!(seen("2026-03-29T01:00:00Z", now), "02:00 BST");
    }

    #[test]
    fn four_hours_across_a_clock_change_are_four_hours() {
        let after = |now: &str| LocalTime::of(at(now).plus(Minutes(240))).seen_at(at(now));
        // At 22:30 BST and at 22:30 GMT.
        assert_eq!(after("2026-10-24T21:30:00Z"), "01:30 GMT on Sunday 25 October");
        assert_eq!(after("2026-03-28T22:30:00Z"), "03:30 BST on Sunday 29 March");
    }

    #[test]
    fn the_first_and_the_last_second_are_shown() {
        assert_eq!(seen("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"), "01:00 BST");
        let last = "9999-12-31T23:59:59Z";
        assert!(seen(last, last).ends_with(" GMT"), "{}", seen(last, last));
    }

    #[test]
    fn every_day_has_the_words_of_its_calendar() {
        for day in 0..800 {
            let noon = at("2026-01-01T12:34:56Z").plus(Minutes(day * 1_440));
            let own = LocalTime::of(noon);
            let expected = own.0.strftime("%H:%M %Z on %A %-d %B %Y").to_string();
            assert_eq!(own.seen_at(at("1970-01-01T00:00:00Z")), expected);
        }
    }

    #[test]
    fn the_time_of_a_page_has_seconds() {
        let shown = |time| LocalTime::of(at(time)).to_the_second();
        assert_eq!(shown("2026-11-26T18:05:09Z"), "18:05:09 GMT");
        assert_eq!(shown("2026-07-01T18:05:09Z"), "19:05:09 BST");
    }

    #[test]
    fn ages_are_rounded_down_and_never_negative() {
        let age = |seconds: i64| {
            let second = |at| Timestamp::from_epoch_seconds(at).expect("a time");
            ago(second(1_000_000), second(1_000_000 + seconds))
        };
        for (seconds, words) in [
            (-5, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (3_599, "59 minutes ago"),
            (3_600, "1 hour ago"),
            (172_799, "47 hours ago"),
            (172_800, "2 days ago"),
        ] {
            assert_eq!(age(seconds), words, "{seconds}");
        }
    }

    #[test]
    fn lengths_are_in_hours_and_minutes() {
        let words = [1, 30, 60, 90, 121, 1_440].map(|minutes| length(Minutes(minutes)));
        let expected = [
            "1 minute",
            "30 minutes",
            "1 hour",
            "1 hour 30 minutes",
            "2 hours 1 minute",
            "24 hours",
        ];
        assert_eq!(words, expected);
    }
}
