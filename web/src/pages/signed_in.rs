//! `/web/callback`: the person is signed in, and goes on at once.

use askama::Template;

use crate::page::{Frame, Framed};

/// The page. It is no redirect, because Chromium keeps a page that is reached from the issuer by redirects alone for the
/// back button, although the session's cookie is deleted and the page says `no-store`.
#[derive(Debug, Template)]
#[template(path = "signed-in.html")]
pub struct SignedInPage {
    /// The frame.
    pub frame: Frame,
    /// The page of this site to go to.
    pub to: String,
}

impl Framed for SignedInPage {
    fn frame_mut(&mut self) -> &mut Frame {
        &mut self.frame
    }
}
