//! `/web`: where people begin. They sign in, or choose a region.

use askama::Template;

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
    pub regions: Vec<Region>,
}

/// A region that the start page names.
#[derive(Clone, Debug)]
pub struct Region {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
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
