//! Random operations.

use proptest::{
    bool::weighted,
    collection::vec,
    option,
    prelude::{Just, Strategy, any},
    prop_oneof,
    sample::select,
};

use super::{
    operation::{Body, Filters, Known, Moment, Move, Operation, Place, Put, Resource, Review},
    representations::BAD_BODIES,
};

/// Sequences of up to that many operations, or a few more: some come together.
pub(super) fn sequence(longest: usize) -> impl Strategy<Value = Vec<Operation>> {
    let step = prop_oneof![
        20 => operation().prop_map(|operation| vec![operation]),
        2 => red_then_moved(),
        1 => listed_when_due(),
        1 => repeated_after_import(),
    ];
    vec(step, 1..=longest).prop_map(|steps| steps.concat())
}

/// In a short sequence a move would hardly ever meet RED by chance.
fn red_then_moved() -> impl Strategy<Value = Vec<Operation>> {
    let set = (editable(), option::of(0..4_u8), reason());
    (set, moved_deadline()).prop_map(|((place, note, reason), moved)| {
        let body = Body::Good { status: "RED", minutes: Some(5), note, reason };
        let (resource, nothing) = (Resource::Status, Known::Nothing);
        let set = Put {
            resource,
            by: "editor",
            place,
            body,
            known: nothing,
            unwanted: nothing,
            key: None,
        };
        [set, Put { place, ..moved }].map(Operation::Put).to_vec()
    })
}

/// A repeat after another name and perhaps another review interval were imported.
fn repeated_after_import() -> impl Strategy<Value = Vec<Operation>> {
    let request = prop_oneof![put(), moved_deadline()];
    (request, 0..3_u8, any::<u8>(), option::of(review())).prop_map(|(put, key, name, review)| {
        // Only these can be imported.
        let place = if put.place == Place::Provider { put.place } else { Place::Pharmacy };
        vec![
            Operation::Put(Put { place, key: Some(key), ..put }),
            Operation::Import(place, name, review),
            Operation::Repeat { body: None, elsewhere: false, after: None },
        ]
    })
}

/// A list of what is overdue at the second at which a review is due, or a second off.
fn listed_when_due() -> impl Strategy<Value = Vec<Operation>> {
    let set = (editable(), any::<u8>(), 1..=30_u32, -1..=1_i64);
    set.prop_map(|(place, name, after, seconds)| {
        let review = Review { after: Some(after), has_phone: false };
        let overdue = Filters { in_region: true, statuses: &[], overdue: true, reset_before: None };
        vec![
            Operation::Import(place, name, Some(review)),
            Operation::Clock(Move::ReviewDue(place, seconds)),
            Operation::List(overdue, 4),
        ]
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    let place = || prop_oneof![8 => editable(), 2 => elsewhere()];
    let limit = || 1..=4_u8;
    prop_oneof![
        24 => put().prop_map(Operation::Put),
        10 => moved_deadline().prop_map(Operation::Put),
        11 => (option::weighted(0.3, body()), weighted(0.2), option::weighted(0.4, -1..=1_i64))
            .prop_map(|(body, elsewhere, after)| Operation::Repeat { body, elsewhere, after }),
        10 => (place(), known()).prop_map(|(place, known)| Operation::Get(place, known)),
        3 => vec(place(), 1..=4).prop_map(Operation::ById),
        7 => (filters(), limit()).prop_map(|(filters, limit)| Operation::List(filters, limit)),
        5 => (place(), option::of(moment()), option::of(moment()), limit())
            .prop_map(|(place, from, to, limit)| Operation::History { place, from, to, limit }),
        2 => (editable(), 1..=2_u8).prop_map(|(place, limit)| Operation::FirstPage(place, limit)),
        2 => Just(Operation::NextPage),
        5 => (place(), moment()).prop_map(|(place, at)| Operation::At(place, at)),
        5 => option::weighted(0.6, (editable(), -1..=1_i64)).prop_map(Operation::Schedule),
        20 => clock().prop_map(Operation::Clock),
        6 => (editable(), any::<u8>(), option::of(review()))
            .prop_map(|(place, name, review)| Operation::Import(place, name, review)),
    ]
}

fn editable() -> impl Strategy<Value = Place> {
    select(&[Place::Pharmacy, Place::Provider])
}

fn elsewhere() -> impl Strategy<Value = Place> {
    select(&[Place::Region, Place::Elsewhere, Place::Closed, Place::Missing])
}

fn put() -> impl Strategy<Value = Put> {
    request(Resource::Status, prop_oneof![3 => Just(Known::Nothing), 2 => known()])
}

/// Most name the current tag: without one, nothing is moved.
fn moved_deadline() -> impl Strategy<Value = Put> {
    request(Resource::Deadline, prop_oneof![6 => Just(Known::Current), 2 => known()])
}

fn request(
    resource: Resource,
    known_tags: impl Strategy<Value = Known>,
) -> impl Strategy<Value = Put> {
    let by = prop_oneof![8 => Just("editor"), 3 => Just("second"), 1 => Just("reader")];
    let place = prop_oneof![12 => editable(), 1 => elsewhere()];
    let unwanted = prop_oneof![12 => Just(Known::Nothing), 2 => known()];
    (by, place, body(), known_tags, unwanted, option::of(0..3_u8)).prop_map(
        move |(by, place, body, known, unwanted, key)| Put {
            resource,
            by,
            place,
            body,
            known,
            unwanted,
            key,
        },
    )
}

fn body() -> impl Strategy<Value = Body> {
    let status = select(&["RED", "AMBER", "GREEN", "red", "Amber"]);
    let minutes = option::weighted(0.9, prop_oneof![6 => 0..=10_u16, 1 => 0..=1440_u16]);
    let good = (status, minutes, option::of(0..4_u8), reason());
    prop_oneof![
        12 => good.prop_map(|(status, minutes, note, reason)| {
            Body::Good { status, minutes, note, reason }
        }),
        1 => (0..BAD_BODIES.len()).prop_map(Body::Bad),
    ]
}

fn reason() -> impl Strategy<Value = Option<&'static str>> {
    option::of(select(&["STAFFING", "it", "Infection_Control"]))
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

fn filters() -> impl Strategy<Value = Filters> {
    let statuses = prop_oneof![
        3 => select(&[&[] as &[&str], &["GREEN"], &["RED", "AMBER"], &["GREEN", "RED"]])
            .prop_map(|statuses| (true, statuses)),
        2 => select(&[&["RED", "AMBER"] as &[&str], &["RED"], &["AMBER"]])
            .prop_map(|statuses| (false, statuses)),
    ];
    let reset_before = option::weighted(0.3, (editable(), -1..=1_i64));
    (statuses, weighted(0.3), reset_before).prop_map(
        |((in_region, statuses), overdue, reset_before)| Filters {
            in_region,
            statuses,
            overdue,
            reset_before,
        },
    )
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

/// Most are due while the sequence runs.
fn review() -> impl Strategy<Value = Review> {
    let after = option::weighted(0.8, prop_oneof![6 => 1..=30_u32, 1 => 1..=525_600_u32]);
    (after, any::<bool>()).prop_map(|(after, has_phone)| Review { after, has_phone })
}
