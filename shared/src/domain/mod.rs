//! The rules of capacity statuses: pure functions and types that cannot hold a wrong state.
//! Nothing here reads a clock, an environment variable or a table.

mod note;
mod permission;
mod record;
mod service;
mod status;
mod time;

pub use note::{Note, NoteError};
pub use permission::{Grant, User, authorise_update};
pub use record::{
    AUTOMATIC_RESET, Author, Cause, Change, Modified, StatusRecord, StatusUpdate, Transition,
};
pub use service::{Directory, Lineage, Service, ServiceId};
pub use status::{CapacityStatus, Level, Rag, Target};
pub use time::{Minutes, NotATimestamp, Timestamp};
