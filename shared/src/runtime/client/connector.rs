//! The SDK's HTTP client for the store. It keeps connections open, and replaces those that have ended.
//!
//! The SDK's own connector, `aws-smithy-http-client`, with the same roots and timeouts makes the archive of
//! get-status 17 % larger (2.23 MB instead of 1.91) and its first answer 7 % longer, in instructions: it has HTTP/2
//! and proxies. It also leaves a request on an ended connection to the SDK's retries, which wait first.

use std::{
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use lambda_http::http::{Request, Response, Uri, header::HOST};

use super::connection::{Address, Connection, TransportError};

/// Connections to one address. A Lambda environment answers one request at a time, so one connection is enough,
/// except for parallel reads.
#[derive(Debug)]
pub(super) struct Connector(SharedHttpConnector);

impl Connector {
    pub(super) fn new(address: Address) -> Self {
        Self(SharedHttpConnector::new(Pool(Arc::new(Shared { address, idle: Mutex::default() }))))
    }
}

impl HttpClient for Connector {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.0.clone()
    }
}

#[derive(Clone)]
struct Pool(Arc<Shared>);

struct Shared {
    address: Address,
    idle: Mutex<Vec<Connection>>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pool").field(&self.0.address).finish()
    }
}

impl HttpConnector for Pool {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let pool = self.clone();
        HttpConnectorFuture::new(async move {
            let request =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let answer = pool.send(request).await.map_err(|error| match error {
                TransportError::TimedOut => ConnectorError::timeout(io::Error::from(error).into()),
                TransportError::Ended(_) => ConnectorError::io(io::Error::from(error).into()),
            })?;
            HttpResponse::try_from(answer)
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

impl Pool {
    async fn send(
        &self,
        mut request: Request<SdkBody>,
    ) -> Result<Response<SdkBody>, TransportError> {
        // HTTP/1.1 expects only the path in the request line, and the host in a header.
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = path.map_or_else(|| Uri::from_static("/"), Uri::from);
        request.headers_mut().insert(HOST, self.0.address.host_header.clone());

        while let Some(connection) = self.idle() {
            let Some(same) = copy(&request) else { break };
            match connection.exchange(same).await {
                Ok(answered) => return Ok(self.keep(answered)),
                // The store ended this connection while it was idle. Even if the request arrived, sending it
                // again is safe: reads change nothing, and every write has its token.
                Err(TransportError::Ended(_)) => {}
                // This connection no longer responds, so the others may not either. Drop them all: the next
                // attempt opens a new one.
                Err(error @ TransportError::TimedOut) => {
                    self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
                    return Err(error);
                }
            }
        }
        let connection = Connection::open(&self.0.address).await?;
        Ok(self.keep(connection.exchange(request).await?))
    }

    /// Drops unusable connections, and takes the last used of the others.
    fn idle(&self) -> Option<Connection> {
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(Connection::is_usable);
        idle.pop()
    }

    fn keep(&self, (answer, connection): (Response<SdkBody>, Connection)) -> Response<SdkBody> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }
}

/// A copy of the request; `None` if its body is a stream. The SDK's bodies for DynamoDB are in memory.
fn copy(request: &Request<SdkBody>) -> Option<Request<SdkBody>> {
    let mut copy = Request::new(request.body().try_clone()?);
    copy.method_mut().clone_from(request.method());
    copy.uri_mut().clone_from(request.uri());
    copy.headers_mut().clone_from(request.headers());
    Some(copy)
}
