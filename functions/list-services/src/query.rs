//! The query of a list: services by id, or a page of the services that match the filters.

use lambda_http::Request;
use shared::{
    domain::{ServiceId, Timestamp},
    http::{
        Problem, list_cursor,
        query::{
            DEFAULT_LIMIT, LIMIT_RULE, QueryErrors, TIME_RULE, limit, name_part, parameters,
            statuses, type_id,
        },
    },
    store::{ListPosition, ServiceFilter},
};

/// The maximum number of ids in one request.
const MAX_IDS: usize = 100;

/// The text of the error for an invalid name.
const NAME_RULE: &str =
    "must be text of 1 to 100 characters, not blank, without control characters";

/// What the request asks for.
pub(crate) enum Query {
    /// These services, each once, in this order.
    Ids(Vec<ServiceId>),
    /// A page.
    Page(PageQuery),
}

/// A page of the services that match the filters.
pub(crate) struct PageQuery {
    pub(crate) filter: ServiceFilter,
    pub(crate) position: Option<ListPosition>,
    pub(crate) limit: usize,
}

/// Reads the query; all errors are reported together.
///
/// # Errors
/// [`Problem::InvalidQuery`] and [`Problem::InvalidCursor`].
pub(crate) fn read(request: &Request) -> Result<Query, Problem> {
    let (given, errors) = parameters(request, &["id", "status"]);
    let mut parsed = Parameters { errors, ..Parameters::default() };
    for (name, value) in given {
        parsed.parse(&name, &value);
    }
    parsed.query()
}

/// The parameters so far, and their errors.
#[derive(Default)]
struct Parameters {
    ids: Option<Vec<ServiceId>>,
    filters: Option<ServiceFilter>,
    limit: Option<usize>,
    cursor: Option<String>,
    errors: QueryErrors,
}

impl Parameters {
    fn parse(&mut self, name: &str, value: &str) {
        let (valid, rule) = match name {
            "id" => (self.parse_ids(value), "must be 1 to 100 service ids, separated by commas"),
            "region" | "parentId" => (self.parse_ancestor(name, value), "must be a service id"),
            "status" => (
                self.parse_statuses(value),
                "must be one or more of RED, AMBER and GREEN, separated by commas",
            ),
            "typeId" => (self.parse_type(value), "must be a whole number of 1 to 18 digits"),
            "name" => (self.parse_name(value), NAME_RULE),
            "changedSince" | "resetBefore" => (self.parse_time(name, value), TIME_RULE),
            "editable" | "overdue" => (self.parse_flag(name, value), "must be true or left out"),
            "limit" => (self.parse_limit(value), LIMIT_RULE),
            "cursor" => (self.cursor.replace(value.to_owned()).is_none(), ""),
            _ => (false, "is not a parameter of this operation"),
        };
        if !valid {
            self.errors.add(name, rule);
        }
    }

    fn parse_ids(&mut self, value: &str) -> bool {
        let mut ids = Vec::new();
        for id in value.split(',') {
            let Ok(id) = id.trim().parse() else { return false };
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        self.ids = Some(ids);
        value.split(',').count() <= MAX_IDS
    }

    fn parse_ancestor(&mut self, name: &str, value: &str) -> bool {
        let filters = self.filters();
        let filter = if name == "region" { &mut filters.region } else { &mut filters.parent };
        *filter = value.parse().ok();
        filter.is_some()
    }

    fn parse_statuses(&mut self, value: &str) -> bool {
        let statuses = statuses(value);
        let valid = statuses.is_some();
        self.filters().statuses = statuses.unwrap_or_default();
        valid
    }

    fn parse_type(&mut self, value: &str) -> bool {
        self.filters().type_id = type_id(value);
        self.filters().type_id.is_some()
    }

    fn parse_name(&mut self, value: &str) -> bool {
        self.filters().name = name_part(value);
        self.filters().name.is_some()
    }

    fn parse_time(&mut self, name: &str, value: &str) -> bool {
        let filters = self.filters();
        let since = name == "changedSince";
        let filter = if since { &mut filters.changed_since } else { &mut filters.reset_before };
        *filter = Timestamp::from_rfc3339(value).ok();
        filter.is_some()
    }

    fn parse_flag(&mut self, name: &str, value: &str) -> bool {
        let filters = self.filters();
        let editable = name == "editable";
        *(if editable { &mut filters.editable } else { &mut filters.overdue }) = true;
        value == "true"
    }

    fn filters(&mut self) -> &mut ServiceFilter {
        self.filters.get_or_insert_default()
    }

    fn parse_limit(&mut self, value: &str) -> bool {
        self.limit = limit(value);
        self.limit.is_some()
    }

    fn query(mut self) -> Result<Query, Problem> {
        let pages = self.filters.is_some() || self.limit.is_some() || self.cursor.is_some();
        if self.ids.is_some() && pages {
            self.errors.add("id", "cannot be combined with other parameters");
        }
        self.errors.finish()?;
        if let Some(ids) = self.ids {
            return Ok(Query::Ids(ids));
        }
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        let Some(cursor) = self.cursor else {
            let filter = self.filters.unwrap_or_default();
            return Ok(Query::Page(PageQuery { filter, position: None, limit }));
        };
        let (filter, position) = list_cursor::decode(&cursor).ok_or(Problem::InvalidCursor)?;
        if self.filters.is_some_and(|filters| filters != filter) {
            return Err(Problem::InvalidCursor);
        }
        Ok(Query::Page(PageQuery { filter, position: Some(position), limit }))
    }
}
