//! `/web/board/{id}`: a service and those below it, each with its status.

use askama::Template;

use crate::{
    page::{Frame, Framed},
    status::{Source, StatusView},
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "board.html")]
pub struct Board {
    /// The frame.
    pub frame: Frame,
    /// How many services have which status; `None` if there are more than one page of them.
    pub counts: Option<Counts>,
    /// The services.
    pub services: Vec<StatusView>,
}

/// How many services have which status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// RED.
    pub red: usize,
    /// AMBER.
    pub amber: usize,
    /// GREEN.
    pub green: usize,
}

impl Framed for Board {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}
