//! Service names as people write them: which ones contain a text that somebody searches for.

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::{
    CodePointSetData,
    props::{Dash, DefaultIgnorableCodePoint, QuotationMark},
};

/// A part of a name that is searched for, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePart(String);

impl NamePart {
    /// The part with this text, without spaces at its ends; `None` if nothing is left.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let folded = fold(text);
        let part = folded.trim_matches(' ');
        (!part.is_empty()).then(|| Self(part.to_owned()))
    }

    /// Whether it is in this name, however the two are written.
    #[must_use]
    pub fn is_in(&self, name: &str) -> bool {
        // What is folded from ASCII is ASCII.
        (self.0.is_ascii() || !name.is_ascii()) && fold(name).contains(&self.0)
    }

    /// The folded text. Folded again, it is the same.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Unicode's NFKC case folding without characters that are not shown, such as soft hyphens. Besides, all apostrophes
/// are alike, all quotation marks, all dashes, and all runs of spaces.
fn fold(text: &str) -> String {
    if is_plain(text) {
        return text.to_ascii_lowercase();
    }
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let shown: String = text.chars().filter(|char| !ignorable.contains(*char)).map(alike).collect();
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(&shown);
    let folded = CaseMapper::new().fold_string(&decomposed);
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(&folded);
    // Some characters only now show an apostrophe or a space: `ŉ` is `ʼn`.
    with_single_spaces(composed.chars().map(alike))
}

/// Whether the text is of ASCII characters that are alike to no other. Most names are, and folding them so takes fewer
/// instructions.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'`') && !text.contains("  ")
}

/// One character for all that people write instead of each other.
fn alike(char: char) -> char {
    match char {
        '\'' | '`' | '´' | 'ʹ' | 'ʻ' | 'ʼ' | 'ʽ' | '‘' | '’' | '‚' | '‛' | '′' | '＇' => {
            '\''
        }
        '″' => '"',
        _ if char.is_whitespace() => ' ',
        _ if char.is_ascii() => char,
        _ if CodePointSetData::new::<Dash>().contains(char) => '-',
        _ if CodePointSetData::new::<QuotationMark>().contains(char) => '"',
        _ => char,
    }
}

fn with_single_spaces(chars: impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    for char in chars {
        if char != ' ' || !text.ends_with(' ') {
            text.push(char);
        }
    }
    text
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// Names, and how else people write them.
    const NAMES: [&[&str]; 12] = [
        &[
            "St Mary's",
            "ST MARY’S",
            "st mary‘s",
            "St Maryʼs",
            "St Mary´s",
            "St Mary`s",
            "St Mary＇s",
        ],
        &["The \"Elms\"", "the “Elms”", "The „Elms‟", "The «elms»", "The ＂Elms＂"],
        &[
            "Stoke-on-Trent",
            "Stoke‐on‑Trent",
            "Stoke–on—Trent",
            "STOKE−ON－TRENT",
            "Stoke﹣on⸺Trent",
        ],
        &[
            "High Street",
            "High\u{a0}Street",
            "High\u{3000}Street",
            "High\t Street",
            "High\u{2009}\u{202f}Street",
        ],
        &["Ysgol Môn", "YSGOL MO\u{302}N", "Ysgol Mo\u{302}n"],
        &["Straße", "STRASSE", "STRAẞE", "strasse"],
        &["ΟΔΟΣ", "οδος", "οδοσ"],
        &["Office", "oﬃce", "Oﬀice", "ＯＦＦＩＣＥ"],
        &["Southsea", "South\u{ad}sea", "South\u{200b}sea", "\u{feff}Southsea\u{2060}"],
        &["Ångström", "\u{212b}ngstro\u{308}m", "A\u{30a}NGSTRÖM"],
        &["Ward Ⅳ", "ward iv", "WARD IV"],
        &["ŉ Huis", "'n huis", "’N HUIS"],
    ];

    #[test]
    fn every_way_to_write_a_name_finds_every_other() {
        for ways in NAMES {
            for searched in ways {
                let part = NamePart::new(searched).expect("a part");
                for name in ways {
                    assert!(part.is_in(&format!("{name} East")), "{searched} in {name}");
                }
            }
        }
    }

    #[test]
    fn no_way_to_write_a_name_finds_another_name() {
        for (number, ways) in NAMES.iter().enumerate() {
            for searched in *ways {
                let part = NamePart::new(searched).expect("a part");
                let others = NAMES.iter().enumerate().filter(|(other, _)| *other != number);
                for name in others.flat_map(|(_, ways)| *ways) {
                    assert!(!part.is_in(name), "{searched} in {name}");
                }
            }
        }
        for (searched, name) in [("Mon", "Môn"), ("Stoke on", "Stoke-on"), ("'", "\""), ("ı", "I")]
        {
            assert!(!NamePart::new(searched).expect("a part").is_in(name), "{searched} in {name}");
        }
    }

    #[test]
    fn a_folded_text_folds_to_itself() {
        let mut rng = fastrand::Rng::with_seed(1);
        let folds_to_itself = |text: &str| {
            let folded = fold(text);
            assert_eq!(fold(&folded), folded, "{}", text.escape_unicode());
            let part = NamePart::new(text);
            let again = part.as_ref().and_then(|part| NamePart::new(part.as_str()));
            assert_eq!(again, part, "{}", text.escape_unicode());
        };
        // All characters that have a meaning so far, and random ones with random marks.
        let all: Vec<char> = ('\0'..'\u{33500}').chain('\u{e0000}'..'\u{e0200}').collect();
        for part in all.chunks(32) {
            folds_to_itself(&String::from_iter(part));
        }
        for _ in 0..5_000 {
            let any = rng.choice(&all).copied().expect("one");
            let chars = [any, rng.char('\u{300}'..'\u{370}'), rng.char('\0'..'\u{2100}')];
            folds_to_itself(&String::from_iter(chars));
        }
    }

    #[test]
    fn the_short_way_for_plain_text_is_the_same_as_the_long_one() {
        let mut rng = fastrand::Rng::with_seed(1);
        for _ in 0..20_000 {
            let text: String = (0..8).map(|_| rng.char('\0'..='\x7f')).collect();
            // `ä` takes the long way and stays.
            let long = fold(&format!("ä{text}"));
            assert_eq!(long.strip_prefix('ä'), Some(&*fold(&text)), "{text:?}");
        }
    }

    #[test]
    fn nothing_is_left_of_spaces_and_characters_that_are_not_shown() {
        for text in ["", "\u{ad}", "\u{200b}\u{feff}\u{202e}", " ", "\u{a0}", "\t\u{ad}\r\n"] {
            assert_eq!(NamePart::new(text), None, "{}", text.escape_unicode());
        }
    }

    #[test]
    fn spaces_at_the_ends_of_what_is_searched_for_make_no_difference() {
        for text in ["mary's ", " mary's", "\u{a0}Mary’s\r\n", "\u{feff} Mary’s\u{3000}\u{200b}"]
        {
            let part = NamePart::new(text).expect("a part");
            assert!(part.is_in("St Mary’s"), "{}", text.escape_unicode());
        }
    }
}
