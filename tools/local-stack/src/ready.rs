//! Waits until every route is answered by its function.

use std::time::Duration;

use reqwest::{Client, Method};
use tokio::time::{Instant, sleep, timeout_at};

use crate::{Failure, routes::Route};

/// Functions are built by then; starting them takes a second or two.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(200);

/// Asks every route without a credential until its function answers.
///
/// # Errors
///
/// A route is not answered in time.
pub async fn wait(api_url: &str, routes: &[Route]) -> Result<(), Failure> {
    // A proxy that the environment names is not on the way to this machine.
    let client = Client::builder().no_proxy().build();
    let client = client.map_err(|error| Failure::Program("HTTP client", error.to_string()))?;
    let deadline = Instant::now() + PATIENCE;
    for route in routes {
        let mut last = "no answer".to_owned();
        let answered = timeout_at(deadline, async {
            while let Err(reason) = ask(&client, api_url, route).await {
                last = reason;
                sleep(PAUSE).await;
            }
        });
        if answered.await.is_err() {
            return Err(Failure::NotReady(route.path.clone(), last));
        }
    }
    Ok(())
}

/// The router's own answers have no such header, and ours all have.
const OURS: &str = "x-request-id";

async fn ask(client: &Client, api_url: &str, route: &Route) -> Result<(), String> {
    let method = route.method.as_deref().unwrap_or("GET");
    let method: Method = method.parse().map_err(|_| "no method of HTTP".to_owned())?;
    let path =
        route.path.replace("{id}", "1").replace("{file}", "start.js").replace("{*rest}", "x");
    let answer = client.request(method, format!("{api_url}{path}")).send().await;
    let answer = answer.map_err(|error| error.to_string())?;
    if answer.headers().contains_key(OURS) && !answer.status().is_server_error() {
        Ok(())
    } else {
        Err(format!("status {}", answer.status()))
    }
}
