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

    /// The name in capitals, as it goes over the wire and into the tables.
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

/// How limited a service's capacity is, when it is not GREEN.
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

/// A status as it is stored: limited capacity always ends at a deadline.
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
    /// The status that name and deadline describe; `None` if they contradict each other.
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
pub enum Target {
    /// Normal.
    Green,
    /// Busy or full for so many minutes.
    Limited {
        /// How limited.
        level: Level,
        /// For how long.
        reset_in: Minutes,
    },
}

impl Target {
    /// The status that this becomes when a change dated `at` is made at `now`.
    ///
    /// The deadline counts from `now`, but is never before the change itself: an earlier change by a
    /// machine whose clock is fast can lie in the future.
    #[must_use]
    pub fn set_at(self, at: Timestamp, now: Timestamp) -> CapacityStatus {
        match self {
            Self::Green => CapacityStatus::Green,
            Self::Limited { level, reset_in } => {
                CapacityStatus::Limited { level, reset_at: now.plus(reset_in).max(at) }
            }
        }
    }
}
