//! Serves the pages for a browser on this machine, with the functions as built for deployment.

use std::{io, thread, time::Duration};

use serde_json::json;
use shared::http::cookie::SESSION;
use tokio::{sync::oneshot, time::timeout};

use crate::{
    Error,
    gateway::Gateway,
    request::path,
    request_kind::RequestKind,
    seed::{READER, STAFF},
    testbed::Testbed,
};

/// Prints one line of JSON, with the addresses and the cookies of who may see them, and waits until standard input ends
/// or the time is over.
///
/// # Errors
/// Standard input cannot be read.
#[expect(clippy::print_stdout, reason = "the line is for a program")]
pub(crate) async fn until_input_ends(
    testbed: &Testbed,
    gateway: &Gateway,
    limit: Duration,
) -> Result<(), Error> {
    let address = |kind| gateway.url.clone() + &path(kind, testbed.directory);
    let cookie = |user| testbed.signed_in.sessions.get(user).map(|own| own.cookie_value());
    let line = json!({
        "cookie": SESSION,
        "board": {"url": address(RequestKind::Board), "value": cookie(READER)},
        "mine": {"url": address(RequestKind::Mine), "value": cookie(STAFF)},
    });
    println!("{line}");
    let (ended, wait) = oneshot::channel();
    thread::spawn(move || ended.send(io::copy(&mut io::stdin(), &mut io::sink())));
    match timeout(limit, wait).await {
        Ok(Ok(Err(error))) => Err(Error::Start("standard input", error)),
        _ => Ok(()),
    }
}
