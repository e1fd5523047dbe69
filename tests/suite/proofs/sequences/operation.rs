//! The operations on a family of services, as data that can be shrunk.

/// One of a family's services, or a missing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The root, which the editors may not update.
    Region,
    /// Assigned to the editors.
    Provider,
    /// Below the provider.
    Pharmacy,
    /// A separate root, which nobody may update.
    Elsewhere,
    /// Inactive.
    Closed,
    /// Never imported.
    Missing,
}

/// The entity tags that a request names.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    Nothing,
    /// The tag of a GET just before.
    Current,
    /// A tag seen earlier.
    Former(usize),
    /// The tag of a GET just before, among others.
    List(usize),
    /// The tag of a GET just before, as a weak one.
    Weak,
    /// `*`
    Any,
    /// A tag that never existed.
    Nonsense,
}

/// What a request replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Status,
    Deadline,
}

/// The body of a request, for either resource: members that it does not know are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Valid for a status. For a deadline the minutes must be there, and at least one.
    Good {
        status: &'static str,
        minutes: Option<u16>,
        note: Option<u8>,
        reason: Option<&'static str>,
    },
    /// One of [`super::representations::BAD_BODIES`].
    Bad(usize),
}

/// A request that changes a status or moves its deadline, as a client sends it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Put {
    pub(super) resource: Resource,
    pub(super) by: &'static str,
    pub(super) place: Place,
    pub(super) body: Body,
    pub(super) known: Known,
    pub(super) unwanted: Known,
    pub(super) key: Option<u8>,
}

/// The filters of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filters {
    /// Whether only the family's region. Without it, the statuses are AMBER and RED: in other
    /// families all are GREEN.
    pub(super) in_region: bool,
    /// If any.
    pub(super) statuses: &'static [&'static str],
    pub(super) overdue: bool,
    /// By that many seconds after the last deadline of a service.
    pub(super) reset_before: Option<(Place, i64)>,
}

/// The moment that a query asks about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    /// That many seconds before the clock's time; -1 is the future.
    Ago(i64),
    /// That many seconds after the date of one of the changes.
    Change(usize, i64),
}

/// How the clock moves.
#[derive(Clone, Copy, Debug)]
pub(super) enum Move {
    Forward(i64),
    /// To a machine whose clock is that far behind the fastest.
    Behind(i64),
    /// To that many seconds after the last deadline of a service.
    Deadline(Place, i64),
    /// To that many seconds after a service is due for review.
    ReviewDue(Place, i64),
}

/// One step of a sequence.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Put(Put),
    /// Repeats the last request that had a key: perhaps with another body, perhaps for the other
    /// resource, perhaps that many seconds after the key expires.
    Repeat {
        body: Option<Body>,
        elsewhere: bool,
        after: Option<i64>,
    },
    Get(Place, Known),
    ById(Vec<Place>),
    /// The services that some filters select.
    List(Filters, u8),
    /// All pages of a history.
    History {
        place: Place,
        from: Option<Moment>,
        to: Option<Moment>,
        limit: u8,
    },
    /// The first page of a history. Its cursor is kept.
    FirstPage(Place, u8),
    /// The next page.
    NextPage,
    At(Place, Moment),
    /// A run of the schedule, perhaps that many seconds after a service's last deadline may be
    /// reset.
    Schedule(Option<(Place, i64)>),
    Clock(Move),
    /// Imports a service again: under another name, and perhaps with the columns of reviews.
    Import(Place, u8, Option<Review>),
}

/// What a directory says of the review of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Review {
    /// Minutes; `None`: the cell is empty.
    pub(super) after: Option<u32>,
    pub(super) has_phone: bool,
}
