//! The API on `[::1]` too: there `cargo lambda invoke` looks for it, and often `localhost` leads there,
//! while `cargo lambda watch` listens on one address or on all of them.

use std::{io, net::TcpListener};

use tokio::{io::copy_bidirectional, net::TcpStream};

use crate::background::{Background, Stop};

/// Forwards every connection to that port of 127.0.0.1.
///
/// # Errors
///
/// The listener is unusable.
pub fn start(listener: TcpListener, port: u16) -> io::Result<Background> {
    Background::serve("ipv6", listener, async move |listener, stop| {
        tokio::select! {
            () = forward_all(listener, port) => {}
            () = stopped(stop) => {}
        }
    })
}

async fn forward_all(listener: tokio::net::TcpListener, port: u16) {
    while let Ok((mut caller, _)) = listener.accept().await {
        tokio::spawn(async move {
            // A connection that breaks is the caller's to notice.
            if let Ok(mut api) = TcpStream::connect(("127.0.0.1", port)).await {
                let _ = copy_bidirectional(&mut caller, &mut api).await;
            }
        });
    }
}

async fn stopped(stop: Stop) {
    drop(stop.await);
}
