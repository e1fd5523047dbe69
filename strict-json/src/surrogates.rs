//! Escapes of UTF-16 surrogates that write no character.

use std::borrow::Cow;

/// Writes U+FFFD for each escape of an unpaired surrogate: half of a character, as a program sends it that cuts text
/// between two UTF-16 code units. [`parse`](crate::parse) refuses them.
#[must_use]
pub fn replace_unpaired_surrogates(text: &str) -> Cow<'_, str> {
    if !text.contains("\\ud") && !text.contains("\\uD") {
        return Cow::Borrowed(text);
    }
    let (mut replaced, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, escape)) = rest.find('\\').and_then(|at| rest.split_at_checked(at)) {
        let is_pair = escaped_unit(escape).is_some_and(|unit| (0xD800..0xDC00).contains(&unit))
            && escape
                .get(6..)
                .and_then(escaped_unit)
                .is_some_and(|unit| (0xDC00..0xE000).contains(&unit));
        let (kept, length) = match escaped_unit(escape) {
            Some(_) if is_pair => (escape.get(..12), 12),
            Some(0xD800..0xE000) => (Some("\\ufffd"), 6),
            _ => (escape.get(..2), 2),
        };
        // What cannot be cut here is no JSON, and `parse` says so.
        let (Some(kept), Some(after)) = (kept, escape.get(length..)) else {
            return Cow::Borrowed(text);
        };
        replaced.extend([before, kept]);
        rest = after;
    }
    Cow::Owned(replaced + rest)
}

/// The UTF-16 code unit that an escape such as `\ud83d` writes.
fn escaped_unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn half_of_a_character_is_replaced() {
        for (given, replaced) in [
            (r#"["\ud83d\ude00", "\uD83D"]"#, r#"["\ud83d\ude00", "\ufffd"]"#),
            (r#""\ude00\ud83d\ud83d\ude00""#, r#""\ufffd\ufffd\ud83d\ude00""#),
            (r#""\\ud83d\\\ud83d\n""#, r#""\\ud83d\\\ufffd\n""#),
            (r#""\ud83d\u0041\ud7ff\ue000""#, r#""\ufffd\u0041\ud7ff\ue000""#),
        ] {
            assert_eq!(replace_unpaired_surrogates(given), replaced);
            assert!(parse(replaced).is_ok(), "{replaced}");
        }
        for broken in [r#""\ud8"#, r#""\ud83d\"#, r#""\ud83d\é""#, r#""\ud+3d""#] {
            assert!(parse(&replace_unpaired_surrogates(broken)).is_err(), "{broken}");
        }
        assert!(parse(r#""\ud83d""#).is_err());
    }
}
