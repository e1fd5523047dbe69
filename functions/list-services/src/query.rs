//! The query of a list, parsed: services by id, or a page of those that pass some filters.

use lambda_http::Request;
use shared::{
    domain::{Rag, ServiceId},
    http::{
        Problem,
        query::{DEFAULT_LIMIT, LIMIT_RULE, TIME_RULE, WrongParameters, limit, parameters},
    },
    store::{Position, Selection},
};

use crate::cursor;

/// The most ids that one request may name.
const MAX_IDS: usize = 100;

/// The most characters that a part of a name may have.
const MAX_NAME: usize = 100;

/// What is asked for.
pub(crate) enum Query {
    /// These services, each once, in this order.
    Ids(Vec<ServiceId>),
    /// A page.
    Page(PageQuery),
}

/// A page of the services that pass some filters.
pub(crate) struct PageQuery {
    pub(crate) selection: Selection,
    pub(crate) position: Option<Position>,
    pub(crate) limit: usize,
}

/// Reads the query; every parameter that is wrong is named at once.
///
/// # Errors
/// [`Problem::InvalidQuery`] and [`Problem::InvalidCursor`].
pub(crate) fn read(request: &Request) -> Result<Query, Problem> {
    let (given, wrong) = parameters(request);
    let mut taken = Parameters { wrong, ..Parameters::default() };
    for (name, value) in given {
        taken.take(&name, &value);
    }
    taken.query()
}

/// The parameters met so far, and what is wrong with them.
#[derive(Default)]
struct Parameters {
    ids: Option<Vec<ServiceId>>,
    filters: Option<Selection>,
    limit: Option<usize>,
    cursor: Option<String>,
    wrong: WrongParameters,
}

impl Parameters {
    fn take(&mut self, name: &str, value: &str) {
        let (taken, rule) = match name {
            "id" => (self.take_ids(value), "must be 1 to 100 service ids, separated by commas"),
            "region" | "parentId" => (self.take_ancestor(name, value), "must be a service id"),
            "status" => (
                self.take_statuses(value),
                "must be RED, AMBER or GREEN, or several separated by commas",
            ),
            "typeId" => (self.take_type(value), "must be a whole number of 1 to 18 digits"),
            "name" => (self.take_name(value), "must be text of 1 to 100 characters"),
            "changedSince" => (self.take_changed_since(value), TIME_RULE),
            "editable" => (self.take_editable(value), "must be true, or be left out"),
            "limit" => (self.take_limit(value), LIMIT_RULE),
            "cursor" => (self.cursor.replace(value.to_owned()).is_none(), ""),
            _ => (false, "is no parameter of this list"),
        };
        if !taken {
            self.wrong.refuse(name, rule);
        }
    }

    fn take_ids(&mut self, value: &str) -> bool {
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

    fn take_ancestor(&mut self, name: &str, value: &str) -> bool {
        let filters = self.filters();
        let filter = if name == "region" { &mut filters.region } else { &mut filters.parent };
        *filter = value.parse().ok();
        filter.is_some()
    }

    fn take_statuses(&mut self, value: &str) -> bool {
        let statuses: Option<Vec<Rag>> =
            value.split(',').map(|name| Rag::parse(name.trim())).collect();
        // Kept in one order, so that two ways of writing a filter are one filter.
        let known = [Rag::Red, Rag::Amber, Rag::Green];
        self.filters().statuses = statuses.as_ref().map_or_else(Vec::new, |given| {
            known.into_iter().filter(|rag| given.contains(rag)).collect()
        });
        statuses.is_some()
    }

    fn take_type(&mut self, value: &str) -> bool {
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        let number = value.parse().ok().filter(|_| digits && value.len() <= 18);
        self.filters().type_id = number;
        number.is_some()
    }

    fn take_name(&mut self, value: &str) -> bool {
        self.filters().name = Some(value.to_lowercase());
        (1..=MAX_NAME).contains(&value.chars().count())
    }

    fn take_changed_since(&mut self, value: &str) -> bool {
        let since = value.parse().ok();
        self.filters().changed_since = since;
        since.is_some()
    }

    fn take_editable(&mut self, value: &str) -> bool {
        self.filters().editable = true;
        value == "true"
    }

    fn filters(&mut self) -> &mut Selection {
        self.filters.get_or_insert_default()
    }

    fn take_limit(&mut self, value: &str) -> bool {
        self.limit = limit(value);
        self.limit.is_some()
    }

    fn query(mut self) -> Result<Query, Problem> {
        let pages = self.filters.is_some() || self.limit.is_some() || self.cursor.is_some();
        if self.ids.is_some() && pages {
            self.wrong.refuse("id", "stands alone: it takes no other parameter beside it");
        }
        self.wrong.finish()?;
        if let Some(ids) = self.ids {
            return Ok(Query::Ids(ids));
        }
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        let Some(cursor) = self.cursor else {
            let selection = self.filters.unwrap_or_default();
            return Ok(Query::Page(PageQuery { selection, position: None, limit }));
        };
        let (selection, position) = cursor::decode(&cursor).ok_or(Problem::InvalidCursor)?;
        if self.filters.is_some_and(|filters| filters != selection) {
            return Err(Problem::InvalidCursor);
        }
        Ok(Query::Page(PageQuery { selection, position: Some(position), limit }))
    }
}
