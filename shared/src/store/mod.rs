//! The DynamoDB tables. Items become domain types on the way out, and a row that cannot be read is
//! a fault, never a default. Every write is conditional.

mod attribute;
mod expression;
mod fault;
mod history;
mod history_item;
pub mod keys;
mod list;
mod position;
mod probe;
mod read;
mod repeat;
mod reset;
mod service_item;
mod timeouts;
mod update;
mod user_item;
mod walk;
mod write;

pub use fault::StoreFault;
pub use history::{History, HistoryPage, Place, Window};
pub use history_item::{Entry, Recorded};
pub use list::{Lister, Page, Selection};
pub use position::{NotAPosition, Position};
pub use probe::{Probe, Unreachable};
pub use read::Reader;
pub use repeat::{Named, RepeatKey, Use};
pub use reset::{Due, Resets};
pub use service_item::service;
pub use timeouts::Timeouts;
pub use update::{Before, Updates};
pub use walk::Pending;
pub use write::{Applied, Transaction};

use read::Freshness;
