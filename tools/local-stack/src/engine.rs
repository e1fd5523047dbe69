//! The DynamoDB engine: `dynoxide`, spoken to over HTTP by the real SDK.

use std::{io, net::TcpListener, path::Path};

use aws_sdk_dynamodb::Client;
use capacityctl::client::local_client;
use dynoxide::Database;

use crate::background::{Background, free_port};

/// The region that the engine stands for.
pub const REGION: &str = "eu-west-2";

/// A running engine; it stops when this is dropped.
#[derive(Debug)]
pub struct Engine {
    endpoint: String,
    background: Background,
}

impl Engine {
    /// Starts an empty engine in memory on a free port.
    ///
    /// # Errors
    ///
    /// There is no free port or no memory.
    pub fn in_memory() -> io::Result<Self> {
        Self::start(free_port()?, Database::memory().map_err(io::Error::other)?)
    }

    /// Starts an engine on that listener with its data in that file, which need not exist.
    ///
    /// # Errors
    ///
    /// The file is no database or cannot be written.
    pub fn on_disk(listener: TcpListener, file: &Path) -> io::Result<Self> {
        let file = file.to_str().ok_or_else(|| io::Error::other("the path is not UTF-8"))?;
        Self::start(listener, Database::new(file).map_err(io::Error::other)?)
    }

    fn start(listener: TcpListener, database: Database) -> io::Result<Self> {
        let endpoint = format!("http://{}", listener.local_addr()?);
        let background = Background::serve("dynamodb", listener, async move |listener, stop| {
            let stopped = async move { drop(stop.await) };
            if let Err(error) =
                dynoxide::server::serve_with_shutdown(listener, database, stopped).await
            {
                eprintln!("error: the DynamoDB engine stopped: {error}");
            }
        })?;
        Ok(Self { endpoint, background })
    }

    /// Its address, for `AWS_ENDPOINT_URL_DYNAMODB`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> Client {
        local_client(&self.endpoint, REGION)
    }

    /// Stops it and lets it close its file.
    pub async fn finish(self) {
        self.background.finish().await;
    }
}
