//! `web-update` by itself.

use crate::harness::{App, Event};

pub(crate) const EVENTS: &[Event] = &[];

/// Uses every right of the role, and gets every status.
pub(crate) async fn exercise(_: &App) {}
