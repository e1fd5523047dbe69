//! The use cases, one file each. An endpoint and a command that do the same thing call the same one.
//!
//! They check the rights of the caller, read and write the store, and return what they did. They know
//! nothing of HTTP, Lambda, environment variables, the clock, logs or metrics.

mod access;
mod changes_cursor;
mod group;
mod read_board;
mod read_changes;
mod read_services;
mod read_summary;
mod reset_expired;
mod subtree;
mod update_status;

pub use access::{AccessError, ReadError, active_user};
pub use changes_cursor::{ChangesCursor, KnownRows};
pub use group::{Group, GroupCounts, SubtreeSummary};
pub use read_board::{Board, BoardRequest, read_board};
pub use read_changes::{Changes, ChangesRequest, read_changes, read_changes_as_operator};
pub use read_services::{
    FoundServices, find_services, list_services, list_services_of, read_service, read_user,
    read_user_and_service, services_by_id,
};
pub use read_summary::read_summary;
pub use reset_expired::{ResetEvent, ResetJob, ResetPosition, ResetProgress, ResetRun};
pub use update_status::{
    AuthorisedUpdate, Cancellation, StatusUpdateCommand, UpdateError, Updated,
    authorise_status_update,
};
