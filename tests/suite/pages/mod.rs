//! The pages: what people see, and above all what they must not see.

mod board;
mod board_changes;
mod board_filters;
mod board_pages;
mod followed_board;
mod mine;
mod page_tags;
mod service;
mod sessions;
mod sign_in;
mod sign_out;
mod sizes;
mod start;
mod statistics;
mod summary;
mod update;
mod update_extensions;
mod update_fields;
mod update_races;
mod update_refusals;
