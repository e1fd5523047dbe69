//! A window of time, of which statistics are counted.

use super::Timestamp;

/// 92 days, the longest quarter of a year, and the hour that it has more where clocks go back.
const MAX_SECONDS: u64 = 92 * 24 * 60 * 60 + 60 * 60;

/// The seconds from one time to another, without the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    from: Timestamp,
    to: Timestamp,
}

/// Why there is no such window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidWindow {
    /// It has no second.
    Empty,
    /// It has more than 92 days and an hour.
    TooLong,
}

impl Window {
    /// The window from the first time to the second one.
    ///
    /// # Errors
    /// [`InvalidWindow`].
    pub const fn new(from: Timestamp, to: Timestamp) -> Result<Self, InvalidWindow> {
        match to.seconds_since(from) {
            0 => Err(InvalidWindow::Empty),
            seconds if seconds > MAX_SECONDS => Err(InvalidWindow::TooLong),
            _ => Ok(Self { from, to }),
        }
    }

    /// Its first second.
    #[must_use]
    pub const fn from(self) -> Timestamp {
        self.from
    }

    /// The second after its last one.
    #[must_use]
    pub const fn to(self) -> Timestamp {
        self.to
    }

    /// How many seconds it has.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.to.seconds_since(self.from)
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_epoch_seconds(seconds).expect("a time")
    }

    #[test]
    fn a_window_has_a_second_at_least_and_a_quarter_of_a_year_at_most() {
        assert_eq!(Window::new(at(5), at(5)), Err(InvalidWindow::Empty));
        assert_eq!(Window::new(at(6), at(5)), Err(InvalidWindow::Empty));
        assert_eq!(Window::new(at(5), at(6)).map(Window::seconds), Ok(1));
        let [from, to] = ["2026-10-01T00:00:00+01:00", "2027-01-01T00:00:00Z"]
            .map(|text| Timestamp::from_rfc3339(text).expect("a time"));
        let quarter = Window::new(from, to).expect("October to December in Britain");
        assert_eq!(quarter.seconds(), 92 * 86_400 + 3_600);
        let longer = Window::new(from.minus_seconds(1), to);
        assert_eq!(longer, Err(InvalidWindow::TooLong));
    }
}
