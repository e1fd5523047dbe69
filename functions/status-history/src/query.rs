//! The query of a history: a page of the changes in a time range, or one time.

use lambda_http::Request;
use shared::{
    domain::{ServiceId, Timestamp},
    http::{
        Problem, cursor,
        query::{DEFAULT_LIMIT, LIMIT_RULE, QueryErrors, TIME_RULE, limit, parameters},
    },
    store::{HistoryPosition, TimeRange},
};

/// The first field of a cursor: its list and the version of its format.
const HISTORY: &str = "h1";

/// What the request asks for.
pub(crate) enum Query {
    /// The status at this time.
    At(Timestamp),
    /// A page.
    Page(PageQuery),
}

/// A page of the changes in a time range.
pub(crate) struct PageQuery {
    pub(crate) range: TimeRange,
    pub(crate) after: Option<HistoryPosition>,
    pub(crate) limit: usize,
}

/// The cursor of the page after this position.
pub(crate) fn encode_cursor(
    service: ServiceId,
    range: TimeRange,
    position: HistoryPosition,
) -> String {
    let time = |time: Option<Timestamp>| time.map(|at| at.to_string()).unwrap_or_default();
    cursor::encode(&[
        HISTORY.to_owned(),
        service.to_string(),
        time(range.from),
        time(range.to),
        position.at.to_string(),
        position.version.to_string(),
    ])
}

/// Reads the query for a service's history; all errors are reported together.
///
/// # Errors
/// [`Problem::InvalidQuery`] and [`Problem::InvalidCursor`].
pub(crate) fn read(
    request: &Request,
    service: ServiceId,
    now: Timestamp,
) -> Result<Query, Problem> {
    let (given, errors) = parameters(request, &[]);
    let mut parsed = Parameters { errors, ..Parameters::default() };
    for (name, value) in given {
        parsed.parse(&name, value, now);
    }
    parsed.query(service)
}

/// The parameters so far, and their errors.
#[derive(Default)]
struct Parameters {
    at: Option<Timestamp>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    limit: Option<usize>,
    cursor: Option<String>,
    errors: QueryErrors,
}

impl Parameters {
    fn parse(&mut self, name: &str, value: String, now: Timestamp) {
        let time = || Timestamp::from_rfc3339(&value).ok();
        let rule = match name {
            "at" => {
                self.at = time();
                match self.at {
                    Some(at) if at > now => Some("must not be in the future"),
                    Some(_) => None,
                    None => Some(TIME_RULE),
                }
            }
            "from" => {
                self.from = time();
                self.from.is_none().then_some(TIME_RULE)
            }
            "to" => {
                self.to = time();
                self.to.is_none().then_some(TIME_RULE)
            }
            "limit" => {
                self.limit = limit(&value);
                self.limit.is_none().then_some(LIMIT_RULE)
            }
            "cursor" => {
                self.cursor = Some(value);
                None
            }
            _ => Some("is not a parameter of this operation"),
        };
        if let Some(rule) = rule {
            self.errors.add(name, rule);
        }
    }

    fn query(mut self, service: ServiceId) -> Result<Query, Problem> {
        let range = TimeRange { from: self.from, to: self.to };
        let has_range = range != TimeRange::default();
        if self.at.is_some() && (has_range || self.limit.is_some() || self.cursor.is_some()) {
            self.errors.add("at", "cannot be combined with other parameters");
        }
        if self.from.zip(self.to).is_some_and(|(from, to)| from > to) {
            self.errors.add("from", "must not be later than \"to\"");
        }
        self.errors.finish()?;
        if let Some(at) = self.at {
            return Ok(Query::At(at));
        }
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        let Some(cursor) = self.cursor else {
            return Ok(Query::Page(PageQuery { range, after: None, limit }));
        };
        let (own, position) = decode_cursor(&cursor, service).ok_or(Problem::InvalidCursor)?;
        if has_range && range != own {
            return Err(Problem::InvalidCursor);
        }
        Ok(Query::Page(PageQuery { range: own, after: Some(position), limit }))
    }
}

/// The range and position of a cursor; `None` if the cursor was altered or belongs to another service.
fn decode_cursor(cursor: &str, service: ServiceId) -> Option<(TimeRange, HistoryPosition)> {
    let [own, from, to, at, version] = cursor::decode(cursor, HISTORY)?;
    if own != service.to_string() {
        return None;
    }
    let range = TimeRange { from: time(&from)?, to: time(&to)? };
    Some((range, HistoryPosition { at: at.parse().ok()?, version: version.parse().ok()? }))
}

fn time(text: &str) -> Option<Option<Timestamp>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}
