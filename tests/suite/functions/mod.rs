//! The functions, each with tests of its own. Written by `cargo sync`.

pub(crate) mod api_docs;
pub(crate) mod get_status;
pub(crate) mod health;
pub(crate) mod list_changes;
pub(crate) mod list_services;
pub(crate) mod reset_expired;
pub(crate) mod status_history;
pub(crate) mod summarise_services;
pub(crate) mod update_deadline;
pub(crate) mod update_status;
pub(crate) mod web_board;
pub(crate) mod web_session;
pub(crate) mod web_update;

crate::harness::functions! {
    all {
        api_docs = "api-docs",
        get_status = "get-status",
        health = "health",
        list_changes = "list-changes",
        list_services = "list-services",
        reset_expired = "reset-expired",
        status_history = "status-history",
        summarise_services = "summarise-services",
        update_deadline = "update-deadline",
        update_status = "update-status",
        web_board = "web-board",
        web_session = "web-session",
        web_update = "web-update",
    }
    requests {
        api_docs = "api-docs",
        get_status = "get-status",
        health = "health",
        list_changes = "list-changes",
        list_services = "list-services",
        status_history = "status-history",
        summarise_services = "summarise-services",
        update_deadline = "update-deadline",
        update_status = "update-status",
        web_board = "web-board",
        web_session = "web-session",
        web_update = "web-update",
    }
}
