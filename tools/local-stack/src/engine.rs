//! The DynamoDB engine `dynoxide`, which the real SDK calls over HTTP.

use std::{io, net::TcpListener, path::Path};

use aws_sdk_dynamodb::Client;
use capacityctl::client::local_client;
use dynoxide::Database;

use crate::background::{Background, free_port};

/// The AWS region that the engine simulates.
pub const REGION: &str = "eu-west-2";

/// A running engine. Stops when dropped.
#[derive(Debug)]
pub struct Engine {
    endpoint: String,
    background: Background,
}

/// Why the engine cannot use its file, and what to do. Of a file that is not a database the engine speaks of encryption,
/// which it does not use here.
fn unusable(file: &Path, error: &impl ToString) -> io::Error {
    let reason = error.to_string();
    let is_database = !reason.contains("not a valid SQLite database");
    let reason = if is_database { &reason } else { "it is damaged or not a database" };
    io::Error::other(format!(
        "cannot use {}: {reason}; --fresh deletes it and starts with the sample data",
        file.display()
    ))
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

    /// Starts an engine on the listener, with its data in the file; creates the file if needed. It does not
    /// wait for the disk at each write, as most of an import's time would go there: if the machine loses power,
    /// the latest writes may be lost.
    ///
    /// # Errors
    ///
    /// The file is not a database, or cannot be written.
    pub fn on_disk(listener: TcpListener, file: &Path) -> io::Result<Self> {
        let path = file.to_str().ok_or_else(|| io::Error::other("the path is not UTF-8"))?;
        let database = Database::new(path).map_err(|error| unusable(file, &error))?;
        database.enable_bulk_loading().map_err(io::Error::other)?;
        Self::start(listener, database)
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

    /// The URL for `AWS_ENDPOINT_URL_DYNAMODB`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A client for it.
    #[must_use]
    pub fn client(&self) -> Client {
        local_client(&self.endpoint, REGION)
    }

    /// Stops it and waits until it has closed its file.
    pub async fn finish(self) {
        self.background.finish().await;
    }
}
