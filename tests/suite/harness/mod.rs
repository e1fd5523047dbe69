//! What the tests stand on: a world in real tables, requests as the gateway sends them, and the
//! contract that every answer is held to.

mod contract;
mod request;
mod world;

pub(crate) use contract::{Contract, document};
pub(crate) use request::{Call, Reply};
pub(crate) use world::{App, NOW, World, client, fresh_tables, gateway_settings, root, time};
