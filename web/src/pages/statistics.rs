//! How long a service had each status lately: a part of its page.

use shared::domain::{KnownChanges, Minutes, Rag, Statistics, StatisticsError, Timestamp, Window};

use crate::{
    local_time::{LocalTime, length},
    status::{class, reason_in_words, shape},
};

/// The seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// The width of a bar, in its own units.
const WIDTH: u64 = 1_000;

/// How long a service had each status, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeInStatus {
    /// The time at which the windows end.
    pub until: String,
    /// The windows, the shortest first.
    pub windows: Vec<WindowView>,
}

/// A window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowView {
    /// Its days, of 24 hours.
    pub days: u64,
    /// What is known of it, or why nothing is.
    pub content: Result<Shares, &'static str>,
}

/// How long a service had each status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares {
    /// RED, AMBER, GREEN.
    pub shares: Vec<Share>,
    /// How often a deadline passed, and nobody had said so before.
    pub unconfirmed_resets: u64,
    /// The longest RED.
    pub longest_red: Option<String>,
}

/// The part of a window in which a service had one status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The status.
    pub rag: Rag,
    /// How long.
    pub time: String,
    /// The share in percent, with one decimal.
    pub percent: String,
    /// The reasons, the longest first: what, and how long.
    pub reasons: Vec<(String, String)>,
    /// Where its part of the bar begins.
    pub x: u64,
    /// How long that is.
    pub width: u64,
}

impl TimeInStatus {
    /// The time in each status in these windows, the shortest first, which all end at `until`.
    #[must_use]
    pub fn new(known: &KnownChanges, windows: &[Window], until: Timestamp) -> Self {
        let view = |window: &Window| WindowView::new(*window, known.statistics(*window));
        Self { until: LocalTime::of(until).with_day(), windows: windows.iter().map(view).collect() }
    }
}

impl WindowView {
    fn new(window: Window, statistics: Result<Statistics, StatisticsError>) -> Self {
        let content = match statistics {
            Ok(statistics) => Ok(Shares::new(window, statistics)),
            Err(StatisticsError::Pruned(_)) => Err("changes of that time were deleted"),
            Err(StatisticsError::TooManyChanges) => Err("there are more than 5,000 changes"),
        };
        Self { days: window.seconds() / DAY, content }
    }
}

impl Shares {
    /// The statistics of a window, for people.
    #[must_use]
    pub fn new(window: Window, statistics: Statistics) -> Self {
        let Statistics { green_seconds, amber_seconds, red_seconds, .. } = statistics;
        let green = [(None, green_seconds)].into_iter().collect();
        let mut x = 0;
        let colours = [(Rag::Red, red_seconds), (Rag::Amber, amber_seconds), (Rag::Green, green)];
        let shares = colours.map(|(rag, by_reason)| {
            let seconds: u64 = by_reason.values().sum();
            let end = (x + seconds * WIDTH / window.seconds()).min(WIDTH);
            // What rounding leaves over belongs to the last one.
            let width = if rag == Rag::Green { WIDTH - x } else { end - x };
            let share = Share {
                rag,
                time: time(seconds),
                percent: percent(seconds, window.seconds()),
                reasons: if rag == Rag::Green { Vec::new() } else { reasons(by_reason) },
                x,
                width,
            };
            x += width;
            share
        });
        let longest_red = statistics.longest_red_seconds;
        Self {
            shares: shares.to_vec(),
            unconfirmed_resets: statistics.unconfirmed_resets,
            longest_red: (longest_red > 0).then(|| time(longest_red)),
        }
    }
}

impl Share {
    /// The end of the status's class in the style sheet.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        class(self.rag)
    }

    /// The sign of the status.
    #[must_use]
    pub const fn shape(&self) -> &'static str {
        shape(self.rag)
    }

    /// How high its part of the bar is, of 30: each status has a height of its own, for those who do not see the colour.
    #[must_use]
    pub const fn height(&self) -> u64 {
        match self.rag {
            Rag::Red => 30,
            Rag::Amber => 20,
            Rag::Green => 10,
        }
    }
}

/// A length of time; less than a minute is not nothing. From two days on, in days and hours.
fn time(seconds: u64) -> String {
    let minutes = u32::try_from(seconds / 60).unwrap_or(u32::MAX);
    let (days, hours) = (minutes / 1_440, minutes % 1_440 / 60);
    match minutes {
        0 if seconds > 0 => "less than a minute".to_owned(),
        0..2_880 => length(Minutes(minutes)),
        _ if hours == 0 => format!("{days} days"),
        _ => format!("{days} days {}", length(Minutes(60 * hours))),
    }
}

/// The share in percent, with one decimal, rounded to the nearest. Only nothing is 0.0, and only all is 100.0.
fn percent(seconds: u64, all: u64) -> String {
    let per_mille = (seconds * 2_000 + all) / (2 * all);
    let least = u64::from(seconds > 0);
    let most = 1_000 - u64::from(seconds < all);
    let per_mille = per_mille.clamp(least, most);
    format!("{}.{}", per_mille / 10, per_mille % 10)
}

fn reasons(by_reason: impl IntoIterator<Item = (Option<String>, u64)>) -> Vec<(String, String)> {
    let mut reasons: Vec<_> = by_reason.into_iter().collect();
    reasons.sort_by_key(|(_, seconds)| std::cmp::Reverse(*seconds));
    let words = |reason: Option<String>| match reason {
        Some(reason) => reason_in_words(&reason),
        None => "No reason given".to_owned(),
    };
    reasons.into_iter().map(|(reason, seconds)| (words(reason), time(seconds))).collect()
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn shares(green: u64, amber: u64, red: u64) -> Vec<(u64, u64, String)> {
        let time = |seconds: u64| {
            Timestamp::from_epoch_seconds(i64::try_from(seconds).expect("a number"))
                .expect("a time")
        };
        let window = Window::new(time(0), time(green + amber + red)).expect("a window");
        let statistics = Statistics {
            green_seconds: green,
            amber_seconds: [(None, amber)].into_iter().collect(),
            red_seconds: [(None, red)].into_iter().collect(),
            ..Statistics::default()
        };
        let shares = Shares::new(window, statistics).shares.into_iter();
        shares.map(|share| (share.x, share.width, share.percent)).collect()
    }

    #[test]
    fn the_parts_of_a_bar_follow_each_other_and_fill_it() {
        let part = |x, width, percent: &str| (x, width, percent.to_owned());
        let expected = [part(0, 250, "25.0"), part(250, 500, "50.0"), part(750, 250, "25.0")];
        assert_eq!(shares(25, 50, 25), expected);
        let thirds = [part(0, 333, "33.3"), part(333, 333, "33.3"), part(666, 334, "33.3")];
        assert_eq!(shares(1, 1, 1), thirds);
        assert_eq!(shares(0, 0, 9).last(), Some(&part(1_000, 0, "0.0")));
    }

    #[test]
    fn only_nothing_is_0_percent_and_only_all_is_100() {
        for (seconds, expected) in
            [(0, "0.0"), (1, "0.1"), (500_000, "50.0"), (999_999, "99.9"), (1_000_000, "100.0")]
        {
            assert_eq!(percent(seconds, 1_000_000), expected);
        }
        for (seconds, expected) in [
            (0, "0 minutes"),
            (59, "less than a minute"),
            (3_660, "1 hour 1 minute"),
            (172_740, "47 hours 59 minutes"),
            (172_800, "2 days"),
            (7_905_599, "91 days 11 hours"),
        ] {
            assert_eq!(time(seconds), expected);
        }
    }
}
