//! The pages: what people see, and above all what they must not see.

mod service;
pub(crate) mod service_form;
mod sessions;
mod sign_in;
mod update;
mod update_extensions;
mod update_fields;
mod update_races;
