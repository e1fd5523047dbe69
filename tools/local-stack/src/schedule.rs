//! Calls the function that template.yaml has a schedule call, each minute as there.

use std::{path::Path, time::Duration};

use reqwest::Client;
use tokio::time::{MissedTickBehavior, interval};

use crate::Failure;

/// The function.
pub const FUNCTION: &str = "reset-expired";
const EACH: Duration = Duration::from_secs(60);

/// Calls the function with that event again and again. What goes wrong is said, and the next call is
/// made all the same.
///
/// # Errors
///
/// The event cannot be read, or there is no HTTP client.
pub async fn run(api_url: &str, event: &Path) -> Result<(), Failure> {
    let read = std::fs::read_to_string(event);
    let event = read.map_err(|error| Failure::File(event.to_owned(), error))?;
    let client = Client::builder().no_proxy().build();
    let client = client.map_err(|error| Failure::Program("HTTP client", error.to_string()))?;
    let url = format!("{api_url}/2015-03-31/functions/{FUNCTION}/invocations");
    let mut ticks = interval(EACH);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(reason) = call(&client, &url, event.clone()).await {
            eprintln!("warning: the schedule's call of {FUNCTION} failed: {reason}");
        }
    }
}

async fn call(client: &Client, url: &str, event: String) -> Result<(), String> {
    let sent = client.post(url).body(event).send().await;
    let answer = sent.map_err(|error| error.to_string())?;
    let status = answer.status();
    if status.is_success() { Ok(()) } else { Err(format!("status {status}")) }
}
