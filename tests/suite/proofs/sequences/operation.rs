//! The operations on a family of services, as data that can be shrunk.

use proptest::{
    collection::vec,
    option,
    prelude::{Just, Strategy, any},
    prop_oneof,
    sample::select,
};

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

/// The body of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Good {
        status: &'static str,
        minutes: Option<u16>,
        note: Option<u8>,
    },
    /// One of [`super::representations::BAD_BODIES`].
    Bad(usize),
}

/// An update as a client sends it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Put {
    pub(super) by: &'static str,
    pub(super) place: Place,
    pub(super) body: Body,
    pub(super) known: Known,
    pub(super) unwanted: Known,
    pub(super) key: Option<u8>,
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
}

/// One step of a sequence.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Put(Put),
    /// Repeats the last update that had a key: perhaps with another body, perhaps that many seconds
    /// after the key expires.
    Repeat(Option<Body>, Option<i64>),
    Get(Place, Known),
    ById(Vec<Place>),
    /// The services of a region with some statuses.
    ByRegion(&'static [&'static str], u8),
    /// All services that are AMBER or RED.
    Limited(&'static [&'static str], u8),
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
    Rename(Place, u8),
}

/// Sequences of up to that many operations.
pub(super) fn sequence(longest: usize) -> impl Strategy<Value = Vec<Operation>> {
    vec(operation(), 1..=longest)
}

fn operation() -> impl Strategy<Value = Operation> {
    let place = || prop_oneof![8 => editable(), 2 => elsewhere()];
    let limit = || 1..=4_u8;
    prop_oneof![
        24 => put().prop_map(Operation::Put),
        11 => (option::weighted(0.3, body()), option::weighted(0.4, -1..=1_i64))
            .prop_map(|(body, after)| Operation::Repeat(body, after)),
        10 => (place(), known()).prop_map(|(place, known)| Operation::Get(place, known)),
        3 => vec(place(), 1..=4).prop_map(Operation::ById),
        3 => (statuses(), limit()).prop_map(|(any, limit)| Operation::ByRegion(any, limit)),
        2 => (limited(), limit()).prop_map(|(any, limit)| Operation::Limited(any, limit)),
        5 => (place(), option::of(moment()), option::of(moment()), limit())
            .prop_map(|(place, from, to, limit)| Operation::History { place, from, to, limit }),
        2 => (editable(), 1..=2_u8).prop_map(|(place, limit)| Operation::FirstPage(place, limit)),
        2 => Just(Operation::NextPage),
        5 => (place(), moment()).prop_map(|(place, at)| Operation::At(place, at)),
        5 => option::weighted(0.6, (editable(), -1..=1_i64)).prop_map(Operation::Schedule),
        20 => clock().prop_map(Operation::Clock),
        6 => (editable(), any::<u8>()).prop_map(|(place, name)| Operation::Rename(place, name)),
    ]
}

fn editable() -> impl Strategy<Value = Place> {
    select(&[Place::Pharmacy, Place::Provider])
}

fn elsewhere() -> impl Strategy<Value = Place> {
    select(&[Place::Region, Place::Elsewhere, Place::Closed, Place::Missing])
}

fn put() -> impl Strategy<Value = Put> {
    let by = prop_oneof![8 => Just("editor"), 3 => Just("second"), 1 => Just("reader")];
    let place = prop_oneof![12 => editable(), 1 => elsewhere()];
    let condition = |never| prop_oneof![never => Just(Known::Nothing), 2 => known()];
    let conditions = (condition(3), condition(12));
    (by, place, body(), conditions, option::of(0..3_u8)).prop_map(
        |(by, place, body, (known, unwanted), key)| Put { by, place, body, known, unwanted, key },
    )
}

fn body() -> impl Strategy<Value = Body> {
    let status = select(&["RED", "AMBER", "GREEN", "red", "Amber"]);
    let minutes = option::weighted(0.9, prop_oneof![6 => 0..=10_u16, 1 => 0..=1440_u16]);
    let good = (status, minutes, option::of(0..4_u8));
    prop_oneof![
        12 => good.prop_map(|(status, minutes, note)| Body::Good { status, minutes, note }),
        1 => (0..super::representations::BAD_BODIES.len()).prop_map(Body::Bad),
    ]
}

fn known() -> impl Strategy<Value = Known> {
    prop_oneof![
        2 => Just(Known::Nothing),
        3 => Just(Known::Current),
        3 => any::<usize>().prop_map(Known::Former),
        2 => any::<usize>().prop_map(Known::List),
        1 => Just(Known::Weak),
        1 => Just(Known::Any),
        1 => Just(Known::Nonsense),
    ]
}

fn statuses() -> impl Strategy<Value = &'static [&'static str]> {
    select(&[&[] as &[&str], &["GREEN"], &["RED", "AMBER"], &["GREEN", "RED"]])
}

fn limited() -> impl Strategy<Value = &'static [&'static str]> {
    select(&[&["RED", "AMBER"] as &[&str], &["RED"], &["AMBER"]])
}

fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        1 => (-1..=600_i64).prop_map(Moment::Ago),
        3 => (any::<usize>(), -1..=1_i64).prop_map(|(which, after)| Moment::Change(which, after)),
    ]
}

fn clock() -> impl Strategy<Value = Move> {
    let place = editable;
    prop_oneof![
        2 => (1..=90_i64).prop_map(Move::Forward),
        2 => (60..=1200_i64).prop_map(Move::Forward),
        1 => (3600..=93_600_i64).prop_map(Move::Forward),
        4 => (1..=300_i64).prop_map(Move::Behind),
        5 => (place(), -1..=1_i64).prop_map(|(place, after)| Move::Deadline(place, after)),
    ]
}
