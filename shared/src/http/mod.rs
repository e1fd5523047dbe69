//! HTTP as the functions speak it: what a request carries, how an answer is written. Nothing here
//! knows a table or a rule of the domain.

use lambda_http::http::{HeaderValue, header::CONTENT_TYPE};

mod body;
mod caught;
mod context;
pub mod cursor;
mod document;
mod etag;
mod event;
mod operation;
mod page;
mod path;
mod problem;
pub mod query;
mod representation;
mod time_left;

pub use body::json_object;
pub use context::{Clock, Context, plain_id};
pub use etag::{ETag, EntityTags};
pub use event::{Answer, NotAnEvent, RouteKey, answer};
pub use operation::Operation;
pub use page::page;
pub use path::{path_asked, service_id};
pub use problem::{Build, FieldError, Problem};
pub use representation::{HistoryEntry, ListedService, Representation};
pub use time_left::TimeLeft;

/// A response of a function.
pub type Response = lambda_http::Response<lambda_http::Body>;

/// An `application/json` answer with status 200.
///
/// # Errors
/// [`Problem::Internal`] if the value cannot be written as JSON.
pub fn ok(value: &impl serde::Serialize) -> Result<Response, Problem> {
    serde_json::to_string(value).map(json_response).map_err(Problem::internal)
}

fn json_response(json: String) -> Response {
    let mut response = Response::new(json.into());
    let json_type = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json_type);
    response
}
