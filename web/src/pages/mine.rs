//! `/web/mine`: the services that a person may update, each with its status and one step to the next one.

use askama::Template;

use super::{Row, Unreadable};
use crate::{
    list_query::ListQuery,
    page::{Frame, Framed},
    status::Source,
};

/// With more services than these, the page has a filter by name above them.
const FEW: usize = 10;

/// The page.
#[derive(Debug, Template)]
#[template(path = "mine.html")]
pub struct Mine {
    /// The frame.
    pub frame: Frame,
    /// What is shown of the list.
    pub query: ListQuery,
    /// Whether this sign-in allows changes.
    pub may_write: bool,
    /// The services.
    pub rows: Vec<Row>,
    /// The services that cannot be read. They are shown whatever the filter.
    pub unreadable: Vec<Unreadable>,
    /// The address of the next page.
    pub next: Option<String>,
}

impl Mine {
    const fn query(&self) -> &ListQuery {
        &self.query
    }

    /// Whether there is a choice of what to show.
    #[must_use]
    pub fn has_filter(&self) -> bool {
        let is_part = self.query.name.is_some() || self.query.cursor.is_some();
        is_part || self.next.is_some() || self.rows.len() > FEW
    }

    /// What is searched for in names.
    #[must_use]
    pub fn name(&self) -> &str {
        self.query.name.as_deref().unwrap_or_default()
    }

    /// Whether there is nothing to show at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.unreadable.is_empty() && self.next.is_none()
    }
}

impl Framed for Mine {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}
