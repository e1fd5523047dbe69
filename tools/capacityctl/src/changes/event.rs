//! What is printed of a region.

use serde_json::{Value, json};
use shared::{
    domain::{Reason, Service, ServiceId, Timestamp},
    http::ListedService,
};

use crate::{
    output::{PLAIN, WARNING},
    status_text::{status_name, status_style},
};

/// What has happened in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// All services of the region follow, so many. What was printed before counts no more.
    List(ServiceId, usize),
    /// The service as it is now.
    Service(Box<Service>),
    /// The service is closed, or not in the region any more.
    Removed(ServiceId),
    /// The service cannot be read.
    Unavailable(ServiceId),
}

impl Event {
    /// A line for programs.
    #[must_use]
    pub fn json(&self, now: Timestamp) -> Value {
        match self {
            Self::List(region, count) => {
                json!({"event": "list", "region": region.get(), "services": count})
            }
            Self::Service(service) => {
                let service = ListedService::effective_at((**service).clone(), now);
                json!({"event": "service", "service": service})
            }
            Self::Removed(id) => json!({"event": "removed", "id": id.get()}),
            Self::Unavailable(id) => json!({"event": "unavailable", "id": id.get()}),
        }
    }

    /// A line for people. May have ANSI colours.
    #[must_use]
    pub fn text(&self, now: Timestamp) -> String {
        let (style, line) = match self {
            Self::List(region, count) => {
                (PLAIN, format!("{now}  region {region} has {count} services"))
            }
            Self::Service(service) => {
                let effective = service.record.clone().effective_at(now);
                (status_style(effective.status.rag()), described(service, now))
            }
            Self::Removed(id) => {
                (WARNING, format!("{now}  {id}  removed: closed, or in another region"))
            }
            Self::Unavailable(id) => (WARNING, format!("{now}  {id}  not known: cannot be read")),
        };
        format!("{style}{}{style:#}", line.replace(char::is_control, " "))
    }
}

/// When it changed, the service, its status, until when, why, and who set it.
fn described(service: &Service, now: Timestamp) -> String {
    let shown = service.record.clone().effective_at(now);
    let last = shown.modified.as_ref();
    let since = last.map_or_else(|| format!("{:20}", "never set"), |last| last.at.to_string());
    let until = shown.status.reset_at().map(|at| format!("until {at}"));
    let reason =
        last.and_then(|last| last.reason.as_ref()).map(|reason| Reason::as_str(reason).to_owned());
    let by = last.filter(|_| !shown.is_automatic()).map(|last| format!("by {}", last.by));
    let status = [Some(status_name(&shown)), until, reason, by];
    let status = status.into_iter().flatten().collect::<Vec<_>>().join(" ");
    format!("{since}  {}  {status}  {}", service.id(), service.details.name)
}
