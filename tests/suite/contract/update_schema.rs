//! openapi.yaml's schema of an update and the code accept the same texts.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;
use shared::{
    domain::{Minutes, ResetLimits},
    http::parse_status_update,
};
use strict_json::{Json, Object};

use crate::harness::Contract;

const LIMITS: ResetLimits =
    ResetLimits { default: Minutes(240), min: Minutes(0), max: Minutes(1_440) };

/// Whether the code accepts an update with this text in that field.
fn code_accepts(field: &str, text: &str) -> bool {
    let members = [("status", "GREEN"), (field, text)];
    let members = members.map(|(name, value)| (name.to_owned(), Json::String(value.to_owned())));
    parse_status_update(&Object::from_iter(members), LIMITS).is_ok()
}

fn schema_accepts(field: &str, text: &str) -> bool {
    let schema = format!("/components/schemas/StatusUpdate/properties/{field}");
    Contract::of_this_repository().value(&schema, &json!(text)).is_ok()
}

/// By itself and between letters, or around a number. Above U+FFFF the code knows more invisible characters.
#[test]
fn code_and_schema_agree_on_every_character() {
    let beyond = ('\u{10000}'..=char::MAX).step_by(97);
    for character in ('\0'..'\u{10000}').chain(beyond) {
        let forms = [format!("{character}"), format!("a{character}b")];
        for notes in forms {
            let accepted = (code_accepts("notes", &notes), schema_accepts("notes", &notes));
            let is_known = accepted == (false, true) && character > '\u{FFFF}';
            assert!(accepted.0 == accepted.1 || is_known, "{notes:?}: {accepted:?}");
        }
        let minutes = format!("{character}5{character}");
        let accepted =
            (code_accepts("resetStatusIn", &minutes), schema_accepts("resetStatusIn", &minutes));
        assert_eq!(accepted.0, accepted.1, "{minutes:?}");
    }
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
        assert_eq!((code_accepts("notes", &notes), schema_accepts("notes", &notes)), accepted);
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
        for field in ["notes", "resetStatusIn"] {
            prop_assert_eq!(code_accepts(field, &text), schema_accepts(field, &text), "{} {:?}", field, text);
        }
    }

    #[test]
    fn code_and_schema_agree_on_every_number_of_minutes(
        sign in select(&["", "+", "-", " +"][..]), zeros in 0_usize..3, minutes in 0_u32..1_600,
        end in select(&["", ".", ".0", ".000 ", ".5", ".0.", "\u{3000}", "\u{200b}"][..]),
    ) {
        let text = format!("{sign}{}{minutes}{end}", "0".repeat(zeros));
        prop_assert_eq!(code_accepts("resetStatusIn", &text), schema_accepts("resetStatusIn", &text), "{:?}", text);
    }
}
