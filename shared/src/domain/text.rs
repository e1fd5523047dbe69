//! Which characters of a text a reader can see, and which a text is better without.
//!
//! Notes, names and usernames are judged alike. White space has the property White_Space of Unicode, as `str::trim` does.

use icu_properties::{CodePointSetData, props::DefaultIgnorableCodePoint};

/// Whether a reader can see none of it.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    !text.chars().any(is_visible)
}

/// Whether a character changes the direction of the text after it (Unicode Standard Annex 9, section 2): with these, a
/// reader can see another text than the one that is stored.
#[must_use]
pub const fn changes_direction(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a reader can see it: neither white space nor a control or format character, nor one that fonts show as
/// nothing.
#[must_use]
pub fn is_visible(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_graphic();
    }
    let without_glyph = matches!(
        character,
        // An empty Braille cell, the marks of annotations, the format characters of hieroglyphs.
        '\u{2800}' | '\u{FFF9}'..='\u{FFFB}' | '\u{13430}'..='\u{1343F}'
    );
    !character.is_whitespace()
        && !character.is_control()
        && !without_glyph
        && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

#[cfg(test)]
mod tests {
    use icu_properties::{CodePointMapData, props::GeneralCategory};

    use super::*;

    /// Number signs and the like, which enclose the digits after them.
    fn is_prepended_mark(character: char) -> bool {
        matches!(u32::from(character), 0x600..=0x605 | 0x6DD | 0x70F | 0x890..=0x891 | 0x8E2 | 0x110BD | 0x110CD)
    }

    #[test]
    fn format_characters_are_not_visible_unless_they_have_a_glyph() {
        let categories = CodePointMapData::<GeneralCategory>::new();
        let format = |character: &char| categories.get(*character) == GeneralCategory::Format;
        for character in ('\0'..=char::MAX).filter(format) {
            assert_eq!(is_visible(character), is_prepended_mark(character), "{character:?}");
        }
    }

    #[test]
    fn what_fonts_show_as_nothing_is_blank() {
        for blank in [
            "",
            " ",
            "\t\r\n",
            "\0",
            "\u{1b}",
            "\u{85}",
            "\u{a0}",
            "\u{ad}",
            "\u{34f}",
            "\u{115f}",
            "\u{200b}",
            "\u{2028}",
            "\u{202e}",
            "\u{2060}",
            "\u{2800}",
            "\u{3000}",
            "\u{3164}",
            "\u{fe0f}",
            "\u{feff}",
            "\u{ffa0}",
            "\u{e0001}",
            "\u{e0100}",
            " \u{200d}\u{2066}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for visible in ["a", "\u{200b}.", "é", "e\u{301}", "\u{fffd}", "🏥", "\u{2801}"] {
            assert!(!is_blank(visible), "{visible:?}");
        }
    }
}
