//! Serves the pages for a browser on this machine, with the functions as built for deployment.

use std::{io, thread, time::Duration};

use serde_json::json;
use shared::http::cookie::SESSION;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::{
    Error,
    cli::Arguments,
    request::path,
    request_kind::RequestKind,
    run::warm_up,
    seed::{READER, STAFF},
    testbed::Testbed,
};

/// Prints one line of JSON, with the addresses of pages and the cookies of who may see them, and serves them until
/// standard input ends or the time is over.
///
/// # Errors
/// A part of the testbed fails.
pub async fn serve(arguments: &Arguments) -> Result<(), Error> {
    let (failed, mut failures) = mpsc::unbounded_channel();
    let testbed = Testbed::start(arguments, failed).await?;
    tokio::select! {
        served = until_input_ends(arguments, &testbed) => served,
        Some(error) = failures.recv() => Err(error),
    }
}

#[expect(clippy::print_stdout, reason = "the line is for a program")]
async fn until_input_ends(arguments: &Arguments, testbed: &Testbed) -> Result<(), Error> {
    let gateway = testbed.gateway(testbed.engine.endpoint(), arguments.environments).await?;
    testbed.set_initial_statuses(&gateway).await?;
    warm_up(testbed, &gateway).await?;
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
    match timeout(Duration::from_secs(arguments.seconds), wait).await {
        Ok(Ok(Err(error))) => Err(Error::Start("standard input", error)),
        _ => Ok(()),
    }
}
