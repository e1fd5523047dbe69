//! `/web/board/{id}`: a service and those below it, each with its status.

use askama::Template;
use shared::domain::{Rag, ServiceId};

use crate::{
    list_query::ListQuery,
    page::{Frame, Framed},
    status::{Source, StatusView},
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "board.html")]
pub struct Board {
    /// The frame.
    pub frame: Frame,
    /// The board's own service.
    pub top: ServiceId,
    /// The services above, the highest first.
    pub above: Vec<Place>,
    /// What is shown of the list.
    pub filter: Filter,
    /// How many services have which status; `None` if some are on other pages.
    pub counts: Option<Counts>,
    /// Whether services may be missing, because the row of the board's own service cannot be read.
    pub is_broken: bool,
    /// The services that the filter shows.
    pub rows: Vec<Row>,
    /// The services that cannot be read. They are shown whatever the filter.
    pub unreadable: Vec<Unreadable>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// A service that a page only names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its number.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
}

/// A service of a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The service.
    pub view: StatusView,
    /// What it is.
    pub kind: String,
    /// Whether there may be services below it, so that it has a board of its own.
    pub has_board: bool,
}

/// A service that cannot be read, so its status is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What tells its row from others on the page.
    pub key: String,
    /// What to call it.
    pub name: String,
}

/// What a board shows, and what it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// From the address.
    pub query: ListQuery,
    /// The same for people; empty if there is no filter.
    pub words: Vec<String>,
    /// The kinds of services to choose from, by name.
    pub kinds: Vec<(u64, String)>,
    /// The services of this page that the filter by status hides.
    pub hidden: usize,
}

/// How many services have which status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub all: usize,
    /// RED.
    pub red: usize,
    /// AMBER.
    pub amber: usize,
    /// GREEN.
    pub green: usize,
    /// GREEN since a deadline passed, confirmed by nobody.
    pub automatic: usize,
    /// GREEN because nobody has ever set them.
    pub never_set: usize,
    /// Of any status, due for review.
    pub overdue: usize,
    /// Not readable.
    pub not_known: usize,
}

impl Board {
    const fn query(&self) -> &ListQuery {
        &self.filter.query
    }
}

impl Counts {
    /// Of these services, and of those that cannot be read.
    #[must_use]
    pub fn of(rows: &[Row], not_known: usize) -> Self {
        let mut counts = Self { all: rows.len() + not_known, not_known, ..Self::default() };
        for Row { view, .. } in rows {
            match view.rag {
                Rag::Red => counts.red += 1,
                Rag::Amber => counts.amber += 1,
                Rag::Green => counts.green += 1,
            }
            match view.source {
                Source::Automatic(_) => counts.automatic += 1,
                Source::NeverSet => counts.never_set += 1,
                Source::SetBy(..) => {}
            }
            counts.overdue += usize::from(view.is_overdue);
        }
        counts
    }
}

impl Filter {
    /// Whether a status is chosen.
    #[must_use]
    pub fn has(&self, status: &str) -> bool {
        self.query.statuses.iter().any(|rag| rag.as_str() == status)
    }

    /// Whether a kind is chosen.
    #[must_use]
    pub fn is_kind(&self, id: &u64) -> bool {
        self.query.type_id == Some(*id)
    }

    /// What is searched for in names.
    #[must_use]
    pub fn name(&self) -> &str {
        self.query.name.as_deref().unwrap_or_default()
    }
}

impl Framed for Board {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}
