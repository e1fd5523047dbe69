//! The form on a service's page, as a browser fills it in and sends it.

use crate::harness::{Browser, Call, Reply};

/// A form that a page showed.
pub(super) struct ShownForm {
    address: String,
    etag: String,
    key: String,
}

impl ShownForm {
    /// The form of a service's page.
    pub(super) async fn of(browser: &Browser<'_>, id: u64) -> Self {
        let reply = browser.get(&format!("/web/services/{id}")).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        Self::in_reply(&reply, id)
    }

    /// The form of that page.
    #[track_caller]
    pub(super) fn in_reply(reply: &Reply, id: u64) -> Self {
        let value = |name| hidden(&reply.text, name).expect(name);
        Self { address: format!("/web/services/{id}"), etag: value("etag"), key: value("key") }
    }

    /// The form, sent with these fields.
    pub(super) fn send<'a>(&self, browser: &Browser<'a>, fields: &[(&str, &str)]) -> Call<'a> {
        let own = [("etag", self.etag.as_str()), ("key", self.key.as_str())];
        browser.post(&self.address, &[&own, fields].concat())
    }
}

/// The value of a hidden field.
pub(super) fn hidden(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("type=\"hidden\" name=\"{name}\" value=\""))?;
    Some(rest.split_once('"')?.0.replace("&#34;", "\""))
}

/// What a person reads: without tags, each run of white space as one space.
pub(super) fn words(reply: &Reply) -> String {
    let (_, main) = reply.text.split_once("<main").expect("a main part");
    let mut shown = String::new();
    for part in main.split('<').skip(1) {
        let text = part.split_once('>').map_or("", |(_, text)| text);
        shown.push(' ');
        shown += text;
    }
    let shown = shown.replace("&#39;", "'").replace("&#34;", "\"").replace("&#38;", "&");
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}
