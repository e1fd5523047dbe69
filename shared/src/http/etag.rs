//! Entity tags (RFC 9110, section 8.8.3) and the conditions that compare them.
//!
//! Lists are read here, because the crate `headers` 0.4.2 ignores a whole list if one of its tags has a character
//! outside ASCII, which the RFC allows.

use std::fmt;

use lambda_http::http::{HeaderMap, HeaderValue, header::HeaderName};

use super::hash::sha256;

/// The strong entity tag of a representation: `"<effective version>-<short hash of its bytes>"`.
///
/// The version alone is not enough. An update may take the time just before a deadline and be stored just after
/// it. Then it has the same version as the reset that readers saw in between (docs/adr/0004).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of a representation of that version.
    pub(super) fn new(version: u64, representation: &str) -> Self {
        Self(format!("\"{version}-{}\"", short_hash(representation.as_bytes())))
    }

    /// The tag of a page that is no stored representation, and whose changes must not be missed: of all its bytes.
    #[must_use]
    pub fn of_page(bytes: &[u8]) -> Self {
        Self(format!("\"{}\"", sha256(bytes)))
    }

    /// The tags of a file that is not a stored representation: one for each coding, with the coding as its
    /// ending.
    #[must_use]
    pub fn of_file<const N: usize>(bytes: &[u8], codings: [&str; N]) -> [Self; N] {
        let hash = short_hash(bytes);
        codings.map(|coding| Self(format!("\"{hash}{coding}\"")))
    }

    /// The tag as a header's value.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("\"\""))
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The value of an `If-Match` or `If-None-Match` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`, also if it is repeated: any representation.
    Any,
    /// A list of tags, weak ones (`W/"…"`) included. Invalid members are left out, so they never match.
    List(Vec<String>),
}

impl EntityTags {
    /// Reads all headers of that name as one list; `None` if there is none.
    #[must_use]
    pub fn read(headers: &HeaderMap, name: &HeaderName) -> Option<Self> {
        let values: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        if values.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(&values.join(&b","[..])).into_owned();
        let is_any = text.split(',').all(|member| member.trim() == "*");
        Some(if is_any { Self::Any } else { Self::List(tags(&text)) })
    }

    /// Strong comparison: a weak tag never matches.
    #[must_use]
    pub fn match_strongly(&self, current: &ETag) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.contains(&current.0),
        }
    }

    /// Weak comparison: `W/"x"` matches `"x"`.
    #[must_use]
    pub fn match_weakly(&self, current: &ETag) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => {
                tags.iter().any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == current.0)
            }
        }
    }
}

/// The first four bytes of the hash.
fn short_hash(bytes: &[u8]) -> String {
    let mut hash = sha256(bytes);
    hash.truncate(8);
    hash
}

/// The tags of a comma-separated list. A comma inside quotes belongs to its tag.
fn tags(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((prefix, quoted)) = rest.split_once('"') {
        let Some((opaque, after)) = quoted.split_once('"') else { break };
        // What stands before the last comma is a member without quotes, which is no tag.
        let prefix = prefix.rsplit(',').next().unwrap_or_default();
        match prefix.trim_matches([' ', '\t']) {
            "" => found.push(format!("\"{opaque}\"")),
            "W/" => found.push(format!("W/\"{opaque}\"")),
            _ => {}
        }
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use lambda_http::http::header::IF_MATCH;

    use super::*;

    fn read(values: &[&'static str]) -> Option<EntityTags> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_MATCH, HeaderValue::from_static(value));
        }
        EntityTags::read(&headers, &IF_MATCH)
    }

    fn list(tags: &[&str]) -> Option<EntityTags> {
        Some(EntityTags::List(tags.iter().map(|tag| (*tag).to_owned()).collect()))
    }

    #[test]
    fn a_header_is_a_list_of_tags_or_a_star() {
        assert_eq!(read(&[]), None);
        for any in [&[" * "][..], &["*,\t*"], &["*", "*"]] {
            assert_eq!(read(any), Some(EntityTags::Any));
        }
        assert_eq!(read(&["\"a\", W/\"b,c\"", "\"d\""]), list(&["\"a\"", "W/\"b,c\"", "\"d\""]));
        assert_eq!(read(&[", \"a\",,\t\"b\""]), list(&["\"a\"", "\"b\""]));
    }

    #[test]
    fn an_invalid_member_is_left_out_alone() {
        for none in ["", ",", "a", "*, a", "x\"b\"", "w/\"b\"", "\"b", "'b'"] {
            assert_eq!(read(&[none]), list(&[]), "{none}");
        }
        for one in ["a, \"b\"", "*, \"b\"", "\"b\", W/", "x\"a\",\"b\"", "\"b\", \"c"] {
            assert_eq!(read(&[one]), list(&["\"b\""]), "{one}");
        }
        assert_eq!(read(&["a, W/\"b\""]), list(&["W/\"b\""]));
    }

    #[test]
    fn characters_outside_ascii_belong_to_their_tag_alone() {
        let current = ETag::new(5, "{}");
        for other in [&b"\"\xc3\xa9\""[..], b"\"\xff\""] {
            let value = [other, b", ", current.to_string().as_bytes()].concat();
            let headers = HeaderValue::from_bytes(&value).map(|value| [(IF_MATCH, value)]);
            let headers = headers.map(HeaderMap::from_iter).unwrap_or_default();
            let tags = EntityTags::read(&headers, &IF_MATCH);
            assert_eq!(tags.map(|tags| tags.match_strongly(&current)), Some(true));
        }
    }

    #[test]
    fn a_weak_tag_matches_only_in_a_weak_comparison() {
        let current = ETag::new(5, "{}");
        let [strong, weak] =
            ["", "W/"].map(|kind| EntityTags::List(vec![format!("{kind}{current}")]));
        assert_eq!((strong.match_strongly(&current), strong.match_weakly(&current)), (true, true));
        assert_eq!((weak.match_strongly(&current), weak.match_weakly(&current)), (false, true));
    }

    #[test]
    fn the_tag_changes_with_the_version_and_with_the_content() {
        let tag = ETag::new(5, "{}");
        assert!(tag.to_string().starts_with("\"5-"), "{tag}");
        assert_ne!(tag, ETag::new(6, "{}"));
        assert_ne!(tag, ETag::new(5, "{ }"));
    }
}
