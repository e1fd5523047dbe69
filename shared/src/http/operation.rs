//! The operations of the API, as metrics and problem documents name them.

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
    /// `GET /docs`, `/openapi.json`, `/openapi.yaml`
    ApiDocs,
    /// `GET /_ping`, `GET /_status`, and whatever no other function answers
    Health,
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
            Self::ApiDocs => "api-docs",
            Self::Health => "health",
        }
    }

    /// The path in openapi.yaml; of several, the one that stands for all.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::ListServices => "/services",
            Self::GetStatus | Self::UpdateStatus => "/services/{id}/capacitystatus",
            Self::StatusHistory => "/services/{id}/capacitystatus/history",
            Self::ApiDocs => "/docs",
            Self::Health => "/",
        }
    }
}
