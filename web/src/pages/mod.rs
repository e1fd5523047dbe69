//! The pages: what each shows. Functions read it, templates write it.

mod board;
mod changes;
mod mine;
mod service;
mod signed_in;
mod start;
mod statement;
mod statistics;
mod summary;
mod update_form;
mod update_refused;

pub use board::{Board, Counts, Filter, Place, Row, Unreadable};
pub use changes::ChangesPage;
pub use mine::Mine;
pub use service::{Done, PastChange, ServicePage};
pub use signed_in::SignedInPage;
pub use start::{SignIn, Start};
pub use statement::Statement;
pub use statistics::{Shares, TimeInStatus, WindowView};
pub use summary::{SummaryPage, SummaryRow};
pub use update_form::UpdateForm;
pub use update_refused::{UpdateProblem, UpdateRefused};
