//! A file that is refused: every problem in it, each with its place.

use std::fmt;

/// Where a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// What was asked for.
    CommandLine,
    /// The file as a whole.
    File,
    /// A line, counted from 1.
    Line(u64),
    /// An entry of a JSON array, counted from 1, and the line on which it starts.
    Entry {
        /// Which entry.
        number: usize,
        /// Its line.
        line: u64,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("asked for"),
            Self::File => f.write_str("file"),
            Self::Line(number) => write!(f, "line {number}"),
            Self::Entry { number, line } => write!(f, "entry {number} (line {line})"),
        }
    }
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, as a lower-case fragment.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// Everything that is wrong with a file, in the file's order. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    problems: Vec<Problem>,
}

impl Refusal {
    /// Refuses for one reason.
    pub(crate) fn because(place: Place, text: impl Into<String>) -> Self {
        Self { problems: vec![Problem { place, text: text.into() }] }
    }

    /// What is wrong.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing was changed")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Refusal {}

/// Collects problems until the whole file has been looked at.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// Notes a problem.
    pub(crate) fn note(&mut self, place: Place, text: impl Into<String>) {
        self.0.push(Problem { place, text: text.into() });
    }

    /// The value, if nothing was noted.
    ///
    /// # Errors
    ///
    /// The refusal with everything that was noted.
    pub(crate) fn none_or_refuse<T>(mut self, value: T) -> Result<T, Refusal> {
        if self.0.is_empty() {
            return Ok(value);
        }
        self.0.sort();
        Err(Refusal { problems: self.0 })
    }
}
