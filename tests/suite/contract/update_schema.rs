//! openapi.yaml's schemas of an update and of a moved deadline accept the same values as the code.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};
use shared::{
    domain::{Minutes, Reason, ResetLimits},
    http::{parse_deadline_update, parse_status_update},
};
use strict_json::{Json, Object};

use crate::harness::Contract;

const LIMITS: ResetLimits =
    ResetLimits { default: Minutes(240), min: Minutes(0), max: Minutes(1_440) };

/// A schema and one of its fields.
type Field = (&'static str, &'static str);

const NOTES: Field = ("StatusUpdate", "notes");
const REASON: Field = ("StatusUpdate", "reason");
const MINUTES: [Field; 2] =
    [("StatusUpdate", "resetStatusIn"), ("DeadlineUpdate", "resetStatusIn")];

/// Whether the code, and the schema, accept a request with this value in that field.
fn accepted((schema, name): Field, value: &Value) -> (bool, bool) {
    let given = strict_json::parse(&value.to_string()).expect("JSON");
    let members = [("status", Json::String("GREEN".to_owned())), (name, given)];
    let members = members.map(|(name, value)| (name.to_owned(), value));
    let body = Object::from_iter(members);
    let by_code = match schema {
        "StatusUpdate" => parse_status_update(&body, LIMITS).is_ok(),
        _ => parse_deadline_update(&body, LIMITS).is_ok(),
    };
    let schema = format!("/components/schemas/{schema}/properties/{name}");
    (by_code, Contract::of_this_repository().value(&schema, value).is_ok())
}

#[track_caller]
fn assert_agreed(field: Field, value: &Value) {
    let (by_code, by_schema) = accepted(field, value);
    assert_eq!(by_code, by_schema, "{field:?} {value}");
}

/// By itself and between letters, around a number, and in a reason. Above U+FFFF the code knows more invisible
/// characters.
#[test]
fn code_and_schema_agree_on_every_character() {
    let beyond = ('\u{10000}'..=char::MAX).step_by(97);
    for character in ('\0'..'\u{10000}').chain(beyond) {
        let forms = [format!("{character}"), format!("a{character}b")];
        for notes in forms {
            let accepted = accepted(NOTES, &json!(notes));
            let is_known = accepted == (false, true) && character > '\u{FFFF}';
            assert!(accepted.0 == accepted.1 || is_known, "{notes:?}: {accepted:?}");
        }
        let minutes = json!(format!("{character}5{character}"));
        MINUTES.into_iter().for_each(|field| assert_agreed(field, &minutes));
        for reason in [format!("{character}T"), format!("IT{character}"), format!("S{character}TE")]
        {
            assert_agreed(REASON, &json!(reason));
        }
    }
}

#[test]
fn code_and_schema_agree_on_values_of_every_type() {
    let values = [json!(null), json!(true), json!(1.5), json!([5]), json!({"a": 5}), json!("")];
    for value in values.into_iter().chain((-2..1_445).map(Value::from)) {
        MINUTES.into_iter().for_each(|field| assert_agreed(field, &value));
        assert_agreed(REASON, &value);
    }
}

#[test]
fn each_minimum_is_that_of_the_schema() {
    let lowest = |field| (0..5).find(|minutes| accepted(field, &json!(minutes)) == (true, true));
    assert_eq!(MINUTES.map(lowest), [Some(0), Some(1)]);
}

/// Only the schema counts what is removed before the notes are stored.
#[test]
fn notes_have_at_most_900_characters() {
    let longest = "é".repeat(900);
    for (notes, accepted) in [
        (longest.clone(), (true, true)),
        (format!("{longest}\n"), (true, false)),
        (format!("\u{1b}{longest}\u{202e}"), (true, false)),
        (format!("{longest}x"), (false, false)),
    ] {
        assert_eq!(self::accepted(NOTES, &json!(notes)), accepted);
    }
}

/// Characters that the rules tell apart.
const CHARACTERS: [char; 21] = [
    '\0', '\t', '\n', '\u{b}', '\u{1b}', ' ', '+', '-', '.', '0', '1', '4', 'a', '\u{85}',
    '\u{a0}', '\u{200b}', '\u{2028}', '\u{202e}', '\u{3000}', '\u{feff}', 'é',
];

proptest! {
    #[test]
    fn code_and_schema_agree_on_every_text(characters in vec(select(&CHARACTERS[..]), 0..8)) {
        let text = String::from_iter(characters);
        for field in MINUTES.into_iter().chain([NOTES]) {
            assert_agreed(field, &json!(text));
        }
    }

    #[test]
    fn code_and_schema_agree_on_every_number_of_minutes(
        sign in select(&["", "+", "-", " +"][..]), zeros in 0_usize..3, minutes in 0_u32..1_600,
        end in select(&["", ".", ".0", ".000 ", ".5", ".0.", "\u{3000}", "\u{200b}"][..]),
    ) {
        let text = format!("{sign}{}{minutes}{end}", "0".repeat(zeros));
        MINUTES.into_iter().for_each(|field| assert_agreed(field, &json!(text)));
    }

    /// A name of the list in any letter case, whole, and with a character more, less or other.
    #[test]
    fn code_and_schema_agree_on_reasons_and_near_misses(
        name in select(&Reason::NAMES[..]), upper in vec(any::<bool>(), 20), at in 0_usize..20,
        other in select(&CHARACTERS[..]),
    ) {
        let cased = |(letter, upper): (char, &bool)| {
            if *upper { letter } else { letter.to_ascii_lowercase() }
        };
        let letters: Vec<char> = name.chars().zip(&upper).map(cased).collect();
        let whole = json!(String::from_iter(&letters));
        prop_assert_eq!(accepted(REASON, &whole), (true, true), "{}", whole);
        let at = at % letters.len();
        let (before, after) = letters.split_at(at);
        let text = |middle: &[char], after: &[char]| String::from_iter([before, middle, after].concat());
        let rest = after.get(1..).unwrap_or_default();
        for text in [text(&[], rest), text(&[other], after), text(&[other], rest)] {
            assert_agreed(REASON, &json!(text));
        }
    }
}
