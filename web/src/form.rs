//! Forms that pages send: from this site, of this session, urlencoded.

use lambda_http::{
    Body, Request,
    http::header::{CONTENT_TYPE, ORIGIN},
};
use shared::http::{Problem, sha256};

use crate::{problem::PageProblem, site::Site, visitor::Visitor};

/// The field that carries the session's token.
pub const TOKEN: &str = "token";

/// The largest form accepted, in bytes.
const MAX_BYTES: usize = 16_384;

/// The fields of a form.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form that a page of this site sent in this session.
    ///
    /// # Errors
    /// [`PageProblem::ForeignForm`], [`Problem::BodyTooLarge`] and [`Problem::UnsupportedMediaType`].
    pub fn of_visitor(
        site: &Site,
        visitor: &Visitor,
        request: &Request,
    ) -> Result<Self, PageProblem> {
        is_own(site, request)?;
        let form = Self::read(request)?;
        let token = form.value(TOKEN).unwrap_or_default();
        // By their hashes, so that the time tells nothing of the token.
        if sha256(token.as_bytes()) != sha256(visitor.form_token.as_bytes()) {
            return Err(PageProblem::ForeignForm);
        }
        Ok(form)
    }

    fn read(request: &Request) -> Result<Self, PageProblem> {
        let bytes: &[u8] = match request.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(bytes) => bytes,
            _ => &[],
        };
        if bytes.len() > MAX_BYTES {
            return Err(Problem::BodyTooLarge.into());
        }
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        if !media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Problem::UnsupportedMediaType.into());
        }
        let fields = form_urlencoded::parse(bytes);
        let fields = fields.map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")));
        Ok(Self(fields.collect()))
    }

    /// The first value of a field. Text areas send line ends as CRLF; here they are LF.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|(own, value)| (own == name).then_some(value.as_str()))
    }
}

/// Checks that a page of this site sent the request: browsers send `Origin` with every form that is posted.
///
/// # Errors
/// [`PageProblem::ForeignForm`].
pub fn is_own(site: &Site, request: &Request) -> Result<(), PageProblem> {
    let origin = request.headers().get(ORIGIN).map(|origin| origin.as_bytes());
    if origin == Some(site.origin().as_bytes()) { Ok(()) } else { Err(PageProblem::ForeignForm) }
}
