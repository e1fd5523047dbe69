//! Cross-origin requests, as API Gateway handles them: it adds the headers of openapi.yaml's
//! `x-amazon-apigateway-cors` to what the function answers.

use axum::http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
        ORIGIN,
    },
};
use serde::Deserialize;

/// The gateway's configuration.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cors {
    allow_origins: Vec<String>,
    allow_methods: Vec<String>,
    allow_headers: Vec<String>,
    expose_headers: Vec<String>,
    max_age: u32,
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "x-amazon-apigateway-cors")]
    cors: Cors,
}

impl Cors {
    /// Reads the configuration from openapi.yaml.
    ///
    /// # Errors
    ///
    /// The document is not YAML or has no such configuration.
    pub fn read(openapi: &str) -> Result<Self, String> {
        let document: Result<Document, _> = serde_saphyr::from_str(openapi);
        document.map(|document| document.cors).map_err(|error| error.to_string())
    }

    /// Adds the headers to the answer to that request.
    pub fn add<Body>(&self, method: &Method, request: &HeaderMap, response: &mut Response<Body>) {
        if !request.contains_key(ORIGIN) {
            return;
        }
        let joined = |values: &[String]| values.join(",");
        let mut add = |name: HeaderName, value: String| {
            HeaderValue::try_from(value).map(|value| response.headers_mut().insert(name, value))
        };
        let _ = add(ACCESS_CONTROL_ALLOW_ORIGIN, joined(&self.allow_origins));
        let _ = add(ACCESS_CONTROL_EXPOSE_HEADERS, joined(&self.expose_headers));
        if method == Method::OPTIONS && request.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            let _ = add(ACCESS_CONTROL_ALLOW_METHODS, joined(&self.allow_methods));
            let _ = add(ACCESS_CONTROL_ALLOW_HEADERS, joined(&self.allow_headers));
            let _ = add(ACCESS_CONTROL_MAX_AGE, self.max_age.to_string());
        }
    }
}
