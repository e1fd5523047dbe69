//! A file that is kept compressed, and how it is answered.

use std::{
    borrow::Cow,
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
use shared::http::{ETag, EntityTags, Problem, Response};

/// How long a file may be kept without asking again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Caching {
    /// What changes with a deployment's settings.
    AskEachTime,
    /// What changes with the code only.
    ForAnHour,
}

impl Caching {
    const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::AskEachTime => "no-cache",
            Self::ForAnHour => "public, max-age=3600",
        })
    }
}

/// A text, compressed.
pub(crate) struct File {
    media_type: &'static str,
    caching: Caching,
    gzip: Cow<'static, [u8]>,
    /// Of the text compressed, and as it is, once they are asked for.
    etags: OnceLock<[ETag; 2]>,
}

impl File {
    /// A text that the build has compressed.
    pub(crate) fn compressed(
        media_type: &'static str,
        gzip: &'static [u8],
        caching: Caching,
    ) -> Self {
        Self::of(media_type, caching, Cow::Borrowed(gzip))
    }

    /// A text.
    pub(crate) fn new(media_type: &'static str, text: &str) -> io::Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes())?;
        Ok(Self::of(media_type, Caching::AskEachTime, Cow::Owned(encoder.finish()?)))
    }

    fn of(media_type: &'static str, caching: Caching, gzip: Cow<'static, [u8]>) -> Self {
        Self { media_type, caching, gzip, etags: OnceLock::new() }
    }

    /// The answer to a request with those headers.
    ///
    /// # Errors
    /// [`Problem::Internal`] if what the build has compressed cannot be read.
    pub(crate) fn answer(&self, headers: &HeaderMap) -> Result<Response, Problem> {
        let compressed = takes_gzip(headers);
        let [gzip, identity] = self.etags.get_or_init(|| ETag::of_file(&self.gzip, ["-gzip", ""]));
        let etag = if compressed { gzip } else { identity };
        let known = EntityTags::read(headers, &IF_NONE_MATCH);
        let is_known = known.is_some_and(|known| known.match_weakly(etag));
        let body = match (is_known, compressed) {
            (true, _) => Body::Empty,
            (false, true) => Body::Binary(self.gzip.to_vec()),
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
        let mut text = String::new();
        GzDecoder::new(self.gzip.as_ref()).read_to_string(&mut text)?;
        Ok(text)
    }
}

/// Whether the client names gzip, or anything, among the codings that it takes (RFC 9110, 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
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

/// The weight among a coding's parameters: 1 unless it is given.
fn weight(parameters: &str) -> f32 {
    let given = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then_some(value)
    });
    given.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0))
}
