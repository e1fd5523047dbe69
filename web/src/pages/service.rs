//! `/web/services/{id}`: a service's status, its last changes, and the form to change it.

use askama::Template;

use crate::{
    page::{Frame, Framed},
    status::{Source, StatusView},
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "service.html")]
pub struct ServicePage {
    /// The frame.
    pub frame: Frame,
    /// The service.
    pub service: StatusView,
}

impl Framed for ServicePage {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}
