//! Invokes the scheduled function of template.yaml every minute.

use std::{convert::Infallible, path::Path, time::Duration};

use reqwest::Client;
use tokio::time::{MissedTickBehavior, interval};

use crate::{Error, output::Output};

/// The scheduled function.
pub const FUNCTION: &str = "reset-expired";
const INTERVAL: Duration = Duration::from_secs(60);

/// Invokes the function with the event, again and again. Prints a warning for a failed invocation and goes on.
///
/// # Errors
///
/// The event cannot be read, or there is no HTTP client.
pub async fn run(api_url: &str, event: &Path, output: &Output) -> Result<Infallible, Error> {
    let read = std::fs::read_to_string(event);
    let event = read.map_err(|error| Error::File(event.to_owned(), error))?;
    let client = Client::builder().no_proxy().timeout(INTERVAL).build();
    let client =
        client.map_err(|error| Error::Program("HTTP client".to_owned(), error.to_string()))?;
    let url = format!("{api_url}/2015-03-31/functions/{FUNCTION}/invocations");
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(reason) = invoke(&client, &url, event.clone()).await {
            output.message(&format!("the scheduled invocation of {FUNCTION} failed: {reason}"));
        }
    }
}

async fn invoke(client: &Client, url: &str, event: String) -> Result<(), String> {
    let response = client.post(url).body(event).send().await;
    let status = response.map_err(|error| error.to_string())?.status();
    if status.is_success() { Ok(()) } else { Err(format!("status {status}")) }
}
