//! The events of a benchmark, one after another.

use std::{error::Error, process::Command, time::Duration};

use lambda_emulator::{ExecutionEnvironment, InvocationResult, Outcome};
use serde_json::Value;
use shared::store::TableNames;

use crate::{benchmark::Benchmark, store::Store};

/// The timeout of an invocation.
pub(crate) const INVOKE_TIMEOUT: Duration = Duration::from_secs(20);

/// The limit of Lambda's init phase.
pub(crate) const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// The events of one benchmark.
#[derive(Debug)]
pub(crate) struct Events {
    event: Value,
    /// Whether each event has to name the entity tag of the answer before it.
    names_tag: bool,
}

impl Events {
    /// The events for these tables. If they move a deadline, sets a status that has one.
    pub(crate) async fn start(
        store: &Store,
        tables: &TableNames,
        benchmark: &Benchmark,
    ) -> Result<Self, Box<dyn Error>> {
        let event = serde_json::from_str(&benchmark.event()?)?;
        let mut events = Self { event, names_tag: benchmark.moves_deadline() };
        if events.names_tag {
            let update = Benchmark::update();
            let binary = Command::new(update.binary());
            let mut function = ExecutionEnvironment::start(binary, store.settings(tables)).await?;
            function.wait_until_ready(INIT_TIMEOUT).await?;
            events.answered(function.invoke(update.event()?, INVOKE_TIMEOUT).await?)?;
            function.kill().await?;
        }
        Ok(events)
    }

    /// The next event, as JSON.
    pub(crate) fn next(&self) -> String {
        self.event.to_string()
    }

    /// The duration of an invocation whose status is 200; an error for any other outcome.
    pub(crate) fn answered(&mut self, result: InvocationResult) -> Result<Duration, String> {
        let response = match result.outcome {
            Outcome::Response(response)
                if response.get("statusCode").is_some_and(|code| code == 200) =>
            {
                response
            }
            Outcome::Response(other) | Outcome::Error(other) => {
                return Err(format!("unexpected outcome: {other}"));
            }
        };
        if self.names_tag {
            let tag = response.pointer("/headers/etag").ok_or("an answer without an entity tag")?;
            let headers = self.event.get_mut("headers").and_then(Value::as_object_mut);
            headers.ok_or("an event without headers")?.insert("if-match".to_owned(), tag.clone());
        }
        Ok(result.duration)
    }
}
