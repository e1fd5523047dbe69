//! The query of a history, parsed: a page of the changes in a window, or one moment.

use lambda_http::Request;
use shared::{
    domain::{ServiceId, Timestamp},
    http::{
        Problem,
        cursor::{open, seal},
        query::{DEFAULT_LIMIT, LIMIT_RULE, TIME_RULE, WrongParameters, limit, parameters},
    },
    store::{Place, Window},
};

/// What the first field of a cursor says: whose it is, and in which version.
const HISTORY: &str = "h1";

/// What is asked for.
pub(crate) enum Query {
    /// What was shown then.
    At(Timestamp),
    /// A page.
    Page(PageQuery),
}

/// A page of the changes in a window.
pub(crate) struct PageQuery {
    pub(crate) window: Window,
    pub(crate) after: Option<Place>,
    pub(crate) limit: usize,
}

/// The cursor of the page of that service's history, in that window, after that change.
pub(crate) fn cursor(service: ServiceId, window: Window, place: Place) -> String {
    let time = |time: Option<Timestamp>| time.map(|at| at.to_string()).unwrap_or_default();
    seal(&[
        HISTORY.to_owned(),
        service.to_string(),
        time(window.from),
        time(window.to),
        place.at.to_string(),
        place.version.to_string(),
    ])
}

/// Reads the query for a service's history; every parameter that is wrong is named at once.
///
/// # Errors
/// [`Problem::InvalidQuery`] and [`Problem::InvalidCursor`].
pub(crate) fn read(
    request: &Request,
    service: ServiceId,
    now: Timestamp,
) -> Result<Query, Problem> {
    let (given, wrong) = parameters(request);
    let mut taken = Parameters { wrong, ..Parameters::default() };
    for (name, value) in given {
        taken.take(&name, value, now);
    }
    taken.query(service)
}

/// The parameters met so far, and what is wrong with them.
#[derive(Default)]
struct Parameters {
    at: Option<Timestamp>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    limit: Option<usize>,
    cursor: Option<String>,
    wrong: WrongParameters,
}

impl Parameters {
    fn take(&mut self, name: &str, value: String, now: Timestamp) {
        let time = || value.parse::<Timestamp>().ok();
        let rule = match name {
            "at" => {
                self.at = time();
                match self.at {
                    Some(at) if at > now => Some("must not lie in the future"),
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
            _ => Some("is no parameter of this history"),
        };
        if let Some(rule) = rule {
            self.wrong.refuse(name, rule);
        }
    }

    fn query(mut self, service: ServiceId) -> Result<Query, Problem> {
        let window = Window { from: self.from, to: self.to };
        let windowed = window != Window::default();
        if self.at.is_some() && (windowed || self.limit.is_some() || self.cursor.is_some()) {
            self.wrong.refuse("at", "stands alone: it takes no other parameter beside it");
        }
        if self.from.zip(self.to).is_some_and(|(from, to)| from > to) {
            self.wrong.refuse("from", "must not be later than \"to\"");
        }
        self.wrong.finish()?;
        if let Some(at) = self.at {
            return Ok(Query::At(at));
        }
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        let Some(cursor) = self.cursor else {
            return Ok(Query::Page(PageQuery { window, after: None, limit }));
        };
        let (own, place) = decode(&cursor, service).ok_or(Problem::InvalidCursor)?;
        if windowed && window != own {
            return Err(Problem::InvalidCursor);
        }
        Ok(Query::Page(PageQuery { window: own, after: Some(place), limit }))
    }
}

/// The window and place of a cursor; `None` if we did not write it so, for that service.
fn decode(cursor: &str, service: ServiceId) -> Option<(Window, Place)> {
    let [own, from, to, at, version] = open(cursor, HISTORY)?;
    if own != service.to_string() {
        return None;
    }
    let window = Window { from: time(&from)?, to: time(&to)? };
    Some((window, Place { at: at.parse().ok()?, version: version.parse().ok()? }))
}

fn time(text: &str) -> Option<Option<Timestamp>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}
