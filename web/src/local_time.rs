//! Times as people in England read them: Europe/London, with the zone named.

use jiff::{Timestamp as Instant, ZonedDateTime, tz::TimeZone};
use shared::domain::Timestamp;

static LONDON: TimeZone = jiff::tz::get!("Europe/London");

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
        let today = Self::of(now).0.date();
        let (own, zone) = (&self.0, self.zone());
        let day = own.date();
        let time = own.strftime("%H:%M");
        if day == today {
            format!("{time} {zone}")
        } else if day.year() == today.year() {
            format!("{time} {zone} on {}", own.strftime("%A %-d %B"))
        } else {
            format!("{time} {zone} on {}", own.strftime("%A %-d %B %Y"))
        }
    }

    /// The time to the second: `18:05:09 GMT`.
    #[must_use]
    pub fn to_the_second(&self) -> String {
        format!("{} {}", self.0.strftime("%H:%M:%S"), self.zone())
    }

    fn zone(&self) -> String {
        self.0.strftime("%Z").to_string()
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
