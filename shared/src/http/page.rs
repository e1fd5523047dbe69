//! One page of a list, and where the next one is.

use lambda_http::http::{HeaderValue, header::LINK};
use serde::Serialize;

use super::{Problem, Response, json_ok};

/// A page.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The ids of those that cannot be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unavailable: Vec<u64>,
    /// The cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The answer with this page, and with the next one as a link (RFC 8288) relative to it.
///
/// # Errors
/// [`Problem::Internal`] if it cannot be written as JSON.
pub fn page_response<T: Serialize>(page: &Page<T>, limit: usize) -> Result<Response, Problem> {
    let link = page.next.as_deref().and_then(|next| {
        HeaderValue::from_str(&format!("<?limit={limit}&cursor={next}>; rel=\"next\"")).ok()
    });
    let mut response = json_ok(page)?;
    if let Some(link) = link {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}
