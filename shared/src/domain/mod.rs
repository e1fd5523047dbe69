//! The rules of capacity statuses: pure functions, and types that cannot hold a wrong state.
//! Nothing here reads a clock, an environment variable or a table.

mod change;
mod deadline;
pub mod formula;
mod known_changes;
pub mod limits;
mod name;
mod note;
mod permission;
mod reason;
mod record;
mod reset;
mod review;
mod service;
mod session;
mod statistics;
mod status;
mod summary;
pub mod text;
mod time;
mod update;
mod window;

pub use change::{AUTOMATIC_RESET, Author, Cause, Change};
pub use deadline::{DeadlineUpdate, NoDeadline};
pub use known_changes::{BeforeChanges, KnownChanges, StatisticsError};
pub use name::NamePart;
pub use note::{Note, NoteError};
pub use permission::{Grant, User, authorise_update};
pub use reason::Reason;
pub use record::{Modified, StatusRecord};
pub use reset::{HistoryGap, NextChange, ResetLimits};
pub use service::{HierarchyPath, InvalidServiceId, Service, ServiceDetails, ServiceId};
pub use session::{SESSION_LIFETIME, SHARED_COMPUTER_IDLE, Session};
pub use statistics::Statistics;
pub use status::{CapacityStatus, Level, Rag, RequestedStatus};
pub use summary::Summary;
pub use time::{InvalidTimestamp, Minutes, Timestamp};
pub use update::{StatusTransition, StatusUpdate};
pub use window::{InvalidWindow, Window};
