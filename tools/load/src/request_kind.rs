//! The kinds of requests, and the share of the load that each has.

use serde::{Serialize, Serializer};

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
    /// An update of a random service to a random status.
    Put,
    /// The same, with an `Idempotency-Key`.
    PutIdempotent,
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
    pub const ALL: [Self; 7] = [
        Self::Get,
        Self::GetUnchanged,
        Self::List,
        Self::ListByStatus,
        Self::ListBelow,
        Self::Put,
        Self::PutIdempotent,
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
            Self::Put => "PUT",
            Self::PutIdempotent => "PUT, Idempotency-Key",
        }
    }

    /// How many of a thousand requests are of this kind. None have an `Idempotency-Key`: oha cannot send
    /// a different one each time.
    #[must_use]
    pub const fn per_thousand(self) -> u64 {
        match self {
            Self::Get => 810,
            Self::GetUnchanged => 90,
            Self::List => 40,
            Self::ListByStatus | Self::ListBelow | Self::Put => 20,
            Self::PutIdempotent => 0,
        }
    }

    /// The function that handles it.
    #[must_use]
    pub const fn function(self) -> &'static str {
        match self {
            Self::Get | Self::GetUnchanged => "get-status",
            Self::List | Self::ListByStatus | Self::ListBelow => "list-services",
            Self::Put | Self::PutIdempotent => "update-status",
        }
    }

    /// The expected statuses. One of two concurrent updates of a service may get 409.
    #[must_use]
    pub const fn expected(self) -> &'static [u16] {
        match self {
            Self::Get | Self::List | Self::ListByStatus | Self::ListBelow => &[200],
            Self::GetUnchanged => &[304],
            Self::Put | Self::PutIdempotent => &[200, 409],
        }
    }

    /// The NHS's targets for a similar API, for reads by key and updates. There is none for lists.
    #[must_use]
    pub const fn target(self) -> Option<LatencyTarget> {
        match self {
            Self::Get | Self::GetUnchanged => {
                Some(LatencyTarget { p50: 40.0, p95: 100.0, max: 300.0 })
            }
            Self::Put | Self::PutIdempotent => {
                Some(LatencyTarget { p50: 70.0, p95: 150.0, max: 400.0 })
            }
            Self::List | Self::ListByStatus | Self::ListBelow => None,
        }
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Put | Self::PutIdempotent => "PUT",
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
            _ => format!("/services/{}/capacitystatus", directory.random_service()),
        }
    }

    /// The headers. The token is the username.
    #[must_use]
    pub fn headers(self) -> Vec<(&'static str, String)> {
        let user = if self.method() == "PUT" { EDITOR } else { READER };
        let mut headers =
            vec![("authorization", format!("Bearer {user}")), ("accept", "*/*".to_owned())];
        match self {
            Self::GetUnchanged => headers.push(("if-none-match", "*".to_owned())),
            Self::Put => headers.push(("content-type", "application/json".to_owned())),
            Self::PutIdempotent => {
                headers.push(("content-type", "application/json".to_owned()));
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
        (self.method() == "PUT").then(|| update(status))
    }
}

/// An update to this status for at least half an hour; every other one has notes.
#[must_use]
pub fn update(status: &str) -> String {
    let minutes = fastrand::u32(30..=1440);
    let notes = if fastrand::bool() {
        r#", "notes": "two of five clinicians until the evening, minor injuries as usual""#
    } else {
        ""
    };
    format!(r#"{{"status": "{status}", "resetStatusIn": {minutes}{notes}}}"#)
}

impl Serialize for RequestKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
