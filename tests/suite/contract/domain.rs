//! The rules that no request shows by itself.

use shared::{
    domain::{
        CapacityStatus, Level, Lineage, Modified, Note, NoteError, Rag, ServiceId, StatusRecord,
    },
    json::{self, Json},
    store::{Position, keys::history_key},
};

use crate::harness::{NOW, time};

fn red_until(deadline: i64) -> StatusRecord {
    let status = CapacityStatus::Limited { level: Level::Red, reset_at: time(deadline) };
    let modified =
        Modified { at: time(NOW), by: "somebody".to_owned(), notes: Some("n".to_owned()) };
    StatusRecord { version: 4, status, modified: Some(modified) }
}

#[test]
fn the_deadline_second_itself_is_green() {
    let red = red_until(NOW + 60);
    assert_eq!(red.clone().shown_at(time(NOW + 59)), red);
    for later in [60, 61, 1_000_000] {
        let shown = red.clone().shown_at(time(NOW + later));
        let modified =
            Modified { at: time(NOW + 60), by: "automatic reset".to_owned(), notes: None };
        let expected =
            StatusRecord { version: 5, status: CapacityStatus::Green, modified: Some(modified) };
        assert_eq!(shown, expected);
    }
}

#[test]
fn a_reader_sees_the_same_before_and_after_the_reset_is_stored() {
    let stored = red_until(NOW + 60).shown_at(time(NOW + 60));
    assert_eq!(stored.clone().shown_at(time(NOW + 9_999)), stored);
}

#[test]
fn a_status_and_a_deadline_that_contradict_each_other_are_no_status() {
    assert_eq!(CapacityStatus::from_parts(Rag::Green, Some(time(NOW))), None);
    assert_eq!(CapacityStatus::from_parts(Rag::Red, None), None);
    assert_eq!(CapacityStatus::from_parts(Rag::Amber, None), None);
}

#[test]
fn an_id_is_1_to_18_digits_without_a_leading_zero() {
    for good in ["1", "149198", "999999999999999999"] {
        assert_eq!(good.parse::<ServiceId>().map(|id| id.to_string()).as_deref(), Ok(good));
    }
    for bad in
        ["", "0", "01", "1000000000000000000", "-1", "+1", " 1", "1 ", "1.0", "1e3", "٣", "a"]
    {
        assert!(bad.parse::<ServiceId>().is_err(), "{bad}");
    }
}

#[test]
fn a_lineage_reads_what_it_writes_and_nothing_else() {
    let lineage = Lineage::parse("/10/20/30/").expect("a lineage");
    assert_eq!(lineage.to_string(), "/10/20/30/");
    let ids =
        [lineage.root(), lineage.parent().expect("a parent"), lineage.own()].map(ServiceId::get);
    assert_eq!(ids, [10, 20, 30]);
    let within = |id| lineage.is_within(ServiceId::new(id).expect("an id"));
    assert!(within(10) && within(20) && within(30) && !within(1) && !within(40));
    let root = Lineage::parse("/10/").expect("a lineage");
    assert_eq!((root.root(), root.parent()), (root.own(), None));
    for bad in ["", "/", "//", "10/", "/10", "/10//20/", "/010/", "/a/"] {
        assert_eq!(Lineage::parse(bad), None, "{bad}");
    }
}

#[test]
fn a_note_never_shows_itself_in_debug_output() {
    let note = Note::parse(" Mrs Archer fell ").expect("a note");
    assert_eq!(format!("{note:?}"), "Note(15 bytes)");
    assert_eq!(Note::parse("\u{2003}"), Err(NoteError::Blank));
}

#[test]
fn history_sorts_by_date_and_then_by_version_as_numbers_do() {
    let keys =
        [(9, 11), (10, 2), (10, 10), (11, 1)].map(|(at, version)| history_key(time(at), version));
    assert!(keys.is_sorted(), "{keys:?}");
}

#[test]
fn numbers_are_read_as_they_were_written() {
    let Ok(Json::Object(object)) = json::parse(r#"{"a": 1.50, "b": -0e+9, "c": [1e400]}"#) else {
        panic!("an object");
    };
    assert_eq!(object.member("a"), Some(&Json::Number("1.50".to_owned())));
    assert_eq!(object.member("b"), Some(&Json::Number("-0e+9".to_owned())));
    assert_eq!(object.member("c"), Some(&Json::Array(vec![Json::Number("1e400".to_owned())])));
}

#[test]
fn nesting_ends_at_64_levels_wherever_it_is() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
        assert!(json::parse(&nested(64)).is_ok());
        assert!(json::parse(&nested(65)).is_err());
        assert!(json::parse(&nested(100_000)).is_err());
    }
    for (open, close) in [("[", "]"), ("{\"a\":[", "]}")] {
        let empty = |levels: usize| format!("{}{}", open.repeat(levels), close.repeat(levels));
        let per_step = open.matches(['[', '{']).count();
        assert!(json::parse(&empty(64 / per_step)).is_ok());
        assert!(json::parse(&empty(64 / per_step + 1)).is_err());
    }
}

#[test]
fn a_position_reads_what_it_writes() {
    for text in ["t5", "h/10/20/", "p0", "p7", "p7.1795251700.15"] {
        assert_eq!(
            text.parse::<Position>().map(|position| position.to_string()).as_deref(),
            Ok(text)
        );
    }
}
