//! The tools of operators and developers: capacityctl, the local stack, the load generator.

mod capacityctl_commands;
mod capacityctl_target;
mod directory_file;
mod directory_hierarchy;
mod file_encoding;
mod file_format;
mod file_texts;
mod import;
mod largest_page;
mod load;
mod local_issuer;
mod local_stack;
mod optional_columns;
mod users_file;
