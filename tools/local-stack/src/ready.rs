//! Waits until every route's function answers.

use std::time::Duration;

use reqwest::{Client, Method};
use tokio::time::{Instant, sleep, timeout_at};

use crate::{Error, routes::Route};

/// The functions are already built; starting them takes a second or two.
const TIMEOUT: Duration = Duration::from_secs(120);
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Requests every route without a token until its function answers.
///
/// # Errors
///
/// A route does not answer in time.
pub async fn wait(api_url: &str, routes: &[Route]) -> Result<(), Error> {
    // Requests to this machine must not go through a proxy of the environment.
    let client = Client::builder().no_proxy().build();
    let client = client.map_err(|error| Error::Program("HTTP client", error.to_string()))?;
    let deadline = Instant::now() + TIMEOUT;
    for route in routes {
        let mut last = "no response".to_owned();
        let answered = timeout_at(deadline, async {
            while let Err(reason) = send_request(&client, api_url, route).await {
                last = reason;
                sleep(POLL_INTERVAL).await;
            }
        });
        if answered.await.is_err() {
            return Err(Error::NotReady(route.path.clone(), last));
        }
    }
    Ok(())
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
