//! The kinds of requests, and the share of the load that each has.

use serde::{Serialize, Serializer};

use crate::seed::{EDITOR, READER, STAFF};

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
    /// The first 100 services of a region.
    ListRegion,
    /// A poll of a region in which nothing has changed for long.
    PollAtRest,
    /// A poll of a region in which services have changed, but none since the poll before.
    PollUnchanged,
    /// A poll of a region in which one service has changed since the poll before.
    PollOneChange,
    /// What a board asks for that is open, if nothing has changed since it asked before.
    BoardPoll,
    /// An update of a random service to a random status.
    Put,
    /// The same, with an `Idempotency-Key`.
    PutIdempotent,
    /// A new deadline for a service that is RED.
    Deadline,
    /// The board of a region: its first 200 services.
    Board,
    /// The same, as a page that is open asks again: nothing has changed.
    BoardUnchanged,
    /// The services of a person who may update a provider.
    Mine,
    /// The page of a random service, with the form.
    ServicePage,
    /// The form that sets a service RED that is GREEN.
    SetForm,
    /// The form that extends a status.
    ExtendForm,
}

impl RequestKind {
    /// All kinds.
    pub const ALL: [Self; 22] = [
        Self::Get,
        Self::GetUnchanged,
        Self::List,
        Self::ListByStatus,
        Self::ListBelow,
        Self::ListEndingSoon,
        Self::ListOverdue,
        Self::ListOverdueInRegion,
        Self::ListRegion,
        // Before the updates, which are so many that a poll cannot tell them.
        Self::PollAtRest,
        Self::PollUnchanged,
        Self::PollOneChange,
        Self::BoardPoll,
        Self::Put,
        Self::PutIdempotent,
        Self::Deadline,
        Self::Board,
        Self::BoardUnchanged,
        Self::Mine,
        Self::ServicePage,
        Self::SetForm,
        Self::ExtendForm,
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
            Self::ListRegion => "list, region, limit=100",
            Self::PollAtRest => "poll at rest",
            Self::PollUnchanged => "poll, nothing new",
            Self::PollOneChange => "poll, one change",
            Self::BoardPoll => "poll of a board, nothing new",
            Self::Put => "PUT",
            Self::PutIdempotent => "PUT, Idempotency-Key",
            Self::Deadline => "PUT deadline",
            Self::Board => "board of 200",
            Self::BoardUnchanged => "board of 200, If-None-Match",
            Self::Mine => "my services",
            Self::ServicePage => "service page",
            Self::SetForm => "form, RED",
            Self::ExtendForm => "form, extension",
        }
    }

    /// Whether it is a page, or a form of one.
    #[must_use]
    pub fn is_page(self) -> bool {
        self.function().starts_with("web-")
    }

    /// Whether it goes on from the cursor of an earlier answer.
    #[must_use]
    pub const fn is_poll(self) -> bool {
        matches!(
            self,
            Self::PollAtRest | Self::PollUnchanged | Self::PollOneChange | Self::BoardPoll
        )
    }

    /// How many of a thousand requests to the API, or to the pages, are of this kind. None have an `Idempotency-Key`,
    /// an entity tag or a cursor of their own: oha cannot send a different one each time.
    #[must_use]
    pub const fn per_thousand(self) -> u64 {
        match self {
            Self::Get => 810,
            Self::BoardUnchanged => 600,
            Self::Board => 200,
            Self::Mine | Self::ServicePage => 100,
            Self::GetUnchanged => 90,
            Self::List => 40,
            Self::ListByStatus | Self::ListBelow | Self::Put => 20,
            Self::ListEndingSoon
            | Self::ListOverdue
            | Self::ListOverdueInRegion
            | Self::ListRegion
            | Self::PollAtRest
            | Self::PollUnchanged
            | Self::PollOneChange
            | Self::BoardPoll
            | Self::PutIdempotent
            | Self::Deadline
            | Self::SetForm
            | Self::ExtendForm => 0,
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
            | Self::ListOverdueInRegion
            | Self::ListRegion => "list-services",
            Self::PollAtRest | Self::PollUnchanged | Self::PollOneChange => "list-changes",
            Self::Put | Self::PutIdempotent => "update-status",
            Self::Deadline => "update-deadline",
            Self::BoardPoll
            | Self::Board
            | Self::BoardUnchanged
            | Self::Mine
            | Self::ServicePage => "web-board",
            Self::SetForm | Self::ExtendForm => "web-update",
        }
    }

    /// The expected statuses. One of two concurrent updates of a service may get 409.
    #[must_use]
    pub const fn expected(self) -> &'static [u16] {
        match self {
            Self::GetUnchanged | Self::BoardUnchanged => &[304],
            Self::Put | Self::PutIdempotent => &[200, 409],
            Self::SetForm | Self::ExtendForm => &[303],
            _ => &[200],
        }
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Put | Self::PutIdempotent | Self::Deadline => "PUT",
            Self::SetForm | Self::ExtendForm => "POST",
            _ => "GET",
        }
    }

    /// The user who sends it.
    #[must_use]
    pub fn user(self) -> &'static str {
        match self {
            Self::Mine => STAFF,
            Self::ServicePage => EDITOR,
            _ if self.method() == "GET" => READER,
            _ => EDITOR,
        }
    }

    /// The status that its service must have, with a known entity tag, if it names that tag.
    #[must_use]
    pub const fn needs_status(self) -> Option<&'static str> {
        match self {
            Self::Deadline | Self::ExtendForm => Some("RED"),
            Self::SetForm => Some("GREEN"),
            _ => None,
        }
    }
}

impl Serialize for RequestKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
