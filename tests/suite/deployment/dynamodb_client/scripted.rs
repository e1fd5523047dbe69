//! A store whose connections end as a script says.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// An answer without an item.
pub(super) const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 2\r\n\r\n{}";

/// The answer of a store whose clock is decades ahead: the signature is too old.
pub(super) const TOO_OLD: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.0\r\n\
    date: Fri, 01 Jan 2100 00:00:00 GMT\r\ncontent-length: 39\r\n\r\n\
    {\"__type\":\"#InvalidSignatureException\"}";

/// The answers of a store that gets too many calls.
pub(super) const THROTTLED: [&[u8]; 3] = [
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.0\r\n\
    content-length: 52\r\n\r\n{\"__type\":\"#ProvisionedThroughputExceededException\"}",
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.0\r\n\
    content-length: 33\r\n\r\n{\"__type\":\"#ThrottlingException\"}",
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.0\r\n\
    content-length: 34\r\n\r\n{\"__type\":\"#RequestLimitExceeded\"}",
];

/// When a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    Never,
    /// Right after each answer.
    AfterAnswer,
    /// After that many bytes of the answer to its second request.
    InSecondAnswer(usize),
    /// Never, but it swallows its second request and all later ones.
    Silently,
}

/// A request as it arrived, and the number of its connection, from 1.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    pub(super) connection: usize,
    /// Header names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Arrived {
    pub(super) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

/// A running store.
pub(super) struct Scripted {
    pub(super) endpoint: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    server: JoinHandle<()>,
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Scripted {
    pub(super) async fn start(ends: Ends) -> Self {
        Self::answering(ANSWER, ends).await
    }

    /// Gives every request this answer.
    pub(super) async fn answering(answer: &'static [u8], ends: Ends) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let arrived = Arc::<Mutex<Vec<Arrived>>>::default();
        let seen = Arc::clone(&arrived);
        let server = tokio::spawn(async move {
            for connection in 1.. {
                let Ok((stream, _)) = listener.accept().await else { break };
                tokio::spawn(serve(stream, connection, (answer, ends), Arc::clone(&seen)));
            }
        });
        Self { endpoint, arrived, server }
    }

    /// Waits until that many requests have arrived since the last call of [`Self::arrived`].
    pub(super) async fn has_got(&self, requests: usize) {
        while self.arrived.lock().expect("no panic").len() < requests {
            tokio::task::yield_now().await;
        }
    }

    /// The requests since the last call.
    pub(super) fn arrived(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.arrived.lock().expect("no panic"))
    }
}

async fn serve(
    mut stream: TcpStream,
    connection: usize,
    (answer, ends): (&'static [u8], Ends),
    seen: Arc<Mutex<Vec<Arrived>>>,
) {
    let mut number = 0;
    while let Some(arrived) = read(&mut stream, connection).await {
        number += 1;
        seen.lock().expect("no panic").push(arrived);
        let (sent, over) = match ends {
            Ends::InSecondAnswer(bytes) if number == 2 => (&answer[..bytes], true),
            Ends::Silently if number >= 2 => (&[][..], false),
            _ => (answer, ends == Ends::AfterAnswer),
        };
        if stream.write_all(sent).await.is_err() || over {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream, connection: usize) -> Option<Arrived> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let headers = head.lines().skip(1).filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_ascii_lowercase(), value.to_owned()))
    });
    let mut arrived = Arrived { connection, headers: headers.collect(), body: Vec::new() };
    arrived.body = vec![0; arrived.header("content-length").parse().ok()?];
    stream.read_exact(&mut arrived.body).await.ok()?;
    Some(arrived)
}
