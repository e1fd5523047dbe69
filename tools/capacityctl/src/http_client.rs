//! Sends requests to an API over HTTP or HTTPS, as its clients do.

use std::{collections::HashMap, error::Error, time::Duration};

use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector as _, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::HttpRequest,
    },
    shared::IntoShared as _,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use serde_json::Value;

/// Longer than the 30 seconds that the gateway waits for a function.
const TIMEOUT: Duration = Duration::from_secs(31);

/// Why there is no response.
pub(crate) type HttpError = Box<dyn Error + Send + Sync>;

/// An HTTP client.
#[derive(Debug)]
pub(crate) struct HttpClient(SharedHttpConnector);

/// A response.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    headers: HashMap<String, String>,
    /// Null if it is not JSON.
    pub(crate) body: Value,
    /// Whether there is no body.
    pub(crate) is_empty: bool,
}

impl HttpResponse {
    /// The value at a JSON pointer into the body; null if there is none.
    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The value of a header; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

impl HttpClient {
    pub(crate) fn new() -> Self {
        let settings =
            HttpConnectorSettings::builder().connect_timeout(TIMEOUT).read_timeout(TIMEOUT);
        let connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .connector_settings(settings.build())
            .build();
        Self(connector.into_shared())
    }

    /// Sends one request. The body is said to be JSON; of headers with the same name, the last is sent.
    ///
    /// # Errors
    ///
    /// The host cannot be reached, or there is no response in time.
    pub(crate) async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&'static str, String)],
        body: Option<&[u8]>,
    ) -> Result<HttpResponse, HttpError> {
        let mut request = HttpRequest::new(body.map_or_else(SdkBody::empty, SdkBody::from));
        request.set_method(method)?;
        request.set_uri(url)?;
        if let Some(body) = body {
            request.headers_mut().insert("content-type", "application/json");
            request.headers_mut().insert("content-length", body.len().to_string());
        }
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.clone());
        }
        tokio::time::timeout(TIMEOUT, self.receive(request)).await?
    }

    async fn receive(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let response = self.0.call(request).await?;
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let bytes = ByteStream::new(response.into_body()).collect().await?.into_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(HttpResponse { status, headers, body, is_empty: bytes.is_empty() })
    }
}
