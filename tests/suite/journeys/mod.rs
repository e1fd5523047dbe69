//! Whole jobs of users, from beginning to end.

mod import_to_reset;
