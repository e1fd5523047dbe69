//! A request and what its response must be.

use serde_json::Value;

use crate::http_client::HttpResponse;

/// A header of a request.
pub(super) type Header = (&'static str, String);

/// One check: a request, and its expected response.
pub(super) struct Check {
    /// What works if the response is the expected one.
    pub(super) what: &'static str,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) headers: Vec<Header>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) status: u16,
    pub(super) is_expected: Box<dyn Fn(&HttpResponse) -> bool>,
}

impl Check {
    pub(super) fn new(
        what: &'static str,
        method: &'static str,
        path: impl Into<String>,
        status: u16,
        is_expected: impl Fn(&HttpResponse) -> bool + 'static,
    ) -> Self {
        let (headers, body) = (Vec::new(), None);
        let is_expected = Box::new(is_expected);
        Self { what, method, path: path.into(), headers, body, status, is_expected }
    }

    /// With this header, in place of the smoke test's own with this name.
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With this body.
    pub(super) fn body(self, body: &Value) -> Self {
        self.bytes(body.to_string().as_bytes())
    }

    /// With a body of these bytes.
    pub(super) fn bytes(mut self, body: &[u8]) -> Self {
        self.body = Some(body.to_vec());
        self
    }
}

/// Any response with the status.
pub(super) fn any(_: &HttpResponse) -> bool {
    true
}

/// A problem document with this code.
pub(super) fn problem(code: &'static str) -> impl Fn(&HttpResponse) -> bool {
    move |response| response.at("/code") == code
}

/// The status of a service.
pub(super) fn of_service(id: u64) -> impl Fn(&HttpResponse) -> bool {
    move |response| response.at("/id") == id
}

/// A list.
pub(super) fn list(response: &HttpResponse) -> bool {
    response.at("/items").is_array()
}
