//! The frame around every page.

use askama::Template;
use shared::domain::{Minutes, Timestamp, User};

use crate::{
    assets,
    local_time::{LocalTime, ago},
    site::Site,
    visitor::Visitor,
};

mod answer;
mod problem_page;

pub use self::{
    answer::{page, page_with_status},
    problem_page::problem_page,
};

/// What surrounds every page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What every path begins with.
    pub base: String,
    /// The page's name, as in its heading.
    pub title: String,
    /// Who is signed in.
    pub person: Option<Person>,
    /// Whether the page shows statuses, which age.
    pub is_live: bool,
    /// Where a browser without scripts reloads the page from; `None` if it does not.
    pub reload: Option<String>,
    /// The address of the same page that reloads, or does not, other than this one.
    pub reload_switch: Option<String>,
    /// Where a script reads what has changed of the page; `None` if it reads the whole page again.
    changes: Option<String>,
    /// What differs between two answers with the same content; `None` while that content is compared.
    moment: Option<Moment>,
}

/// The person who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their name in the users table.
    pub username: String,
    /// What their forms carry.
    pub form_token: String,
    /// Whether there are services that they may update.
    pub may_update: bool,
}

#[derive(Clone, Debug)]
struct Moment {
    now: Timestamp,
    etag: String,
}

/// A page with a frame.
pub trait Framed: Template {
    /// Its frame.
    fn frame_mut(&mut self) -> &mut Frame;
}

impl Frame {
    /// The frame of a page.
    #[must_use]
    pub fn new(site: &Site, title: &str, person: Option<Person>) -> Self {
        let (base, title) = (site.path(""), title.to_owned());
        let (reload, reload_switch, changes) = (None, None, None);
        Self { base, title, person, is_live: false, reload, reload_switch, changes, moment: None }
    }

    /// The frame of a page that a browser without scripts reloads, or does not. These are the page's addresses with and
    /// without that.
    #[must_use]
    pub fn reloading(self, reloads: bool, on: String, off: String) -> Self {
        let (reload, switch) = if reloads { (Some(on), off) } else { (None, on) };
        Self { reload, reload_switch: Some(switch), ..self }
    }

    /// The frame of a page of which a script reads what has changed there.
    #[must_use]
    pub fn following(self, changes: Option<String>) -> Self {
        Self { changes, ..self }
    }

    /// The frame of a page that shows statuses.
    #[must_use]
    pub fn live(site: &Site, title: &str, person: Person) -> Self {
        Self { is_live: true, ..Self::new(site, title, Some(person)) }
    }

    /// The address of a file that pages load.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        format!("{}/web/assets/{name}", self.base)
    }

    /// The address of the style sheet.
    #[must_use]
    pub fn css(&self) -> String {
        self.asset(assets::CSS)
    }

    /// The address of the script.
    #[must_use]
    pub fn script(&self) -> String {
        self.asset(assets::SCRIPT)
    }

    /// The address of the icon.
    #[must_use]
    pub fn icon(&self) -> String {
        self.asset(assets::ICON)
    }

    /// How long ago that was.
    #[must_use]
    pub fn ago(&self, at: &Timestamp) -> String {
        self.moment.as_ref().map(|moment| ago(*at, moment.now)).unwrap_or_default()
    }

    /// The local time that many minutes after that of the page.
    #[must_use]
    pub fn after(&self, minutes: &Minutes) -> String {
        let text = |moment: &Moment| LocalTime::of(moment.now.plus(*minutes)).seen_at(moment.now);
        self.moment.as_ref().map(text).unwrap_or_default()
    }

    /// Whether this is the page that people see, and not the content that is compared. What differs between two answers
    /// with the same content is in the former alone.
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        self.moment.is_some()
    }

    /// The time of the page, for people.
    #[must_use]
    pub fn as_at(&self) -> String {
        let text = |moment: &Moment| LocalTime::of(moment.now).to_the_second();
        self.moment.as_ref().map(text).unwrap_or_default()
    }

    /// The time of the page in epoch seconds.
    #[must_use]
    pub fn as_at_seconds(&self) -> String {
        let seconds = |moment: &Moment| moment.now.epoch_seconds().to_string();
        self.moment.as_ref().map(seconds).unwrap_or_default()
    }

    /// Where a script reads what has changed since the page, if it can.
    #[must_use]
    pub fn changes(&self) -> Option<&str> {
        self.changes.as_deref().filter(|_| self.moment.is_some())
    }

    /// The page's entity tag, for a script that asks for the page again.
    #[must_use]
    pub fn etag(&self) -> &str {
        self.moment.as_ref().map_or("", |moment| &moment.etag)
    }
}

impl Person {
    /// This user, signed in by this session.
    #[must_use]
    pub fn new(user: &User, visitor: &Visitor) -> Self {
        Self {
            username: user.username.clone(),
            form_token: visitor.form_token.clone(),
            may_update: may_update(user),
        }
    }
}

/// Whether there are services that a user may update.
#[must_use]
pub const fn may_update(user: &User) -> bool {
    user.edit_capacity && !user.services.is_empty()
}
