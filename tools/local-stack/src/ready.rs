//! Waits until the emulator listens, and until every function that has a route answers.

use std::{collections::BTreeSet, time::Duration};

use reqwest::{Client, Method};
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{Error, routes::Route};

/// Everything is built already; starting takes a second or two.
const TIMEOUT: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Connects to this port until that succeeds.
///
/// # Errors
///
/// Nothing listens there in time.
pub async fn wait_for_listener(port: u16) -> Result<(), Error> {
    retry("cargo-lambda", async || {
        let connected = TcpStream::connect(("127.0.0.1", port)).await;
        connected.map(drop).map_err(|error| error.to_string())
    })
    .await
}

/// Requests one route of each function without a token until the function answers.
///
/// # Errors
///
/// A function does not answer in time.
pub async fn wait_for_functions(api_url: &str, routes: &[Route]) -> Result<(), Error> {
    // Requests to this machine must not go through a proxy of the environment.
    let client = Client::builder().no_proxy().build();
    let client =
        client.map_err(|error| Error::Program("HTTP client".to_owned(), error.to_string()))?;
    let mut functions = BTreeSet::new();
    for route in routes.iter().filter(|route| functions.insert(&route.function)) {
        retry(&route.function, async || send_request(&client, api_url, route).await).await?;
    }
    Ok(())
}

async fn retry(name: &str, attempt: impl AsyncFn() -> Result<(), String>) -> Result<(), Error> {
    let mut last = "no response".to_owned();
    let succeeded = timeout(TIMEOUT, async {
        while let Err(reason) = attempt().await {
            last = reason;
            sleep(POLL_INTERVAL).await;
        }
    });
    succeeded.await.map_err(|_| Error::NotReady(name.to_owned(), last))
}

/// Every response of a function has this header; those of the router do not.
const FUNCTION_HEADER: &str = "x-request-id";

async fn send_request(client: &Client, api_url: &str, route: &Route) -> Result<(), String> {
    let method = route.method.as_deref().unwrap_or("GET");
    let method: Method = method.parse().map_err(|_| "not an HTTP method".to_owned())?;
    let path =
        route.path.replace("{id}", "1").replace("{file}", "start.js").replace("{*rest}", "x");
    let response = client.request(method, format!("{api_url}{path}")).send().await;
    let response = response.map_err(|error| error.to_string())?;
    if response.headers().contains_key(FUNCTION_HEADER) && !response.status().is_server_error() {
        Ok(())
    } else {
        Err(format!("status {}", response.status()))
    }
}
