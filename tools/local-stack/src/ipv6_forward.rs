//! Forwards `[::1]` to the API: `cargo lambda invoke` connects there, and `localhost` often resolves to it,
//! but `cargo lambda watch` listens on one address only.

use std::{io, net::TcpListener};

use tokio::{io::copy_bidirectional, net::TcpStream};

use crate::background::{Background, Stop};

/// Forwards every connection to this port on 127.0.0.1.
///
/// # Errors
///
/// The listener cannot be used.
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
            // The caller notices a broken connection.
            if let Ok(mut api) = TcpStream::connect(("127.0.0.1", port)).await {
                let _ = copy_bidirectional(&mut caller, &mut api).await;
            }
        });
    }
}

async fn stopped(stop: Stop) {
    drop(stop.await);
}
