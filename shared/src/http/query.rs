//! Query parameters: each once, and everything that is wrong with them named at once.

use lambda_http::{Request, RequestExt as _};

use super::Problem;

/// The size of a page when the caller does not say.
pub const DEFAULT_LIMIT: usize = 25;
/// The largest page.
const MAX_LIMIT: usize = 100;

/// What a limit has to be.
pub const LIMIT_RULE: &str = "must be a whole number from 1 to 100";

/// What a time has to be.
pub const TIME_RULE: &str = "must be a time in UTC such as 2026-11-21T09:05:00Z";

/// What is wrong with a query.
#[derive(Clone, Debug, Default)]
pub struct WrongParameters(Vec<String>);

impl WrongParameters {
    /// Notes what is wrong with a parameter.
    pub fn refuse(&mut self, name: &str, rule: &str) {
        self.0.push(format!("{name:?} {rule}"));
    }

    /// Goes on if nothing was wrong.
    ///
    /// # Errors
    /// [`Problem::InvalidQuery`].
    pub fn finish(mut self) -> Result<(), Problem> {
        self.0.sort();
        self.0.dedup();
        if self.0.is_empty() { Ok(()) } else { Err(Problem::InvalidQuery(self.0)) }
    }
}

/// The parameters of a request; one that is given more than once is wrong.
#[must_use]
pub fn parameters(request: &Request) -> (Vec<(String, String)>, WrongParameters) {
    let query = request.query_string_parameters();
    let (mut found, mut wrong) = (Vec::new(), WrongParameters::default());
    for (name, _) in query.iter() {
        match query.all(name).unwrap_or_default().as_slice() {
            [value] => found.push((name.to_owned(), (*value).to_owned())),
            _ => wrong.refuse(name, "is given more than once"),
        }
    }
    (found, wrong)
}

/// The size of a page.
#[must_use]
pub fn limit(value: &str) -> Option<usize> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|limit| digits && (1..=MAX_LIMIT).contains(limit))
}
