//! `/web/board/{id}/changes`: what has changed of a board, for its script.

use askama::Template;
use shared::domain::ServiceId;

use crate::{
    page::{Frame, Framed},
    status::{Source, StatusView},
};

/// What has changed since a board was read.
#[derive(Debug, Template)]
#[template(path = "changes.html")]
pub struct ChangesPage {
    /// Has the address of what changes next. Nothing else of it is shown.
    pub frame: Frame,
    /// The services that changed and that the board shows, as they are now.
    pub shown: Vec<StatusView>,
    /// The services that changed and that the board does not show now, or that cannot be read.
    pub others: Vec<ServiceId>,
    /// Whether the board has to be read again, because these are not all changes, or its filter depends on them.
    pub read_all: bool,
}

impl Framed for ChangesPage {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}
