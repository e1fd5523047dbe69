//! A file and its response, which is compressed if the client accepts that.

use std::{
    io::{self, Read as _, Write as _},
    sync::OnceLock,
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use lambda_http::{
    Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
            VARY,
        },
    },
};

use super::{ETag, EntityTags, Problem, Response};

/// How long a client may cache a file before it asks again.
#[derive(Clone, Copy, Debug)]
pub enum Caching {
    /// For files that depend on the deployment's settings.
    AskEachTime,
    /// For files that change only with the code.
    ForAnHour,
    /// For files whose address changes with their content.
    ForAYear,
}

impl Caching {
    const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::AskEachTime => "no-cache",
            Self::ForAnHour => "public, max-age=3600",
            Self::ForAYear => "public, max-age=31536000, immutable",
        })
    }
}

/// The content of a file.
#[derive(Debug)]
enum Content {
    /// A text that the build compressed.
    Compressed(&'static [u8]),
    /// A text that is compressed when it is first requested: most environments serve only one or two.
    Text(String, OnceLock<Vec<u8>>),
}

/// A text file with its response headers.
#[derive(Debug)]
pub struct File {
    media_type: &'static str,
    caching: Caching,
    content: Content,
    /// The tags of the compressed and of the plain text, computed at the first request.
    etags: OnceLock<[ETag; 2]>,
}

impl File {
    /// A text that the build compressed.
    #[must_use]
    pub const fn compressed(
        media_type: &'static str,
        gzip: &'static [u8],
        caching: Caching,
    ) -> Self {
        let content = Content::Compressed(gzip);
        Self { media_type, caching, content, etags: OnceLock::new() }
    }

    /// A text that is not compressed yet.
    #[must_use]
    pub const fn new(media_type: &'static str, text: String) -> Self {
        let content = Content::Text(text, OnceLock::new());
        Self { media_type, caching: Caching::AskEachTime, content, etags: OnceLock::new() }
    }

    fn gzip(&self) -> io::Result<&[u8]> {
        match &self.content {
            Content::Compressed(gzip) => Ok(gzip),
            Content::Text(text, gzip) => {
                if let Some(gzip) = gzip.get() {
                    return Ok(gzip);
                }
                let made = self::gzip(text)?;
                Ok(gzip.get_or_init(|| made))
            }
        }
    }

    /// The response to a request with those headers.
    ///
    /// # Errors
    /// [`Problem::Internal`] if a text cannot be compressed, or if what the build compressed cannot be read.
    pub fn answer(&self, headers: &HeaderMap) -> Result<Response, Problem> {
        let compressed = accepts_gzip(headers);
        let content = self.gzip().map_err(Problem::internal)?;
        let [gzip, identity] = self.etags.get_or_init(|| ETag::of_file(content, ["-gzip", ""]));
        let etag = if compressed { gzip } else { identity };
        let known = EntityTags::read(headers, &IF_NONE_MATCH);
        let is_known = known.is_some_and(|known| known.match_weakly(etag));
        let body = match (is_known, compressed) {
            (true, _) => Body::Empty,
            (false, true) => Body::Binary(content.to_vec()),
            (false, false) => Body::Text(self.text().map_err(Problem::internal)?),
        };
        let mut response = Response::new(body);
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            let own = response.headers_mut();
            own.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
            compressed.then(|| own.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip")));
        }
        let own = response.headers_mut();
        own.insert(ETAG, etag.header());
        own.insert(CACHE_CONTROL, self.caching.header());
        own.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        Ok(response)
    }

    fn text(&self) -> io::Result<String> {
        match &self.content {
            Content::Compressed(gzip) => {
                let mut text = String::new();
                GzDecoder::new(*gzip).read_to_string(&mut text)?;
                Ok(text)
            }
            Content::Text(text, _) => Ok(text.clone()),
        }
    }
}

/// A text, compressed.
///
/// # Errors
/// The compressor failed.
pub fn gzip(text: &str) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

/// Whether the client accepts gzip, by name or by `*` (RFC 9110, 12.5.3).
#[must_use]
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let codings: Vec<&str> = values.flat_map(|value| value.split(',')).collect();
    let weight = |wanted: &str| {
        codings.iter().find_map(|coding| {
            let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
            name.trim().eq_ignore_ascii_case(wanted).then(|| weight(parameters))
        })
    };
    weight("gzip").or_else(|| weight("*")).is_some_and(|weight| weight > 0.0)
}

/// The weight in the parameters of a coding or a media range; 1 by default.
pub(super) fn weight(parameters: &str) -> f32 {
    let given = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then_some(value)
    });
    given.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0))
}
