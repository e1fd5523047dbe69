//! `/web`: where people begin. They sign in, or choose a region.

use askama::Template;
use shared::domain::ServiceId;

use super::{Place, Unreadable};
use crate::page::{Frame, Framed};

/// The page of who is not signed in.
#[derive(Debug, Template)]
#[template(path = "sign-in.html")]
pub struct SignIn {
    /// The frame.
    pub frame: Frame,
    /// The page to go to afterwards.
    pub to: Option<String>,
}

/// The page of who is signed in.
#[derive(Debug, Template)]
#[template(path = "start.html")]
pub struct Start {
    /// The frame.
    pub frame: Frame,
    /// The regions that have a board here.
    pub regions: Vec<Place>,
    /// Those of them that cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// The numbers of those that do not exist, or were closed.
    pub missing: Vec<ServiceId>,
    /// What was typed as a service's number, and is none.
    pub wrong_number: Option<String>,
}

impl Framed for SignIn {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}

impl Framed for Start {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}
