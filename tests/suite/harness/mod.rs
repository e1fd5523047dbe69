//! What the tests stand on: a world in real tables, requests as the gateway sends them, an issuer of
//! tokens, a store that fails, and the contract that every answer is held to.

mod app;
mod contract;
pub(crate) mod faulty;
mod key_server;
pub(crate) mod log;
mod meter;
mod request;
pub(crate) mod rights;
pub(crate) mod verifying;
mod world;

pub(crate) use app::{App, FUNCTIONS, logical_id, time};
pub(crate) use contract::{Contract, document};
pub(crate) use key_server::{KeyServer, Published};
pub(crate) use local_stack::gateway::settings as gateway_settings;
pub(crate) use meter::{Meter, Reads};
pub(crate) use request::{Call, Reply};
pub(crate) use verifying::Verifying;
pub(crate) use world::{NOW, World, client, direct, endpoint, fresh_tables, root, sample_app};
