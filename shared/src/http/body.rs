//! The body of a request: size, content coding, content type, JSON object, in that order.

use lambda_http::{
    Body, Request,
    http::header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use strict_json::{Json, Object};

use super::{Problem, hash::sha256};

/// The largest body accepted, in bytes after base64 decoding.
const MAX_BYTES: usize = 16_384;

/// The JSON object in the request's body.
///
/// # Errors
/// [`Problem::BodyTooLarge`], [`Problem::UnsupportedContentEncoding`], [`Problem::UnsupportedMediaType`] and
/// [`Problem::MalformedBody`].
pub fn json_object(request: &Request) -> Result<Object, Problem> {
    let bytes: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if bytes.len() > MAX_BYTES {
        return Err(Problem::BodyTooLarge);
    }
    if is_encoded(request) {
        return Err(Problem::UnsupportedContentEncoding);
    }
    if !is_json(request) {
        return Err(Problem::UnsupportedMediaType);
    }
    let text = str::from_utf8(bytes).map_err(|_| Problem::MalformedBody("not UTF-8".to_owned()))?;
    match strict_json::parse(&strict_json::replace_unpaired_surrogates(text)) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(Problem::MalformedBody("not an object".to_owned())),
        Err(error) => Err(Problem::MalformedBody(error.to_string())),
    }
}

/// Whether a Content-Encoding header names a coding other than `identity`, which stands for none.
fn is_encoded(request: &Request) -> bool {
    let values = request.headers().get_all(CONTENT_ENCODING).iter();
    let codings = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    codings
        .map(<[u8]>::trim_ascii)
        .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}

/// Whether the only Content-Type header is `application/json`, with any parameters.
fn is_json(request: &Request) -> bool {
    let mut values = request.headers().get_all(CONTENT_TYPE).iter();
    let (first, second) = (values.next(), values.next());
    first.filter(|_| second.is_none()).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        let media_type = value.split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case("application/json")
    })
}

/// A hash of the members. Bodies with the same members, in any order, have the same hash.
#[must_use]
pub fn body_hash(body: &Object) -> String {
    sha256(body.canonical_text().as_bytes())
}
