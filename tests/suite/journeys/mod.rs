//! Complete user journeys.

mod api;
mod import_to_reset;
