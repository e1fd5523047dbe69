//! The answers to a form that changed nothing, or of which that is not known.

use askama::Template;

use super::UpdateForm;
use crate::{
    page::{Frame, Framed},
    status::{Source, StatusView},
};

/// The form again, with what was typed. Without errors in it, the status is not the one that the person saw.
#[derive(Debug, Template)]
#[template(path = "update-refused.html")]
pub struct UpdateRefused {
    /// The frame.
    pub frame: Frame,
    /// The service as it is now.
    pub service: StatusView,
    /// What the person wanted, in words.
    pub wanted: Option<String>,
    /// The form.
    pub form: UpdateForm,
}

/// An explanation that leads to the service's page.
#[derive(Debug, Template)]
#[template(path = "update-problem.html")]
pub struct UpdateProblem {
    /// The frame.
    pub frame: Frame,
    /// What to do.
    pub advice: &'static str,
    /// Where to do it: an address, and its name.
    pub link: (String, &'static str),
    /// What an operator needs to find the request in the log.
    pub request_id: Option<String>,
}

impl Framed for UpdateRefused {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}

impl Framed for UpdateProblem {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}

impl UpdateRefused {
    /// Whether the person who sent the form has that username.
    #[must_use]
    pub fn is_own(&self, username: &str) -> bool {
        self.frame.person.as_ref().is_some_and(|person| person.username == username)
    }
}
