//! Shared test code: services and users in real tables, requests as the gateway sends them, a token
//! issuer, a store that fails, and the check of every answer against openapi.yaml.

mod app;
mod browser;
mod cloudformation;
mod consumed_capacity;
mod contract;
mod directory;
pub(crate) mod faulty;
pub(crate) mod follower;
mod functions;
pub(crate) mod iam;
mod issuer_page;
mod key_server;
mod largest;
pub(crate) mod log;
pub(crate) mod nth_write;
pub(crate) mod page_text;
mod refusals;
mod request;
pub(crate) mod service_form;
pub(crate) mod sign_in;
mod strict_schemas;
mod token_endpoint;
pub(crate) mod token_verifier;
mod world;

pub(crate) use crate::functions::{FUNCTIONS, Functions, events, exercise, has_settings};
pub(crate) use app::{App, time};
#[allow(unused_imports)]
pub(crate) use browser::{Browser, ORIGIN};
pub(crate) use cloudformation::Stack;
pub(crate) use consumed_capacity::{Meter, Reads};
pub(crate) use contract::{Contract, document, published_path};
pub(crate) use functions::{Build, Event, functions, logical_id};
pub(crate) use issuer_page::{IssuerBrowser, choose};
pub(crate) use key_server::{KeyServer, Published};
pub(crate) use largest::largest_rows;
pub(crate) use local_stack::function_env::settings as gateway_settings;
pub(crate) use refusals::refusals;
pub(crate) use request::{Call, Reply};
pub(crate) use sign_in::SigningIn;
pub(crate) use strict_schemas::open_values;
pub(crate) use token_endpoint::{TokenAnswer, TokenEndpoint};
pub(crate) use token_verifier::TokenVerifier;
pub(crate) use world::{
    NOW, World, audit_table, client, direct, endpoint, fresh_tables, in_real_time, root,
    sample_app, sessions_table,
};
