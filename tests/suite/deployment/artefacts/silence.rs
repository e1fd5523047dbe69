//! Stores that fall silent, each at a different point of a call.

use std::time::Duration;

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, response::IntoResponse as _};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
    time::timeout,
};

use crate::harness::direct;

/// Where a store falls silent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Silence {
    /// Connections do not open.
    Connecting,
    /// No answer begins.
    Answering,
    /// An answer begins but does not end.
    HalfWay,
    /// The engine answers reads; writes get no answer.
    Writing,
}

/// A store that falls silent, until this is dropped.
pub(super) struct Silent {
    pub(super) address: String,
    server: JoinHandle<()>,
}

impl Drop for Silent {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Silence {
    pub(super) const ALL: [Self; 4] =
        [Self::Connecting, Self::Answering, Self::HalfWay, Self::Writing];

    /// Whether this affects that function.
    pub(super) fn concerns(self, function: &str) -> bool {
        let writes = ["update-status", "update-deadline", "web-update"];
        !matches!(self, Self::Writing) || writes.contains(&function)
    }

    /// Starts such a store in front of that engine.
    pub(super) async fn start(self, engine: String) -> Silent {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
        let waiting = if matches!(self, Self::Connecting) { 0 } else { 64 };
        let listener = socket.listen(waiting).expect("a listener");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let server = match self {
            Self::Connecting => {
                let taken = all_places(&listener).await;
                tokio::spawn(async move {
                    let _taken = (taken, listener);
                    std::future::pending().await
                })
            }
            Self::Answering => tokio::spawn(async move {
                let _listener = listener;
                std::future::pending().await
            }),
            Self::HalfWay => tokio::spawn(half_answers(listener)),
            Self::Writing => tokio::spawn(reads_alone(listener, engine)),
        };
        Silent { address, server }
    }
}

/// Fills the queue of connections, so that no other one opens.
async fn all_places(listener: &TcpListener) -> Vec<TcpStream> {
    let address = listener.local_addr().expect("an address");
    let mut taken = Vec::new();
    while let Ok(opened) = timeout(Duration::from_millis(500), TcpStream::connect(address)).await {
        taken.push(opened.expect("a connection"));
    }
    taken
}

async fn half_answers(listener: TcpListener) {
    loop {
        let (mut connection, _) = listener.accept().await.expect("a connection");
        tokio::spawn(async move {
            let mut request = [0; 512];
            let _ = connection.read(&mut request).await;
            let half = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\n\
                        content-length: 1000\r\n\r\n{\"Item\":";
            let _ = connection.write_all(half.as_bytes()).await;
            // Reads on until the function closes the connection.
            while connection.read(&mut request).await.is_ok_and(|read| read > 0) {}
        });
    }
}

async fn reads_alone(listener: TcpListener, engine: String) {
    let engine = (direct(), engine);
    let router = Router::new().fallback(read).with_state(engine);
    axum::serve(listener, router).await.expect("a server");
}

async fn read(
    State((client, engine)): State<(reqwest::Client, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let action = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    if action.is_none_or(|action| action.ends_with("TransactWriteItems")) {
        std::future::pending::<()>().await;
    }
    let sent = client.post(engine).headers(headers).body(body).send().await;
    let answer = sent.expect("the engine answers");
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.expect("an answer");
    (status, headers, body).into_response()
}
