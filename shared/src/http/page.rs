//! One page of a list, and where the next one is.

use lambda_http::http::{HeaderValue, header::LINK};
use serde::Serialize;

use super::{Problem, Response, json_ok};

#[derive(Serialize)]
struct PageBody<T> {
    items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The answer with these items and the cursor of the next page, also as a link (RFC 8288) relative to this page.
///
/// # Errors
/// [`Problem::Internal`] if it cannot be written as JSON.
pub fn page_response<T: Serialize>(
    items: Vec<T>,
    next: Option<String>,
    limit: usize,
) -> Result<Response, Problem> {
    let link = next.as_deref().and_then(|next| {
        HeaderValue::from_str(&format!("<?limit={limit}&cursor={next}>; rel=\"next\"")).ok()
    });
    let mut response = json_ok(&PageBody { items, next })?;
    if let Some(link) = link {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}
