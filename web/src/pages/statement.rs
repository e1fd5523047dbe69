//! `/web/accessibility`: the accessibility statement.

use askama::Template;

use crate::page::{Frame, Framed};

/// The page.
#[derive(Debug, Template)]
#[template(path = "accessibility.html")]
pub struct Statement {
    /// The frame.
    pub frame: Frame,
}

impl Framed for Statement {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}
