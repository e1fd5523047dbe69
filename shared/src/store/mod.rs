//! The DynamoDB tables: one struct and one file for each, and reads and writes that span several.
//!
//! Items become domain types on the way out. A row that cannot be read is a fault, never a default. Every
//! write is conditional. Nothing here knows HTTP, Lambda or environment variables.

mod attribute;
mod changes_table;
mod expression;
mod fault;
mod health_check;
mod hierarchy_entries;
mod history_item;
mod history_window;
mod idempotency_table;
pub mod keys;
mod list_caller;
mod list_place;
mod list_position;
mod list_source;
mod page_reader;
mod past_status;
mod read;
mod read_units;
mod service_filter;
mod service_item;
mod service_list;
mod services_table;
mod sessions_table;
mod status_history_table;
mod table_names;
mod transaction;
mod update_tables;
mod user_item;
mod users_table;
mod versioned_service;

pub use attribute::KeyNumber;
pub use changes_table::{ChangeRow, Changed, ChangesTable, RecentChanges, put_change_row};
pub use expression::{Expressions, ItemUpdate};
pub use fault::{StoreFault, error_chain};
pub use health_check::{HealthCheck, UnreachableTables};
pub use hierarchy_entries::HierarchyEntry;
pub use history_item::{AuditContext, RecordedChange};
pub use idempotency_table::{
    IdempotencyKey, IdempotencyRecord, IdempotencyTable, IdempotentRequest,
};
pub use list_position::{HierarchyKey, InvalidPosition, ListPosition, PendingResetKey};
pub use past_status::PastStatus;
pub use service_filter::ServiceFilter;
pub use service_item::{UnreadableRow, parse_service};
pub use service_list::{FirstRead, PageReader, PageRequest, ServicePage};
pub use services_table::{DueReset, DueResets, ServicesTable};
pub use sessions_table::{SessionKey, SessionsTable};
pub use status_history_table::{HistoryPage, HistoryPosition, StatusHistoryTable, TimeRange};
pub use table_names::TableNames;
pub use transaction::{StatusTables, Transaction, WriteOutcome};
pub use update_tables::{AfterCancellation, SnapshotKeys, UpdateSnapshot, UpdateTables};
pub use users_table::UsersTable;
pub use versioned_service::VersionedService;

pub(crate) use read::pause;
