//! HTTP: what a request carries, and how an answer is written. Nothing here knows a table.

use lambda_http::http::{HeaderValue, header::CONTENT_TYPE};

mod body;
mod catch_panic;
pub mod changes_cursor;
mod clock;
mod context;
pub mod cookie;
mod csv;
pub mod cursor;
mod endpoint;
mod etag;
mod event;
mod file;
mod hash;
mod idempotency_key;
pub mod list_cursor;
mod page;
mod path;
mod problem;
mod problem_document;
mod problem_sources;
pub mod query;
mod remaining_time;
mod representation;
mod status_change;
mod status_update;

pub use body::{body_hash, json_object};
pub use catch_panic::Panicked;
pub use clock::Clock;
pub use context::{Context, RequestError};
pub use csv::{Table, json_or_csv};
pub use endpoint::Endpoint;
pub use etag::{ETag, EntityTags};
pub use event::{GatewayResponse, InvalidEvent, RouteKey, dispatch};
pub use file::{Caching, File, accepts_gzip, gzip};
pub use hash::sha256;
pub use idempotency_key::idempotency_key;
pub use page::{Page, page_response};
pub use path::{is_route, no_remainder, path_parameter, request_path, service_id};
pub use problem::{Build, Problem};
pub use problem_document::RETRY_SOON;
pub use remaining_time::RemainingTime;
pub use representation::{HistoryEntry, ListedService, Representation};
pub use status_change::{Preconditions, authorise_change, changed_response, record_changes};
pub use status_update::{FieldError, parse_deadline_update, parse_status_update};

/// A response of a function.
pub type Response = lambda_http::Response<lambda_http::Body>;

/// An `application/json` answer with status 200.
///
/// # Errors
/// [`Problem::Internal`] if the value cannot be written as JSON.
pub fn json_ok(value: &impl serde::Serialize) -> Result<Response, Problem> {
    serde_json::to_string(value).map(json_response).map_err(Problem::internal)
}

fn json_response(json: String) -> Response {
    let mut response = Response::new(json.into());
    let json_type = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json_type);
    response
}
