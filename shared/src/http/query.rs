//! Query parameters. Each may occur once; all errors are reported together.

use lambda_http::{Request, RequestExt as _};

use super::Problem;

/// The default size of a page.
pub const DEFAULT_LIMIT: usize = 25;
/// The maximum size of a page.
const MAX_LIMIT: usize = 100;

/// The text of the error for an invalid limit.
pub const LIMIT_RULE: &str = "must be a whole number from 1 to 100";

/// The text of the error for an invalid time.
pub const TIME_RULE: &str = "must be a time in UTC such as 2026-11-21T09:05:00Z";

/// The errors of a query.
#[derive(Clone, Debug, Default)]
pub struct QueryErrors(Vec<String>);

impl QueryErrors {
    /// Adds an error.
    pub fn add(&mut self, name: &str, rule: &str) {
        self.0.push(format!("{name:?} {rule}"));
    }

    /// Fails if there is an error.
    ///
    /// # Errors
    /// [`Problem::InvalidQuery`].
    pub fn finish(mut self) -> Result<(), Problem> {
        self.0.sort();
        self.0.dedup();
        if self.0.is_empty() { Ok(()) } else { Err(Problem::InvalidQuery(self.0)) }
    }
}

/// The parameters of a request, and an error for each that occurs more than once.
#[must_use]
pub fn parameters(request: &Request) -> (Vec<(String, String)>, QueryErrors) {
    let query = request.query_string_parameters();
    let (mut found, mut errors) = (Vec::new(), QueryErrors::default());
    for (name, _) in query.iter() {
        match query.all(name).unwrap_or_default().as_slice() {
            [value] => found.push((name.to_owned(), (*value).to_owned())),
            _ => errors.add(name, "is given more than once"),
        }
    }
    (found, errors)
}

/// The size of a page.
#[must_use]
pub fn limit(value: &str) -> Option<usize> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|limit| digits && (1..=MAX_LIMIT).contains(limit))
}
