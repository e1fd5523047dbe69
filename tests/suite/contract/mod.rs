//! What clients can rely on: requests, answers, documents, lists, history and updates.

mod concurrent_updates;
mod conditional_writes;
mod contract_consistency;
mod cursors;
mod documentation;
mod edge_cases;
mod editable_lists;
pub(crate) mod event_files;
mod get_status;
mod health;
mod idempotency;
mod internal_errors;
mod list_parameters;
mod list_services;
mod malformed_requests;
mod openapi_document;
mod paths;
mod pruned_history;
mod random_requests;
mod resets;
mod status_codes;
mod status_history;
mod timeouts;
mod unprocessed_keys;
mod unreadable_rows;
mod update_status;
mod update_validation;
