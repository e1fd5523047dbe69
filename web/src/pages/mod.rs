//! The pages: what each shows. Functions read it, templates write it.

mod board;
mod mine;
mod service;
mod start;
mod statement;

pub use board::{Board, Counts};
pub use mine::Mine;
pub use service::ServicePage;
pub use start::{Region, SignIn, Start};
pub use statement::Statement;
