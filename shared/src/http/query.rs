//! Query parameters. All errors are reported together.

use lambda_http::{Request, RequestExt as _};

use super::Problem;
use crate::domain::{NamePart, Rag};

/// The default size of a page.
pub const DEFAULT_LIMIT: usize = 25;
/// The maximum size of a page.
const MAX_LIMIT: usize = 100;

/// The maximum number of characters of the filter `name`.
const MAX_NAME: usize = 100;

/// The text of the error for an invalid limit.
pub const LIMIT_RULE: &str = "must be a whole number from 1 to 100";

/// The text of the error for an invalid time.
pub const TIME_RULE: &str = "must be a time with its offset, such as 2026-11-21T09:05:00Z or \
    2026-11-21T10:05:00+01:00; write + as %2B in a URL";

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
    pub fn finish(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl From<QueryErrors> for Problem {
    fn from(QueryErrors(mut errors): QueryErrors) -> Self {
        errors.sort();
        errors.dedup();
        Self::InvalidQuery(errors)
    }
}

/// The parameters of a request, each once, and an error for each that is repeated. Those in `lists` may be repeated:
/// their values are joined by commas, which separate the values in each, too.
#[must_use]
pub fn parameters(request: &Request, lists: &[&str]) -> (Vec<(String, String)>, QueryErrors) {
    let query = request.query_string_parameters();
    let (mut found, mut errors) = (Vec::<(String, String)>::new(), QueryErrors::default());
    for (name, _) in query.iter() {
        let values = query.all(name).unwrap_or_default();
        if values.len() > 1 && !lists.contains(&name) {
            errors.add(name, "is given more than once");
        } else if found.iter().all(|(own, _)| own != name) {
            found.push((name.to_owned(), values.join(",")));
        }
    }
    // Bytes that are not UTF-8 were decoded to replacement characters.
    let replaced = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
    for (name, _) in found.iter().filter(|(name, value)| replaced(name) || replaced(value)) {
        errors.add(name, "has bytes that are not UTF-8, or the character U+FFFD in their place");
    }
    (found, errors)
}

/// The size of a page.
#[must_use]
pub fn limit(value: &str) -> Option<usize> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|limit| digits && (1..=MAX_LIMIT).contains(limit))
}

/// The statuses of the filter `status`, each once. They have a fixed order, so the order in the request does not matter.
#[must_use]
pub fn statuses(value: &str) -> Option<Vec<Rag>> {
    let given: Option<Vec<Rag>> = value.split(',').map(|name| Rag::parse(name.trim())).collect();
    let known = [Rag::Red, Rag::Amber, Rag::Green];
    given.map(|given| known.into_iter().filter(|rag| given.contains(rag)).collect())
}

/// The filter for services of a type.
#[must_use]
pub fn type_id(value: &str) -> Option<u64> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| digits && value.len() <= 18)
}

/// The filter for a part of the name.
#[must_use]
pub fn name_part(value: &str) -> Option<NamePart> {
    // No name has such a character.
    let has_control = value.chars().any(|char| char.is_control() && !char.is_whitespace());
    NamePart::new(value).filter(|_| !has_control && value.chars().count() <= MAX_NAME)
}
