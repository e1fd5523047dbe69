//! Validation of a file or of command-line arguments: every problem with its location.

use std::fmt;

use crate::Error;

/// The most characters of a wrong text that a message repeats.
const SHOWN_CHARS: usize = 40;

/// Where a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// An argument of the command line, as `--help` names it.
    Argument(&'static str),
    /// The file as a whole.
    File,
    /// A line, counted from 1.
    Line(u64),
    /// An entry of a JSON array, counted from 1, and the line on which it starts.
    Entry {
        /// The entry.
        number: usize,
        /// Its line.
        line: u64,
    },
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(name) => f.write_str(name),
            Self::File => f.write_str("file"),
            Self::Line(number) => write!(f, "line {number}"),
            Self::Entry { number, line } => write!(f, "entry {number} (line {line})"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it is.
    pub location: Location,
    /// What it is, as a lower-case fragment.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.text)
    }
}

/// Everything that is wrong with the input, in its order. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationError {
    problems: Vec<Problem>,
}

impl ValidationError {
    /// An error with one problem.
    pub(crate) fn new(location: Location, text: impl Into<String>) -> Self {
        Self { problems: vec![Problem { location, text: text.into() }] }
    }

    /// Everything that is wrong.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing was changed")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for ValidationError {}

/// A wrong text in quotation marks, for a message: not more of it than is needed to find it.
pub(crate) fn shortened(text: &str) -> String {
    let end = text.char_indices().nth(SHOWN_CHARS).map(|(end, _)| end);
    match end.and_then(|end| text.get(..end)) {
        Some(beginning) => format!("{beginning:?}…"),
        None => format!("{text:?}"),
    }
}

/// Collects problems until the whole input has been checked.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem.
    pub(crate) fn add(&mut self, location: Location, text: impl Into<String>) {
        self.0.push(Problem { location, text: text.into() });
    }

    /// Whether something is wrong.
    pub(crate) const fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The result of a request. If it failed and the input is wrong too, the input's problems are the error.
    ///
    /// # Errors
    ///
    /// All problems, else the failure.
    pub(crate) fn problems_or<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_err() && self.any() {
            return Err(std::mem::take(self).into_error().into());
        }
        result
    }

    /// All problems, in the order of the input.
    pub(crate) fn into_error(mut self) -> ValidationError {
        self.0.sort();
        ValidationError { problems: self.0 }
    }

    /// The value, if there are no problems.
    ///
    /// # Errors
    ///
    /// All problems.
    pub(crate) fn into_result<T>(self, value: T) -> Result<T, ValidationError> {
        if self.any() { Err(self.into_error()) } else { Ok(value) }
    }
}
