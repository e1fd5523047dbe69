//! Asks an API by HTTP or HTTPS, as its clients do.

use std::{error::Error, time::Duration};

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

/// How long an answer may take: the gateway itself waits for 30 seconds.
const TIMEOUT: Duration = Duration::from_secs(31);

/// Why there is no answer.
pub(crate) type Failed = Box<dyn Error + Send + Sync>;

/// Sends requests.
#[derive(Debug)]
pub(crate) struct Http(SharedHttpConnector);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) body: Value,
}

impl Http {
    pub(crate) fn new() -> Self {
        let settings =
            HttpConnectorSettings::builder().connect_timeout(TIMEOUT).read_timeout(TIMEOUT);
        let connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .connector_settings(settings.build())
            .build();
        Self(connector.into_shared())
    }

    /// Sends one request.
    ///
    /// # Errors
    ///
    /// No such address, or no answer in time.
    pub(crate) async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&'static str, String)],
        body: Option<&Value>,
    ) -> Result<Answer, Failed> {
        let mut request = HttpRequest::new(
            body.map_or_else(SdkBody::empty, |body| SdkBody::from(body.to_string())),
        );
        request.set_method(method)?;
        request.set_uri(url)?;
        if let Some(body) = body {
            request.headers_mut().insert("content-type", "application/json");
            request.headers_mut().insert("content-length", body.to_string().len().to_string());
        }
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.clone());
        }
        tokio::time::timeout(TIMEOUT, self.answered(request)).await?
    }

    async fn answered(&self, request: HttpRequest) -> Result<Answer, Failed> {
        let response = self.0.call(request).await?;
        let status = response.status().as_u16();
        let etag = response.headers().get("etag").map(str::to_owned);
        let bytes = ByteStream::new(response.into_body()).collect().await?.into_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Answer { status, etag, body })
    }
}
