//! The query of a page with a list: its filters, where it starts, and whether it reloads. Forms send fields that were left
//! empty, so an empty parameter counts as missing. Anything else that is not known is refused: another list than the
//! one asked for could look calm.

use form_urlencoded::Serializer;
use lambda_http::Request;
use shared::{
    domain::{NamePart, Rag},
    http::{
        Problem, list_cursor,
        query::{name_part, parameters, statuses, type_id},
    },
    store::{ListPosition, ServiceFilter},
};

use crate::visitor::{RELOAD, RELOADING};

/// Does not reload.
const STILL: &str = "off";

/// What the address of a page asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// Only services with one of these statuses; empty for any.
    pub statuses: Vec<Rag>,
    /// Only services of this type.
    pub type_id: Option<u64>,
    /// Only services with this in the name, as it was typed.
    pub name: Option<String>,
    /// Where the page starts, as the address has it; `None` for the first one.
    pub cursor: Option<String>,
    /// Where the next page starts, if what has changed of this one is asked for.
    pub until: Option<String>,
    /// The cursor of what the page knows, if what has changed since is asked for.
    pub since: Option<String>,
    /// Whether a browser without scripts reloads the page.
    pub reloads: bool,
}

impl ListQuery {
    /// Reads the query of a page that takes these filters.
    ///
    /// # Errors
    /// [`Problem::InvalidQuery`].
    pub fn read(request: &Request, filters: &[&str]) -> Result<Self, Problem> {
        let (given, mut errors) = parameters(request, &["status"]);
        let mut query = Self::default();
        for (name, value) in &given {
            let (name, value) = (name.as_str(), value.trim());
            let is_taken = filters.contains(&name) || ["cursor", RELOAD].contains(&name);
            if !is_taken || !(value.is_empty() || query.parse(name, value)) {
                errors.add(name, "is not valid");
            }
        }
        errors.finish()?;
        Ok(query)
    }

    /// Whether the parameter is valid.
    fn parse(&mut self, name: &str, value: &str) -> bool {
        match name {
            "status" => statuses(value).map(|statuses| self.statuses = statuses).is_some(),
            "type" => type_id(value).map(|id| self.type_id = Some(id)).is_some(),
            "name" => name_part(value).map(|_| self.name = Some(value.to_owned())).is_some(),
            "cursor" => self.cursor.replace(value.to_owned()).is_none(),
            "until" => self.until.replace(value.to_owned()).is_none(),
            "since" => self.since.replace(value.to_owned()).is_none(),
            RELOAD => {
                self.reloads = value == RELOADING;
                [RELOADING, STILL].contains(&value)
            }
            _ => false,
        }
    }

    /// What is searched for in names.
    #[must_use]
    pub fn name_part(&self) -> Option<NamePart> {
        self.name.as_deref().and_then(NamePart::new)
    }

    /// Where the page of this list starts.
    ///
    /// # Errors
    /// [`Problem::InvalidCursor`] if the cursor was altered, or is one of another list.
    pub fn position(&self, list: &ServiceFilter) -> Result<Option<ListPosition>, Problem> {
        self.cursor.as_deref().map(|cursor| position(cursor, list)).transpose()
    }

    /// Where the next page of this list starts, if what has changed of this page is asked for.
    ///
    /// # Errors
    /// As [`Self::position`].
    pub fn end(&self, list: &ServiceFilter) -> Result<Option<ListPosition>, Problem> {
        self.until.as_deref().map(|cursor| position(cursor, list)).transpose()
    }

    /// Whether services are hidden by a filter.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.statuses.is_empty() || self.is_selective()
    }

    /// Whether it is a list of some types or names only.
    #[must_use]
    pub const fn is_selective(&self) -> bool {
        self.type_id.is_some() || self.name.is_some()
    }

    /// Whether a service with this status is shown.
    #[must_use]
    pub fn shows(&self, rag: Rag) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&rag)
    }

    /// The address of the list's page that starts at this cursor, relative to the page.
    #[must_use]
    pub fn page_at(&self, cursor: Option<String>) -> String {
        let mut query = self.serializer();
        if let Some(cursor) = cursor {
            query.append_pair("cursor", &cursor);
        }
        if !self.reloads {
            query.append_pair(RELOAD, STILL);
        }
        format!("?{}", query.finish())
    }

    /// The address of the whole list, relative to the page.
    #[must_use]
    pub fn all(&self) -> String {
        Self { reloads: self.reloads, ..Self::default() }.page_at(None)
    }

    /// The address of this page, relative to it, with or without reloading.
    #[must_use]
    pub fn reloading(&self, reloads: bool) -> String {
        let mut query = self.serializer();
        if let Some(cursor) = &self.cursor {
            query.append_pair("cursor", cursor);
        }
        query.append_pair(RELOAD, if reloads { RELOADING } else { STILL });
        format!("?{}", query.finish())
    }

    /// The query for what has changed of this page since a cursor. The next page starts at the other one.
    #[must_use]
    pub fn changes(&self, since: &str, until: Option<&str>) -> String {
        let mut query = self.serializer();
        for (name, cursor) in [("cursor", self.cursor.as_deref()), ("until", until)] {
            if let Some(cursor) = cursor {
                query.append_pair(name, cursor);
            }
        }
        query.append_pair("since", since);
        format!("?{}", query.finish())
    }

    fn serializer(&self) -> Serializer<'static, String> {
        let mut query = Serializer::new(String::new());
        for rag in &self.statuses {
            query.append_pair("status", rag.as_str());
        }
        if let Some(id) = self.type_id {
            query.append_pair("type", &id.to_string());
        }
        if let Some(name) = &self.name {
            query.append_pair("name", name);
        }
        query
    }
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            statuses: Vec::new(),
            type_id: None,
            name: None,
            cursor: None,
            until: None,
            since: None,
            reloads: true,
        }
    }
}

fn position(cursor: &str, list: &ServiceFilter) -> Result<ListPosition, Problem> {
    let (filter, position) = list_cursor::decode(cursor).ok_or(Problem::InvalidCursor)?;
    if filter == *list { Ok(position) } else { Err(Problem::InvalidCursor) }
}
