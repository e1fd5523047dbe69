//! What a function answers, as logs, metrics and problem documents name it.

/// An operation of the API and the function that answers it. Of several operations, the most frequent one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The name of the function.
    pub function: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path in openapi.yaml.
    pub path: &'static str,
}
