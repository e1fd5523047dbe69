//! Complete user journeys.

mod import_to_reset;
