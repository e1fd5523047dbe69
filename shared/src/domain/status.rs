//! The RAG status itself. GREEN never has a deadline; AMBER and RED always have one.

use std::fmt;

use super::{Minutes, Timestamp};

/// The three statuses by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rag {
    /// Full.
    Red,
    /// Busy.
    Amber,
    /// Normal.
    Green,
}

impl Rag {
    /// Reads a name in any letter case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Red, Self::Amber, Self::Green]
            .into_iter()
            .find(|rag| rag.as_str().eq_ignore_ascii_case(name))
    }

    /// Whether it is GREEN.
    #[must_use]
    pub const fn is_green(self) -> bool {
        matches!(self, Self::Green)
    }

    /// The name in capitals, as in JSON and in the tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Red => "RED",
            Self::Amber => "AMBER",
            Self::Green => "GREEN",
        }
    }
}

impl fmt::Display for Rag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How limited a service's capacity is if it is not GREEN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Busy.
    Amber,
    /// Full.
    Red,
}

impl From<Level> for Rag {
    fn from(level: Level) -> Self {
        match level {
            Level::Amber => Self::Amber,
            Level::Red => Self::Red,
        }
    }
}

/// A stored status: AMBER and RED always end at a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapacityStatus {
    /// Normal.
    Green,
    /// Busy or full until the deadline, GREEN from that second on.
    Limited {
        /// How limited.
        level: Level,
        /// The deadline: the first second at which the service is GREEN again.
        reset_at: Timestamp,
    },
}

impl CapacityStatus {
    /// The status with this name and deadline; `None` if they contradict each other.
    #[must_use]
    pub const fn from_parts(rag: Rag, reset_at: Option<Timestamp>) -> Option<Self> {
        match (rag, reset_at) {
            (Rag::Green, None) => Some(Self::Green),
            (Rag::Amber, Some(reset_at)) => Some(Self::Limited { level: Level::Amber, reset_at }),
            (Rag::Red, Some(reset_at)) => Some(Self::Limited { level: Level::Red, reset_at }),
            (Rag::Green, Some(_)) | (Rag::Amber | Rag::Red, None) => None,
        }
    }

    /// The status by name.
    #[must_use]
    pub fn rag(self) -> Rag {
        match self {
            Self::Green => Rag::Green,
            Self::Limited { level, .. } => level.into(),
        }
    }

    /// The deadline, unless GREEN.
    #[must_use]
    pub const fn reset_at(self) -> Option<Timestamp> {
        match self {
            Self::Green => None,
            Self::Limited { reset_at, .. } => Some(reset_at),
        }
    }
}

/// The status that an update asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestedStatus {
    /// Normal.
    Green,
    /// Busy or full for this many minutes.
    Limited {
        /// How limited.
        level: Level,
        /// For how long.
        reset_in: Minutes,
    },
}

impl RequestedStatus {
    /// The status to store for a change that is dated `at` and made at `now`.
    ///
    /// The deadline counts from `now`, but is never before `at`. `at` may be in the future: a change is never
    /// dated before the previous one, which a machine with a fast clock may have made.
    #[must_use]
    pub fn resolve(self, at: Timestamp, now: Timestamp) -> CapacityStatus {
        match self {
            Self::Green => CapacityStatus::Green,
            Self::Limited { level, reset_in } => {
                CapacityStatus::Limited { level, reset_at: now.plus(reset_in).max(at) }
            }
        }
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
    fn green_never_has_a_deadline_and_amber_and_red_always_have_one() {
        assert_eq!(CapacityStatus::from_parts(Rag::Green, Some(at(1))), None);
        assert_eq!(CapacityStatus::from_parts(Rag::Amber, None), None);
        assert_eq!(CapacityStatus::from_parts(Rag::Red, None), None);
        for (rag, reset_at) in
            [(Rag::Green, None), (Rag::Amber, Some(at(1))), (Rag::Red, Some(at(1)))]
        {
            let status = CapacityStatus::from_parts(rag, reset_at).expect("a status");
            assert_eq!((status.rag(), status.reset_at()), (rag, reset_at));
        }
    }

    #[test]
    fn names_are_read_in_any_letter_case() {
        for rag in [Rag::Red, Rag::Amber, Rag::Green] {
            assert_eq!(Rag::parse(rag.as_str()), Some(rag));
            assert_eq!(Rag::parse(&rag.as_str().to_lowercase()), Some(rag));
        }
        for other in ["", "R", "RED ", "BLUE", "RÉD"] {
            assert_eq!(Rag::parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_deadline_counts_from_now_and_is_never_before_the_change() {
        let red = RequestedStatus::Limited { level: Level::Red, reset_in: Minutes(1) };
        assert_eq!(red.resolve(at(100), at(100)).reset_at(), Some(at(160)));
        assert_eq!(red.resolve(at(500), at(100)).reset_at(), Some(at(500)));
        assert_eq!(RequestedStatus::Green.resolve(at(500), at(100)), CapacityStatus::Green);
    }
}
