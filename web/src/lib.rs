//! What the functions of the pages share: who is signed in, forms, and the HTML itself. The use cases are in
//! `shared::operations`, and these functions call the same ones as the API's.
//!
//! Pages say "look"; only a strongly consistent read says what is true. Whatever is not fresh says so.

pub mod asked;
pub mod assets;
pub mod directory;
pub mod form;
mod http_url;
pub mod list_query;
pub mod local_time;
pub mod own_page;
pub mod page;
pub mod pages;
pub mod problem;
mod problem_sources;
pub mod site;
pub mod status;
pub mod visitor;
