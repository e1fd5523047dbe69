//! The header `Idempotency-Key`: the key itself, or the string that the IETF's draft makes of it
//! (draft-ietf-httpapi-idempotency-key-header; RFC 9651, section 3.3.3).

use std::borrow::Cow;

use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};

use super::Problem;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The most characters of a key, without quotation marks and escapes.
const MAX_CHARS: usize = 255;

/// The client's idempotency key, if it gave one.
///
/// # Errors
/// [`Problem::InvalidIdempotencyKey`].
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<Cow<'_, str>>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => parse(value).map(Some).ok_or(Problem::InvalidIdempotencyKey),
        (Some(_), Some(_)) => Err(Problem::InvalidIdempotencyKey),
    }
}

/// A value that begins with a quotation mark is a string; any other is the key as it stands.
fn parse(value: &HeaderValue) -> Option<Cow<'_, str>> {
    let value = value.to_str().ok()?;
    let key = match value.strip_prefix('"') {
        Some(quoted) => unescape(quoted.strip_suffix('"')?)?,
        None => Cow::Borrowed(value),
    };
    let is_key = (1..=MAX_CHARS).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    is_key.then_some(key)
}

/// The text of a string, in which `\"` stands for `"` and `\\` for `\`. `None` for any other use of the two.
fn unescape(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['"', '\\']) {
        return Some(Cow::Borrowed(text));
    }
    let mut unescaped = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        unescaped.push(match character {
            '"' => return None,
            '\\' => characters.next().filter(|escaped| ['"', '\\'].contains(escaped))?,
            other => other,
        });
    }
    Some(Cow::Owned(unescaped))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(value: &str) -> Option<String> {
        let value = HeaderValue::from_str(value).ok()?;
        parse(&value).map(Cow::into_owned)
    }

    #[test]
    fn quotation_marks_and_escapes_are_no_part_of_the_key() {
        for (value, expected) in [
            ("abc", "abc"),
            (r#""abc""#, "abc"),
            (r#""a\"b\\c""#, r#"a"b\c"#),
            (r#"a\"b\\c"#, r#"a\"b\\c"#),
            (r#"abc""#, r#"abc""#),
            (r#""\"""#, r#"""#),
            ("!#$%&'()*+,-./:;<=>?@[]^_`{|}~", "!#$%&'()*+,-./:;<=>?@[]^_`{|}~"),
        ] {
            assert_eq!(key(value).as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn an_incomplete_or_wrong_string_is_refused() {
        for value in [
            r#"""#,
            r#""""#,
            r#""abc"#,
            r#""abc\""#,
            r#""a"b""#,
            r#""a\b""#,
            r#""abc";a=1"#,
            r#""a", "b""#,
            r#""a b""#,
        ] {
            assert_eq!(key(value), None, "{value}");
        }
    }

    #[test]
    fn the_limit_counts_the_key_alone() {
        let (longest, quotes) = ("x".repeat(255), r#"\""#.repeat(255));
        assert_eq!(key(&format!("\"{longest}\"")), Some(longest.clone()));
        assert_eq!(key(&format!("\"{quotes}\"")), Some("\"".repeat(255)));
        for long in [format!("{longest}x"), format!("\"{longest}x\""), format!("\"{quotes}x\"")] {
            assert_eq!(key(&long), None, "{long}");
        }
    }
}
