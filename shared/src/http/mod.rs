//! HTTP as the functions speak it: what a request carries, how an answer is written. Nothing here
//! knows a table or a rule of the domain.

use lambda_http::http::{HeaderValue, header::CONTENT_TYPE};

mod body;
mod context;
mod etag;
mod event;
pub mod json;
mod path;
mod problem;
mod representation;

pub use body::json_object;
pub use context::{Clock, Context};
pub use etag::{ETag, EntityTags};
pub use event::{Answer, answer};
pub use path::service_id;
pub use problem::{FieldError, Problem};
pub use representation::{ListedService, status_answer};

/// A response of a function.
pub type Response = lambda_http::Response<lambda_http::Body>;

/// An `application/json` answer with status 200; none of these may be cached.
///
/// # Errors
/// [`Problem::Internal`] if the value cannot be written as JSON.
pub fn ok(value: &impl serde::Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_string(value).map_err(Problem::internal)?;
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
