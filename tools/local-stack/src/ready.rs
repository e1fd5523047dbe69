//! Waits until every route is answered by its function.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};

use crate::{Failure, routes::Route};

/// Functions are built by then; starting them takes a second or two.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(200);

/// Asks every route without a credential until its function refuses that.
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
            return Err(Failure::NotReady(format!("{} {}", route.method, route.path), last));
        }
    }
    Ok(())
}

/// Only a function answers these: the router knows neither tokens nor forbidden methods.
const REFUSALS: [StatusCode; 2] = [StatusCode::UNAUTHORIZED, StatusCode::METHOD_NOT_ALLOWED];

async fn ask(client: &Client, api_url: &str, route: &Route) -> Result<(), String> {
    let method: Method = route.method.parse().map_err(|_| "no method of HTTP".to_owned())?;
    let url = format!("{api_url}{}", route.path.replace("{id}", "1"));
    let answer = client.request(method, url).send().await.map_err(|error| error.to_string())?;
    if REFUSALS.contains(&answer.status()) {
        Ok(())
    } else {
        Err(format!("status {}", answer.status()))
    }
}
