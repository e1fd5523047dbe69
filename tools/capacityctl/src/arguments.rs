//! Arguments that several commands take, and parsers of values.

use std::path::PathBuf;

use clap::ArgGroup;
use shared::domain::{Minutes, ServiceId, Timestamp, text::is_blank};

use crate::export::Format;

/// A service.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct ServiceArgument {
    /// The service's id
    pub(crate) id: ServiceId,
}

/// A user.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct UserArgument {
    /// The username
    #[arg(allow_hyphen_values = true)]
    pub(crate) username: String,
}

/// Where an export goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Destination {
    /// The file to write; - is standard output, the default
    pub(crate) file: Option<PathBuf>,
    /// The format [default: json for a file named *.json, else csv]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

/// Some permission or service must be given.
pub(crate) fn some_right() -> ArgGroup {
    ArgGroup::new("right").args(["permissions", "services"]).required(true).multiple(true)
}

/// The usage of a command that takes rights. clap's own line is too wide and does not say that the options can be
/// repeated.
pub(crate) fn usage_of_rights(command: &str) -> String {
    format!("cargo ctl user {command} <USERNAME> [--permission <NAME>]... [--service <ID>]...")
}

/// A text of which a reader can see something.
pub(crate) fn not_blank(text: &str) -> Result<String, &'static str> {
    if is_blank(text) { Err("must not be blank") } else { Ok(text.to_owned()) }
}

/// How many of something.
pub(crate) fn count(text: &str) -> Result<usize, &'static str> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or("must be a whole number of at least 1")
}

/// A duration of at least a minute. Far above all limits it saturates: which minutes are possible is said later.
pub(crate) fn minutes(text: &str) -> Result<Minutes, &'static str> {
    let is_positive =
        text.bytes().all(|byte| byte.is_ascii_digit()) && text.contains(|digit| digit != '0');
    let minutes = is_positive.then(|| Minutes(text.parse().unwrap_or(u32::MAX)));
    minutes.ok_or("must be a whole number of at least 1")
}

/// The URL of an API, without a slash at its end.
pub(crate) fn api_url(text: &str) -> Result<String, &'static str> {
    let uri: Option<http::Uri> = text.parse().ok();
    let is_http = |uri: &http::Uri| matches!(uri.scheme_str(), Some("http" | "https"));
    match uri.filter(|uri| is_http(uri) && uri.query().is_none()) {
        Some(_) => Ok(text.trim_end_matches('/').to_owned()),
        None => Err("must be a URL such as https://api.example.org or http://127.0.0.1:9000"),
    }
}

/// A time in UTC.
pub(crate) fn time(text: &str) -> Result<Timestamp, &'static str> {
    text.parse().map_err(|_| "must be a time in UTC such as 2026-01-31T00:00:00Z")
}
