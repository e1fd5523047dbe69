//! `/web/mine`: the services that a person may update, each with its status and one step to the next one.

use askama::Template;

use crate::{
    page::{Frame, Framed},
    status::{Source, StatusView},
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "mine.html")]
pub struct Mine {
    /// The frame.
    pub frame: Frame,
    /// The services.
    pub services: Vec<StatusView>,
}

impl Framed for Mine {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}
