//! The form on a service's page, as a browser fills it in and sends it.

use super::{Browser, Call, Reply};

/// A form that a page showed.
pub(crate) struct ShownForm {
    address: String,
    etag: String,
    key: String,
}

impl ShownForm {
    /// The form of a service's page.
    pub(crate) async fn of(browser: &Browser<'_>, id: u64) -> Self {
        let reply = browser.get(&format!("/web/services/{id}")).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        Self::in_reply(&reply, id)
    }

    /// The form of that page.
    #[track_caller]
    pub(crate) fn in_reply(reply: &Reply, id: u64) -> Self {
        let value = |name| hidden(&reply.text, name).expect(name);
        Self { address: format!("/web/services/{id}"), etag: value("etag"), key: value("key") }
    }

    /// The same form with that idempotency key.
    pub(crate) fn with_key(self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self }
    }

    /// The form, sent with these fields.
    pub(crate) fn send<'a>(&self, browser: &Browser<'a>, fields: &[(&str, &str)]) -> Call<'a> {
        let own = [("etag", self.etag.as_str()), ("key", self.key.as_str())];
        browser.post(&self.address, &[&own, fields].concat())
    }
}

/// The value of a hidden field.
pub(crate) fn hidden(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("type=\"hidden\" name=\"{name}\" value=\""))?;
    Some(rest.split_once('"')?.0.replace("&#34;", "\""))
}
