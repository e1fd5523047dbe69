//! A file, and how it is answered: compressed, if the client takes that.

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

/// What a file is made of.
enum Content {
    /// A text that the build has compressed.
    Compressed(&'static [u8]),
    /// A text that is compressed when somebody asks for it: most environments are asked for one or two.
    Text(String, OnceLock<Vec<u8>>),
}

/// A text, and how it is answered.
pub(crate) struct File {
    media_type: &'static str,
    caching: Caching,
    content: Content,
    /// Of the text compressed, and as it is, once they are asked for.
    etags: OnceLock<[ETag; 2]>,
}

impl File {
    /// A text that the build has compressed.
    pub(crate) const fn compressed(
        media_type: &'static str,
        gzip: &'static [u8],
        caching: Caching,
    ) -> Self {
        let content = Content::Compressed(gzip);
        Self { media_type, caching, content, etags: OnceLock::new() }
    }

    /// A text.
    pub(crate) const fn new(media_type: &'static str, text: String) -> Self {
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
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(text.as_bytes())?;
                let made = encoder.finish()?;
                Ok(gzip.get_or_init(|| made))
            }
        }
    }

    /// The answer to a request with those headers.
    ///
    /// # Errors
    /// [`Problem::Internal`] if a text cannot be compressed, or what the build has compressed not be read.
    pub(crate) fn answer(&self, headers: &HeaderMap) -> Result<Response, Problem> {
        let compressed = takes_gzip(headers);
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
