//! The DynamoDB tables. Items become domain types on the way out, and a row that cannot be read is
//! a fault, never a default. Every write is conditional.

mod attribute;
mod fault;
mod history_item;
pub mod keys;
mod list;
mod position;
mod read;
mod service_item;
mod user_item;
mod walk;
mod write;

pub use fault::StoreFault;
pub use list::{Lister, Page, Selection};
pub use position::{NotAPosition, Position};
pub use read::{Freshness, Reader};
pub use write::{Applied, Writer};
