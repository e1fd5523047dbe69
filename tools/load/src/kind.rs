//! The kinds of requests, and what part of the load each is.

use serde::{Serialize, Serializer};

use crate::{
    directory::Directory,
    fill::{EDITOR, READER},
};

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One status, of any service.
    Get,
    /// The same, by a client that knows the newest.
    GetUnchanged,
    /// The first page of all services.
    List,
    /// The first page of what is AMBER or RED.
    ListByStatus,
    /// A provider with its services.
    ListBelow,
    /// An update of any service, to any status.
    Put,
    /// The same, with an `Idempotency-Key`.
    PutNamed,
}

/// What a request of a kind must not take longer than, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Target {
    /// Half of them.
    pub p50: f64,
    /// 95 of a hundred.
    pub p95: f64,
    /// Any.
    pub max: f64,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Get,
        Self::GetUnchanged,
        Self::List,
        Self::ListByStatus,
        Self::ListBelow,
        Self::Put,
        Self::PutNamed,
    ];

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::GetUnchanged => "GET, If-None-Match",
            Self::List => "list",
            Self::ListByStatus => "list, status=RED,AMBER",
            Self::ListBelow => "list, parentId",
            Self::Put => "PUT",
            Self::PutNamed => "PUT, Idempotency-Key",
        }
    }

    /// How many of a thousand requests are of this kind. Each `Idempotency-Key` is another one, which
    /// what sends the load cannot do.
    #[must_use]
    pub const fn per_thousand(self) -> u64 {
        match self {
            Self::Get => 810,
            Self::GetUnchanged => 90,
            Self::List => 40,
            Self::ListByStatus | Self::ListBelow | Self::Put => 20,
            Self::PutNamed => 0,
        }
    }

    /// The function that answers it.
    #[must_use]
    pub const fn function(self) -> &'static str {
        match self {
            Self::Get | Self::GetUnchanged => "get-status",
            Self::List | Self::ListByStatus | Self::ListBelow => "list-services",
            Self::Put | Self::PutNamed => "update-status",
        }
    }

    /// The statuses that it may be answered with: of two updates of one service at once one may lose.
    #[must_use]
    pub const fn expected(self) -> &'static [u16] {
        match self {
            Self::Get | Self::List | Self::ListByStatus | Self::ListBelow => &[200],
            Self::GetUnchanged => &[304],
            Self::Put | Self::PutNamed => &[200, 409],
        }
    }

    /// What the NHS wants of a sibling of this API, reads by key and updates; there is none for lists.
    #[must_use]
    pub const fn target(self) -> Option<Target> {
        match self {
            Self::Get | Self::GetUnchanged => Some(Target { p50: 40.0, p95: 100.0, max: 300.0 }),
            Self::Put | Self::PutNamed => Some(Target { p50: 70.0, p95: 150.0, max: 400.0 }),
            Self::List | Self::ListByStatus | Self::ListBelow => None,
        }
    }

    /// The method.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Put | Self::PutNamed => "PUT",
            _ => "GET",
        }
    }

    /// A path with its query, another one each time.
    #[must_use]
    pub fn path(self, directory: Directory) -> String {
        match self {
            Self::List => "/services".to_owned(),
            Self::ListByStatus => "/services?status=RED,AMBER".to_owned(),
            Self::ListBelow => format!("/services?parentId={}", directory.any_provider()),
            _ => format!("/services/{}/capacitystatus", directory.any()),
        }
    }

    /// The headers, with the user as the token.
    #[must_use]
    pub fn headers(self) -> Vec<(&'static str, String)> {
        let user = if self.method() == "PUT" { EDITOR } else { READER };
        let mut headers =
            vec![("authorization", format!("Bearer {user}")), ("accept", "*/*".to_owned())];
        match self {
            Self::GetUnchanged => headers.push(("if-none-match", "*".to_owned())),
            Self::Put => headers.push(("content-type", "application/json".to_owned())),
            Self::PutNamed => {
                headers.push(("content-type", "application/json".to_owned()));
                headers.push(("idempotency-key", format!("load-{:016x}", fastrand::u64(..))));
            }
            _ => {}
        }
        headers
    }

    /// A body, another one each time, if there is any.
    #[must_use]
    pub fn body(self) -> Option<String> {
        let status = ["RED", "AMBER", "GREEN"].into_iter().nth(fastrand::usize(..3))?;
        (self.method() == "PUT").then(|| update(status))
    }
}

/// An update to that status, for at least half an hour; every other one says why.
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

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
