//! The applications that people sign in to, and the addresses that the issuer may send them to.

/// The client id in tokens of people. They get them by password, or by `cargo ctl token`.
pub const CLIENT_ID: &str = "capacity-local";
/// The client id of the web pages.
pub const WEB_CLIENT_ID: &str = "capacity-web-local";

/// An application.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: &'static str,
    /// Where codes may be sent.
    callbacks: Vec<String>,
    /// Where a browser may go after signing out.
    sign_out_addresses: Vec<String>,
}

impl Client {
    /// The callback, if it is registered. Compared byte by byte (RFC 9700, section 2.1).
    pub(super) fn callback(&self, address: &str) -> Option<&str> {
        registered(&self.callbacks, address)
    }

    /// The address after signing out, if it is registered.
    pub(super) fn sign_out_address(&self, address: &str) -> Option<&str> {
        registered(&self.sign_out_addresses, address)
    }
}

fn registered<'a>(addresses: &'a [String], address: &str) -> Option<&'a str> {
    addresses.iter().map(String::as_str).find(|known| *known == address)
}

/// All applications.
#[derive(Debug)]
pub(crate) struct Clients([Client; 2]);

impl Clients {
    /// The web pages are below each of these URLs of the API.
    pub(super) fn new(api_urls: &[String]) -> Self {
        let below = |path: &str| api_urls.iter().map(|url| format!("{url}{path}")).collect();
        let (callbacks, sign_out_addresses) = (below("/web/callback"), below("/web"));
        Self([
            Client { id: CLIENT_ID, callbacks: Vec::new(), sign_out_addresses: Vec::new() },
            Client { id: WEB_CLIENT_ID, callbacks, sign_out_addresses },
        ])
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Client> {
        self.0.iter().find(|client| client.id == id)
    }
}
