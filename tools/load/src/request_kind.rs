//! The kinds of requests, and the share of the load that each has.

use serde::{Serialize, Serializer};
use shared::{
    domain::{Minutes, Reason},
    http::Clock,
};

use crate::{
    generated_directory::GeneratedDirectory,
    seed::{EDITOR, READER},
};

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// The status of a random service.
    Get,
    /// The same with a matching `If-None-Match`.
    GetUnchanged,
    /// The first page of all services.
    List,
    /// The first page of services that are AMBER or RED.
    ListByStatus,
    /// A provider and its services.
    ListBelow,
    /// The first page of services that are AMBER or RED and end within an hour.
    ListEndingSoon,
    /// The first page of services whose review is due.
    ListOverdue,
    /// The same, of one region.
    ListOverdueInRegion,
    /// An update of a random service to a random status.
    Put,
    /// The same, with an `Idempotency-Key`.
    PutIdempotent,
    /// A new deadline for a service that is RED.
    Deadline,
}

/// The most that a request may take, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LatencyTarget {
    /// The median.
    pub p50: f64,
    /// The 95th percentile.
    pub p95: f64,
    /// The maximum.
    pub max: f64,
}

impl RequestKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Get,
        Self::GetUnchanged,
        Self::List,
        Self::ListByStatus,
        Self::ListBelow,
        Self::ListEndingSoon,
        Self::ListOverdue,
        Self::ListOverdueInRegion,
        Self::Put,
        Self::PutIdempotent,
        Self::Deadline,
    ];

    /// The name in the report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::GetUnchanged => "GET, If-None-Match",
            Self::List => "list",
            Self::ListByStatus => "list, status=RED,AMBER",
            Self::ListBelow => "list, parentId",
            Self::ListEndingSoon => "list, resetBefore",
            Self::ListOverdue => "list, overdue",
            Self::ListOverdueInRegion => "list, overdue, region",
            Self::Put => "PUT",
            Self::PutIdempotent => "PUT, Idempotency-Key",
            Self::Deadline => "PUT deadline",
        }
    }

    /// How many of a thousand requests are of this kind. None have an `Idempotency-Key` or move a deadline: oha
    /// cannot send a different header each time.
    #[must_use]
    pub const fn per_thousand(self) -> u64 {
        match self {
            Self::Get => 810,
            Self::GetUnchanged => 90,
            Self::List => 40,
            Self::ListByStatus | Self::ListBelow | Self::Put => 20,
            Self::ListEndingSoon
            | Self::ListOverdue
            | Self::ListOverdueInRegion
            | Self::PutIdempotent
            | Self::Deadline => 0,
        }
    }

    /// The function that handles it.
    #[must_use]
    pub const fn function(self) -> &'static str {
        match self {
            Self::Get | Self::GetUnchanged => "get-status",
            Self::List
            | Self::ListByStatus
            | Self::ListBelow
            | Self::ListEndingSoon
            | Self::ListOverdue
            | Self::ListOverdueInRegion => "list-services",
            Self::Put | Self::PutIdempotent => "update-status",
            Self::Deadline => "update-deadline",
        }
    }

    /// The expected statuses. One of two concurrent updates of a service may get 409.
    #[must_use]
    pub const fn expected(self) -> &'static [u16] {
        match self {
            Self::GetUnchanged => &[304],
            Self::Put | Self::PutIdempotent => &[200, 409],
            _ => &[200],
        }
    }

    /// The NHS's targets for a similar API, for reads by key and updates. There is none for lists.
    #[must_use]
    pub const fn target(self) -> Option<LatencyTarget> {
        match self {
            Self::Get | Self::GetUnchanged => {
                Some(LatencyTarget { p50: 40.0, p95: 100.0, max: 300.0 })
            }
            Self::Put | Self::PutIdempotent | Self::Deadline => {
                Some(LatencyTarget { p50: 70.0, p95: 150.0, max: 400.0 })
            }
            _ => None,
        }
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Put | Self::PutIdempotent | Self::Deadline => "PUT",
            _ => "GET",
        }
    }

    /// A random path with its query.
    #[must_use]
    pub fn path(self, directory: GeneratedDirectory) -> String {
        match self {
            Self::List => "/services".to_owned(),
            Self::ListByStatus => "/services?status=RED,AMBER".to_owned(),
            Self::ListBelow => format!("/services?parentId={}", directory.random_provider()),
            Self::ListEndingSoon => {
                format!("/services?resetBefore={}", Clock::system().now().plus(Minutes(60)))
            }
            Self::ListOverdue => "/services?overdue=true".to_owned(),
            Self::ListOverdueInRegion => {
                format!("/services?overdue=true&region={}", directory.random_region())
            }
            _ => format!("/services/{}/capacitystatus", directory.random_service()),
        }
    }

    /// The headers. The token is the username.
    #[must_use]
    pub fn headers(self) -> Vec<(&'static str, String)> {
        let user = if self.method() == "PUT" { EDITOR } else { READER };
        let mut headers =
            vec![("authorization", format!("Bearer {user}")), ("accept", "*/*".to_owned())];
        if self.method() == "PUT" {
            headers.push(("content-type", "application/json".to_owned()));
        }
        match self {
            Self::GetUnchanged => headers.push(("if-none-match", "*".to_owned())),
            Self::PutIdempotent => {
                headers.push(("idempotency-key", format!("load-{:016x}", fastrand::u64(..))));
            }
            _ => {}
        }
        headers
    }

    /// A random body, if the kind has one.
    #[must_use]
    pub fn body(self) -> Option<String> {
        let status = ["RED", "AMBER", "GREEN"].into_iter().nth(fastrand::usize(..3))?;
        match self {
            Self::Put | Self::PutIdempotent => Some(update(status)),
            Self::Deadline => Some(format!(r#"{{"resetStatusIn": {}}}"#, fastrand::u32(30..=1440))),
            _ => None,
        }
    }
}

/// An update to this status for at least half an hour; every other one has notes, every third a reason.
#[must_use]
pub fn update(status: &str) -> String {
    let minutes = fastrand::u32(30..=1440);
    let notes = if fastrand::bool() {
        r#", "notes": "two of five clinicians until the evening, minor injuries as usual""#
    } else {
        ""
    };
    let reason = Reason::NAMES.get(fastrand::usize(..3 * Reason::NAMES.len()));
    let reason = reason.map(|name| format!(r#", "reason": "{name}""#)).unwrap_or_default();
    format!(r#"{{"status": "{status}", "resetStatusIn": {minutes}{notes}{reason}}}"#)
}

impl Serialize for RequestKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
