//! What the issuer's endpoints share.

use capacityctl::token::Issuer;

use super::{clients::Clients, codes::Codes, sessions::Sessions};

/// Tells the time in epoch seconds.
pub type Clock = fn() -> u64;

/// The issuer's key, what it knows of applications, and what it remembers of people. Kept in memory.
#[derive(Debug)]
pub(crate) struct IssuerState {
    /// Mints tokens.
    pub(crate) issuer: Issuer,
    pub(crate) clients: Clients,
    pub(crate) codes: Codes,
    pub(super) sessions: Sessions,
    clock: Clock,
}

impl IssuerState {
    pub(super) fn new(issuer: Issuer, api_urls: &[String], clock: Clock) -> Self {
        let clients = Clients::new(api_urls);
        Self { issuer, clients, codes: Codes::new(), sessions: Sessions::new(), clock }
    }

    pub(crate) fn now(&self) -> u64 {
        (self.clock)()
    }
}
