//! The operations of the API, as metrics and problem documents name them.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `GET /services`
    ListServices,
    /// `GET /services/{id}/capacitystatus`
    GetStatus,
    /// `PUT /services/{id}/capacitystatus`
    UpdateStatus,
    /// `GET /services/{id}/capacitystatus/history`
    StatusHistory,
}

impl Operation {
    /// The name, which is also the function's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ListServices => "list-services",
            Self::GetStatus => "get-status",
            Self::UpdateStatus => "update-status",
            Self::StatusHistory => "status-history",
        }
    }

    /// The resource that a request with that path parameter `id` names, relative to the API.
    pub(super) fn resource(self, id: &str) -> String {
        let id = utf8_percent_encode(id, NON_ALPHANUMERIC);
        match self {
            Self::ListServices => "/services".to_owned(),
            Self::GetStatus | Self::UpdateStatus => format!("/services/{id}/capacitystatus"),
            Self::StatusHistory => format!("/services/{id}/capacitystatus/history"),
        }
    }
}
