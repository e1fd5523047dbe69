//! JSON as the contract defines it: no duplicate names at any level, limited nesting, numbers as they were
//! written. `serde_json::Value` would keep the last of two members with one name, and round numbers.

mod surrogates;

use std::fmt;

use serde::{
    Deserializer as _,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

pub use surrogates::replace_unpaired_surrogates;

/// The deepest nesting accepted: an object is level 1, a value in it level 2.
const MAX_DEPTH: usize = 64;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`. This is a value, not an absent member.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Self>),
    /// An object without duplicate names.
    Object(Object),
}

/// The members of a JSON object, in the order written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(Vec<(String, Json)>);

impl Object {
    /// The value of the member with that name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// A text that is the same for two objects if and only if their members are the same, in any order. It is
    /// not JSON.
    #[must_use]
    pub fn canonical_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        let mut members: Vec<_> = self.0.iter().collect();
        members.sort_by_key(|(name, _)| name);
        text.push('{');
        for (name, value) in members {
            string(name, text);
            value.write(text);
        }
        text.push('}');
    }

    /// The names of the members.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl FromIterator<(String, Json)> for Object {
    /// Keeps the first of two members with the same name.
    fn from_iter<I: IntoIterator<Item = (String, Json)>>(members: I) -> Self {
        let mut object = Self::default();
        for (name, value) in members {
            if object.member(&name).is_none() {
                object.0.push((name, value));
            }
        }
        object
    }
}

impl Json {
    /// Writes the value so that different values have different texts.
    fn write(&self, text: &mut String) {
        match self {
            Self::Null => text.push('n'),
            Self::Bool(true) => text.push('t'),
            Self::Bool(false) => text.push('f'),
            Self::Number(number) => text.extend(["#", number, ","]),
            Self::String(value) => string(value, text),
            Self::Array(elements) => {
                text.push('[');
                elements.iter().for_each(|element| element.write(text));
                text.push(']');
            }
            Self::Object(object) => object.write(text),
        }
    }
}

/// Writes a string after its length, so that it needs no escapes.
fn string(value: &str, text: &mut String) {
    text.extend(["\"", &value.len().to_string(), ":", value]);
}

/// Reads one JSON text.
///
/// # Errors
/// The text is not JSON (RFC 8259), has a duplicate name, has an unpaired surrogate or is nested more than 64
/// levels deep.
pub fn parse(text: &str) -> Result<Json, serde_json::Error> {
    value(serde_json::from_str(text)?, 0)
}

/// Reads what `serde_json` has already checked for syntax, one level at a time.
fn value(raw: &RawValue, depth: usize) -> Result<Json, serde_json::Error> {
    let text = raw.get();
    Ok(match text.as_bytes().first() {
        Some(b'{') => serde_json::Deserializer::from_str(text).deserialize_map(level(depth)?)?,
        Some(b'[') => serde_json::Deserializer::from_str(text).deserialize_seq(level(depth)?)?,
        Some(b'"') => Json::String(serde_json::from_str(text)?),
        Some(b't') => Json::Bool(true),
        Some(b'f') => Json::Bool(false),
        Some(b'n') => Json::Null,
        _ => Json::Number(text.to_owned()),
    })
}

/// Visits an object or array at this level of nesting.
struct Level(usize);

fn level(depth: usize) -> Result<Level, serde_json::Error> {
    if depth >= MAX_DEPTH {
        return Err(serde_json::Error::custom("nested more than 64 levels deep"));
    }
    Ok(Level(depth + 1))
}

impl Level {
    fn inside<E: serde::de::Error>(&self, raw: &RawValue) -> Result<Json, E> {
        value(raw, self.0).map_err(E::custom)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut object = Object::default();
        while let Some((name, raw)) = map.next_entry::<String, &RawValue>()? {
            if object.member(&name).is_some() {
                return Err(A::Error::custom("duplicate member name"));
            }
            object.0.push((name, self.inside(raw)?));
        }
        Ok(Json::Object(object))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut elements = Vec::new();
        while let Some(raw) = seq.next_element::<&RawValue>()? {
            elements.push(self.inside(raw)?);
        }
        Ok(Json::Array(elements))
    }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn object(text: &str) -> Object {
        match parse(text) {
            Ok(Json::Object(object)) => object,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn numbers_keep_the_text_that_they_were_written_in() {
        let object = object(r#"{"a": 1.50, "b": -0e+9, "c": [1e400]}"#);
        assert_eq!(object.member("a"), Some(&Json::Number("1.50".to_owned())));
        assert_eq!(object.member("b"), Some(&Json::Number("-0e+9".to_owned())));
        assert_eq!(object.member("c"), Some(&Json::Array(vec![Json::Number("1e400".to_owned())])));
    }

    #[test]
    fn values_are_nested_at_most_64_levels_deep() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested =
                |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
            assert!(parse(&nested(64)).is_ok());
            assert!(parse(&nested(65)).is_err());
            assert!(parse(&nested(10_000)).is_err());
        }
        for (open, close, levels) in [("[", "]", 1), ("{\"a\":[", "]}", 2)] {
            let empty = |times: usize| format!("{}{}", open.repeat(times), close.repeat(times));
            assert!(parse(&empty(64 / levels)).is_ok());
            assert!(parse(&empty(64 / levels + 1)).is_err());
        }
    }

    #[test]
    fn a_member_that_comes_twice_is_refused_at_any_level() {
        for text in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"a": 1, "\u0061": 2}"#,
            r#"{"x": {"a": 1, "a": 2}}"#,
            r#"[[{"a": 1, "b": 2, "a": 3}]]"#,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(r#"[{"a": 1}, {"a": {"a": 2}}]"#).is_ok());
    }

    #[test]
    fn objects_share_a_canonical_text_if_their_members_are_the_same() {
        let text = |text: &str| object(text).canonical_text();
        assert_eq!(text(r#"{"a": 1, "b": [true]}"#), text(r#" {"b":[ true ],"\u0061":1}"#));
        let different = [
            r#"{"a": 1}"#,
            r#"{"a": 1.0}"#,
            r#"{"a": "1"}"#,
            r#"{"a": [1]}"#,
            r#"{"a": [1, 1]}"#,
            r#"{"a": null}"#,
            r#"{"a": {}}"#,
            r#"{"a": {"a": 1}}"#,
            r#"{}"#,
        ];
        for (position, one) in different.iter().enumerate() {
            for other in different.iter().skip(position + 1) {
                assert_ne!(text(one), text(other), "{one} {other}");
            }
        }
    }
}
